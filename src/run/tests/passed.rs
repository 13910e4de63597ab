//! Failures that `continue-on-error` lets pass stay as they are.

use std::time::Duration;

use super::again::again;
use super::plans::{Run, lost, task};
use crate::id::StepId;
use crate::run::*;

const HOUR: Duration = Duration::from_secs(3600);

const SMOKE: &str = "steps:
  smoke: { uses: read, continue-on-error: true }
  work: { uses: read, needs: smoke }
  other: { uses: read }
";

/// `smoke` failed and was let pass, `work` and `other` came to this.
fn run(other: Happened) -> Run {
    let mut run = Run::of(SMOKE);
    run.ends(task("smoke"), lost(Happened::None)).succeeds(task("work"), 1);
    match other {
        Happened::Done => run.succeeds(task("other"), 1),
        other => run.ends(task("other"), lost(other)),
    };
    run
}

#[test]
fn a_resume_of_another_failure_leaves_it_alone() {
    let mut run = run(Happened::None);
    assert_eq!(run.state.status, RunStatus::Failed);
    run.resumes(HOUR);
    assert_eq!((run.phase(&task("smoke")), run.phase(&task("other"))), ("failed", "running"));
    run.succeeds(task("other"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
    let smoke = run.plan.index(&StepId::new("smoke").unwrap()).unwrap();
    assert!(run.state.is_allowed_failure(&run.plan, smoke));
    assert!(!run.state.is_allowed_failure(&run.plan, smoke + 1));
}

#[test]
fn a_retry_of_another_step_leaves_it_alone_and_one_of_its_own_runs_it() {
    let mut other = run(Happened::Done);
    assert_eq!(other.state.status, RunStatus::Succeeded);
    other.resumes_as(HOUR, again("other"));
    assert_eq!((other.phase(&task("smoke")), other.phase(&task("other"))), ("failed", "running"));
    let mut smoke = run(Happened::Done);
    smoke.resumes_as(HOUR, again("smoke"));
    assert_eq!((smoke.phase(&task("smoke")), smoke.phase(&task("work"))), ("running", "succeeded"));
    assert_eq!(smoke.task(&task("smoke")).attempts, 2);
}

#[test]
fn what_the_end_of_the_run_cut_off_runs_all_the_same() {
    let mut run = Run::of(SMOKE);
    run.news(Fact::StopRequested(Stop::Cancel));
    run.ends(task("smoke"), Outcome::interrupted(Happened::None)).succeeds(task("other"), 1);
    assert_eq!((run.state.status, run.phase(&task("smoke"))), (RunStatus::Cancelled, "failed"));
    assert_eq!(run.resumes(HOUR).phase(&task("smoke")), "running");
}

#[test]
fn an_edit_of_the_step_itself_runs_it() {
    let mut run = run(Happened::None);
    run.edited(
        &SMOKE.replace("uses: read, continue", "uses: read, with: { value: 2 }, continue"),
        Resumption::default(),
    );
    assert_eq!(run.phase(&task("smoke")), "running");
}

#[test]
fn an_edit_of_the_step_itself_asks_if_it_took_effect() {
    let smoke = SMOKE.replace("smoke: { uses: read", "smoke: { uses: once");
    let mut run = Run::of(&smoke);
    run.ends(task("smoke"), lost(Happened::Done)).succeeds(task("work"), 1).ends(task("other"), lost(Happened::None));
    run.edited(&smoke.replace("uses: once,", "uses: once, with: { value: 2 },"), Resumption::default());
    assert!(matches!(run.task(&task("smoke")).phase, Phase::InDoubt { doubt: Doubt::Changed, .. }));
}

#[test]
fn items_that_could_not_be_found_stay_so_after_an_edit_of_another_step() {
    let text = "steps:
  list: { uses: read }
  each: { uses: read, if: always(), continue-on-error: true, strategy: { matrix: { x: '${{ steps.list.outputs.value }}' } } }
  other: { uses: read }
";
    let mut run = Run::of(text);
    run.ends(task("list"), lost(Happened::None)).succeeds(task("other"), 1);
    assert_eq!(run.status("each"), StepStatus::Failed);
    run.edited(
        &text.replace("other: { uses: read }", "other: { uses: read, with: { value: 2 } }"),
        Resumption::default(),
    );
    assert_eq!((run.status("each"), run.phase(&task("other"))), (StepStatus::Failed, "running"));
}

#[test]
fn a_call_that_was_let_pass_stays_with_all_that_is_inside() {
    let text = "steps:\n  call: { uses: ./lib.yaml, continue-on-error: true }\n  last: { uses: read }\n";
    let mut run = Run::calling(text, "steps:\n  a: { uses: read }\n  b: { uses: read, needs: a }\n");
    run.ends(task("call/a"), lost(Happened::None)).ends(task("last"), lost(Happened::None));
    assert_eq!(run.status("call"), StepStatus::Failed);
    run.resumes(HOUR);
    assert_eq!((run.phase(&task("call/a")), run.status("call/b")), ("failed", StepStatus::Skipped));
    run.succeeds(task("last"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
    run.resumes_as(HOUR, again("call"));
    assert_eq!((run.phase(&task("call/a")), run.status("call")), ("running", StepStatus::Waiting));
}
