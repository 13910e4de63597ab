//! Single situations, each of which explains a rule.

use std::time::Duration;

use serde_json::json;

use super::plans::{Run, lost, outputs, remedy, task};
use crate::id::{StepId, TaskPath};
use crate::run::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn item(step: &str, item: &str) -> TaskPath {
    TaskPath::item(StepId::new(step).unwrap(), item.into())
}

const ROUND: &str = "steps:
  mark: { uses: read }
  wait:
    uses: once
    needs: mark
    on-error: { when: lost, run: repeat, rerun-from: mark, max: 2 }
  other: { uses: read, needs: mark }
";

#[test]
fn a_step_waits_while_what_it_needs_runs_again() {
    let mut run = Run::of(ROUND);
    run.succeeds(task("mark"), 1).ends(task("wait"), lost(Happened::None)).succeeds(remedy("wait"), 1);
    assert_eq!((run.phase(&task("mark")), run.phase(&task("other"))), ("running", "running"));
    run.succeeds(task("other"), 1);
    assert_eq!(run.phase(&task("other")), "ended");
    run.succeeds(task("mark"), 2);
    assert_eq!((run.phase(&task("other")), run.phase(&task("wait"))), ("succeeded", "running"));
}

#[test]
fn a_step_that_is_sent_round_does_not_run_if_what_it_needs_fails_the_second_time() {
    let mut run = Run::of(ROUND);
    run.succeeds(task("mark"), 1).succeeds(task("other"), 1);
    run.ends(task("wait"), lost(Happened::None)).succeeds(remedy("wait"), 1).ends(task("mark"), lost(Happened::None));
    assert_eq!((run.status("mark"), run.status("wait")), (StepStatus::Failed, StepStatus::Skipped));
    assert_eq!(run.state.status, RunStatus::Failed);
}

#[test]
fn an_effect_that_took_place_is_not_sent_again_though_the_remedy_of_its_verdict_failed() {
    let mut run = Run::of(ROUND);
    run.succeeds(task("mark"), 1).succeeds(task("other"), 1);
    run.ends(task("wait"), lost(Happened::Done)).ends(remedy("wait"), lost(Happened::None));
    assert_eq!(run.status("wait"), StepStatus::Failed);
    run.resumes(DAY);
    // Its answer is judged again, and asks for the remedy again.
    assert_eq!((run.phase(&task("wait")), run.phase(&remedy("wait"))), ("remedying", "running"));
    assert_eq!(run.state.task(&run.plan, &task("wait")).unwrap().attempts, 1);
}

#[test]
fn the_items_of_a_step_that_is_sent_round_are_found_again() {
    let mut run = Run::of(
        "steps:
  mark: { uses: read }
  each: { uses: once, strategy: { matrix: { x: \"${{ steps.mark.outputs.value }}\" } } }
  wait: { uses: once, needs: each, on-error: { when: lost, run: repeat, rerun-from: mark } }
",
    );
    run.succeeds(task("mark"), json!(["a", "b"])).succeeds(item("each", "a"), 1).succeeds(item("each", "b"), 1);
    run.ends(task("wait"), lost(Happened::None)).succeeds(remedy("wait"), 1);
    run.succeeds(task("mark"), json!(["b", "c"]));
    let tasks = &run.state.steps[1].tasks;
    let seen: Vec<_> = tasks.iter().map(|t| (t.item.as_deref().unwrap(), t.attempts, t.occurrence)).collect();
    assert_eq!(seen, [("b", 2, 1), ("c", 1, 1)]);
}

#[test]
fn a_step_in_the_way_of_a_failed_need_waits_for_it_after_a_resume() {
    let mut run = Run::of(
        "steps:\n  a: { uses: read }\n  b: { uses: once, needs: a, if: always() }\n  c: { uses: read, needs: b }\n",
    );
    run.ends(task("a"), lost(Happened::None));
    assert_eq!(run.phase(&task("b")), "running");
    run.resumes(DAY);
    assert_eq!((run.phase(&task("a")), run.phase(&task("b"))), ("running", "ended"));
    run.succeeds(task("a"), 1);
    assert_eq!(run.phase(&task("b")), "delayed");
}

#[test]
fn a_look_that_was_cut_off_is_made_again_and_does_not_count() {
    let mut run = Run::of("steps:\n  a: { uses: once }\n");
    run.resumes(DAY).news(Fact::TimerFired { task: task("a") });
    assert_eq!((run.phase(&task("a")), run.state.steps[0].tasks[0].probes), ("probing", 1));
    run.resumes(DAY);
    assert_eq!((run.phase(&task("a")), run.state.steps[0].tasks[0].probes), ("probing", 1));
}

#[test]
fn a_key_that_the_service_may_have_forgotten_is_not_sent_again_blindly() {
    let failed = || {
        let mut run = Run::of("steps:\n  a: { uses: keyed, retry: 1 }\n");
        run.ends(task("a"), lost(Happened::Unknown));
        assert_eq!(run.state.status, RunStatus::Failed);
        run
    };
    assert_eq!(failed().resumes(Duration::from_secs(3600)).phase(&task("a")), "running");
    assert_eq!(failed().resumes(DAY).phase(&task("a")), "delayed");
}

#[test]
fn a_stopped_run_records_what_ends_and_begins_nothing() {
    let mut run = Run::of("steps:\n  a: { uses: repeat }\n  b: { uses: read, needs: a }\n");
    run.news(Fact::StopRequested(Stop::Interrupt)).succeeds(task("a"), 1);
    assert_eq!((run.status("a"), run.status("b")), (StepStatus::Succeeded, StepStatus::Waiting));
    assert_eq!(run.state.status, RunStatus::Interrupted);
    assert_eq!(run.resumes(DAY).phase(&task("b")), "running");
}

const ONE: &str = "steps:\n  one: { uses: once }\n";

fn fires(run: &mut Run) {
    run.news(Fact::TimerFired { task: task("one") });
}

fn looks(run: &mut Run, answer: ProbeAnswer) {
    let probe = run.state.steps[0].tasks[0].probes;
    run.news(Fact::ProbeEnded { task: task("one"), probe, answer });
}

#[test]
fn a_refusal_after_an_attempt_that_may_have_taken_place_is_looked_into() {
    let mut run = Run::of(ONE);
    run.ends(task("one"), Outcome::interrupted(Happened::Unknown));
    fires(&mut run);
    looks(&mut run, ProbeAnswer::NotDone);
    // The first request lands now, after the look; the second attempt is told that somebody was there before.
    run.ends(task("one"), lost(Happened::None));
    assert_eq!(run.phase(&task("one")), "delayed");
    fires(&mut run);
    looks(&mut run, ProbeAnswer::Done(outputs(1)));
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_refusal_of_the_only_attempt_is_believed() {
    let mut run = Run::of(ONE);
    run.ends(task("one"), lost(Happened::None));
    assert_eq!(run.state.status, RunStatus::Failed);
}

#[test]
fn a_look_is_made_again_no_sooner_than_the_service_asks() {
    let mut run = Run::of(ONE);
    run.ends(task("one"), lost(Happened::Unknown));
    fires(&mut run);
    let asked = Duration::from_secs(20);
    looks(&mut run, ProbeAnswer::CannotTell { reason: "busy".into(), again: Some(asked) });
    let Phase::Delayed { timer: Timer::Reprobe, due } = run.state.steps[0].tasks[0].phase else { panic!("no timer") };
    assert_eq!(due.since(run.at), asked);
}
