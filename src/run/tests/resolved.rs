//! What a person answers about a step, and what a resume makes of it.

use std::time::Duration;

use super::plans::{Run, lost, outputs, remedy, task};
use crate::run::*;

const HOUR: Duration = Duration::from_secs(3600);
const TWO: &str = "steps:\n  a: { uses: once }\n  b: { uses: read, needs: a }\n";

/// Nobody can look whether `a` took place.
fn in_doubt(text: &str) -> Run {
    let mut run = Run::of(text);
    run.ends(task("a"), lost(Happened::Unknown)).fires(task("a")).looks(task("a"), ProbeAnswer::NoWay);
    assert_eq!((run.phase(&task("a")), run.state.status), ("in_doubt", RunStatus::InDoubt));
    run
}

#[test]
fn what_is_said_to_be_done_is_not_sent_again_and_what_follows_runs() {
    let mut run = in_doubt(TWO);
    run.resolves(task("a"), Resolution::Done(outputs(7)));
    assert_eq!((run.phase(&task("b")), run.state.status), ("waiting", RunStatus::Interrupted));
    run.resumes(HOUR);
    assert_eq!((run.phase(&task("b")), run.task(&task("a")).attempts), ("running", 1));
    assert_eq!(run.state.outputs_of(0), Some(&outputs(7)));
}

#[test]
fn what_is_to_be_done_again_is_sent_under_another_key() {
    let mut run = in_doubt(TWO);
    let key = |run: &Run| idempotency_key(&run.state.started, &task("a"), run.task(&task("a")).occurrence);
    let before = key(&run);
    run.resolves(task("a"), Resolution::Redo).resumes(HOUR);
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("running", 2));
    assert_ne!(key(&run), before);
}

#[test]
fn a_failed_step_that_is_said_to_be_done_lets_what_was_skipped_run() {
    let mut run = Run::of(TWO);
    run.ends(task("a"), lost(Happened::None));
    assert_eq!((run.status("b"), run.state.status), (StepStatus::Skipped, RunStatus::Failed));
    run.resolves(task("a"), Resolution::Done(outputs(7))).resumes(HOUR);
    assert_eq!((run.phase(&task("a")), run.phase(&task("b"))), ("succeeded", "running"));
}

#[test]
fn an_attempt_that_was_cut_off_can_be_answered_before_anybody_looks() {
    let mut run = Run::of(TWO);
    run.resolves(task("a"), Resolution::Done(outputs(7))).resumes(HOUR);
    assert_eq!((run.phase(&task("a")), run.phase(&task("b"))), ("succeeded", "running"));
}

#[test]
fn one_answer_leaves_other_doubts_alone() {
    let mut run = Run::of("steps:\n  a: { uses: once }\n  c: { uses: once }\n");
    for step in ["a", "c"] {
        run.ends(task(step), lost(Happened::Unknown)).fires(task(step)).looks(task(step), ProbeAnswer::NoWay);
    }
    run.resolves(task("a"), Resolution::Done(outputs(7))).resumes(HOUR);
    assert_eq!((run.phase(&task("c")), run.state.status), ("in_doubt", RunStatus::InDoubt));
    run.resolves(task("c"), Resolution::Done(outputs(8))).resumes(HOUR);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn the_time_until_somebody_answers_counts_against_no_budget() {
    let mut run = Run::of("steps:\n  a: { uses: once }\n  b: { uses: read, timeout: 10s }\n");
    let before = run.task(&task("b")).since.unwrap();
    run.at = run.at.plus(HOUR);
    run.resolves(task("a"), Resolution::Done(outputs(7))).resumes(HOUR);
    let moved = run.task(&task("b")).since.unwrap().since(before);
    // A second passes with each piece of news.
    assert_eq!(moved, HOUR * 2 + Duration::from_secs(2));
}

#[test]
fn a_remedy_in_doubt_is_answered_by_its_own_name() {
    let text = "steps:
  a: { uses: read, on-error: { when: lost, run: once, rerun-from: a } }
";
    let mut run = Run::of(text);
    run.ends(task("a"), lost(Happened::None)).ends(remedy("a"), lost(Happened::Unknown));
    run.fires(remedy("a")).looks(remedy("a"), ProbeAnswer::NoWay);
    assert_eq!(run.phase(&remedy("a")), "in_doubt");
    let refused = run.apply(Fact::Resolved { task: task("a"), resolution: Resolution::Redo });
    assert!(refused.is_err(), "it is the remedy that is in doubt");
    run.resolves(remedy("a"), Resolution::Done(Default::default())).resumes(HOUR);
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("running", 2));
}

#[test]
fn an_answer_is_the_same_whether_folded_from_the_journal_or_from_a_checkpoint() {
    let text = "steps:\n  a: { uses: read }\n  b: { uses: once, needs: a, if: always() }\n";
    let mut run = Run::of(text);
    run.ends(task("a"), lost(Happened::None)).ends(task("b"), lost(Happened::Unknown));
    run.resolves(task("a"), Resolution::Redo);
    let restored = RunState::restore(&run.plan, run.state.recorded().clone());
    let mut again = Run { plan: run.plan.clone(), state: restored, at: run.at, facts: Vec::new() };
    // What `b` needs runs again, and a person knows about `b` all the same.
    let answer = || Fact::Resolved { task: task("b"), resolution: Resolution::Done(outputs(7)) };
    assert_eq!((run.apply(answer()), again.apply(answer())), (Ok(()), Ok(())));
    assert_eq!(run.state.recorded(), again.state.recorded());
}
