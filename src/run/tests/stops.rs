//! How a run is stopped: a pause, an end that was asked for, and an end because its time is over.

use std::time::Duration;

use super::plans::{Run, lost, outputs, remedy, task};
use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
use crate::plan::{Plan, Undo};
use crate::run::*;
use crate::workflow::{Rate, RetryClass};

fn ten_seconds(plan: &mut Plan) {
    plan.workflow.limits.timeout = Some(Duration::from_secs(10));
}

const DAY: Duration = Duration::from_secs(24 * 3600);

fn cut_off(happened: Happened) -> Outcome {
    Outcome::interrupted(happened)
}

fn stops(run: &mut Run, stop: Stop) -> &mut Run {
    run.news(Fact::StopRequested(stop))
}

fn skipped<'a>(run: &'a Run, step: &str) -> Option<&'a SkipReason> {
    run.state.steps[run.plan.index(&StepId::new(step).unwrap()).unwrap()].skipped.as_ref()
}

fn error(run: &Run, step: &str) -> String {
    run.state.task(&run.plan, &task(step)).unwrap().error.as_ref().unwrap().code.clone()
}

fn item(step: &str, item: &str) -> TaskPath {
    TaskPath::item(StepId::new(step).unwrap(), item.into())
}

const CLEANUP: &str = "steps:
  a: { uses: read }
  b: { uses: once, needs: a }
  told: { uses: repeat, needs: b, if: cancelled() }
  tidy: { uses: repeat, needs: b, if: always() }
  mend: { uses: repeat, needs: b, if: failure() }
  plain: { uses: read, if: \"true\", needs: b }
";

#[test]
fn a_cancelled_run_skips_what_waits_unless_its_if_asks_for_that() {
    let mut run = Run::of(CLEANUP);
    stops(&mut run, Stop::Cancel);
    assert_eq!(run.state.status, RunStatus::Running, "what is under way may end");
    run.ends(task("a"), cut_off(Happened::None));
    assert_eq!((run.status("a"), error(&run, "a").as_str()), (StepStatus::Failed, StepError::INTERRUPTED));
    for step in ["b", "mend", "plain"] {
        assert_eq!(skipped(&run, step), Some(&SkipReason::Cancelled), "{step}");
    }
    assert_eq!((run.phase(&task("told")), run.phase(&task("tidy"))), ("running", "running"));
    run.succeeds(task("told"), 1).succeeds(task("tidy"), 1);
    assert_eq!(run.state.status, RunStatus::Cancelled);
    assert_eq!(run.state.notes, ["it was cancelled (`onramp cancel`)"]);
}

#[test]
fn a_run_whose_time_is_over_skips_what_waits_and_has_failed() {
    let mut run = Run::with(CLEANUP, ten_seconds);
    run.at = Timestamp::from_millis(9000);
    run.news(Fact::AlarmRang { alarm: Alarm::Timeout }).ends(task("a"), cut_off(Happened::None));
    for step in ["b", "told", "plain"] {
        assert_eq!(skipped(&run, step), Some(&SkipReason::TimedOut), "{step}");
    }
    run.succeeds(task("mend"), 1).succeeds(task("tidy"), 1);
    assert_eq!(run.state.status, RunStatus::Failed);
    assert!(run.state.notes[0].contains("time was over"), "{:?}", run.state.notes);
}

#[test]
fn a_cancelled_run_can_be_resumed() {
    let mut run = Run::of(CLEANUP);
    stops(&mut run, Stop::Cancel).ends(task("a"), cut_off(Happened::None));
    run.succeeds(task("told"), 1).succeeds(task("tidy"), 1);
    run.resumes(DAY).succeeds(task("a"), 1).succeeds(task("b"), 1).succeeds(task("plain"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
    // These had done their part; they are not asked again.
    assert_eq!(run.state.task(&run.plan, &task("told")).unwrap().attempts, 1);
    assert_eq!(skipped(&run, "mend"), Some(&SkipReason::Condition));
}

#[test]
fn nothing_begins_at_the_moment_in_which_the_time_is_over() {
    let mut run = Run::with("steps:\n  a: { uses: once }\n  b: { uses: once, needs: a }\n", ten_seconds);
    run.at = Timestamp::from_millis(10_000);
    run.apply(Fact::AlarmRang { alarm: Alarm::Timeout }).unwrap();
    // What ended in the same instant is read before anything is decided.
    run.succeeds(task("a"), 1);
    assert_eq!((run.state.stopping, skipped(&run, "b")), (Some(Stop::Timeout), Some(&SkipReason::TimedOut)));
    assert_eq!(run.state.task(&run.plan, &task("b")).unwrap().attempts, 0);
}

#[test]
fn a_run_whose_time_was_over_has_a_new_one_when_it_is_resumed() {
    for (happened, status) in [(Happened::None, RunStatus::Failed), (Happened::Unknown, RunStatus::InDoubt)] {
        let mut run = Run::with("steps:\n  a: { uses: once }\n  b: { uses: read, needs: a }\n", ten_seconds);
        run.at = Timestamp::from_millis(9000);
        run.news(Fact::AlarmRang { alarm: Alarm::Timeout }).ends(task("a"), lost(happened));
        if happened == Happened::Unknown {
            run.news(Fact::TimerFired { task: task("a") });
            let dark = ProbeAnswer::CannotTell { reason: "dark".into(), again: None };
            run.news(Fact::ProbeEnded { task: task("a"), probe: 1, answer: dark });
        }
        assert_eq!(run.state.status, status);
        run.resumes(DAY);
        assert_eq!((run.state.status, run.state.stopping), (RunStatus::Running, None), "{happened:?}");
        let now = run.at;
        assert_eq!(run.state.alarms[&Alarm::Timeout], now.plus(Duration::from_secs(10)));
    }
}

#[test]
fn a_retry_that_waits_is_not_waited_for() {
    let mut run = Run::of("steps:\n  a: { uses: read }\n  b: { uses: read, needs: a }\n");
    let busy = StepError::new(ErrorKind::Service, "service.5xx", "busy").class(RetryClass::Server);
    run.ends(task("a"), Outcome::failed(Happened::None, busy));
    assert_eq!(run.phase(&task("a")), "delayed");
    stops(&mut run, Stop::Cancel);
    assert_eq!((run.state.status, error(&run, "a").as_str()), (RunStatus::Cancelled, "service.5xx"));
}

#[test]
fn an_effect_in_doubt_is_looked_into_before_the_run_ends() {
    for (answer, status) in [
        (ProbeAnswer::Done(outputs(1)), StepStatus::Succeeded),
        (ProbeAnswer::NotDone, StepStatus::Failed),
        (ProbeAnswer::NoWay, StepStatus::InDoubt),
    ] {
        let mut run = Run::of("steps:\n  a: { uses: once }\n  b: { uses: read, needs: a }\n");
        stops(&mut run, Stop::Cancel).ends(task("a"), cut_off(Happened::Unknown));
        assert_eq!(run.phase(&task("a")), "delayed");
        run.news(Fact::TimerFired { task: task("a") });
        assert_eq!(run.phase(&task("a")), "probing");
        run.news(Fact::ProbeEnded { task: task("a"), probe: 1, answer });
        let ends = if status == StepStatus::InDoubt { RunStatus::InDoubt } else { RunStatus::Cancelled };
        assert_eq!((run.status("a"), run.state.status), (status, ends));
        assert_eq!(run.state.task(&run.plan, &task("a")).unwrap().attempts, 1, "it is not sent again");
    }
}

#[test]
fn a_run_that_is_told_to_end_when_all_is_done_has_succeeded() {
    let mut run = Run::of("steps:\n  a: { uses: once }\n");
    stops(&mut run, Stop::Cancel).succeeds(task("a"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn to_go_on_after_an_error_is_not_to_succeed_where_the_rest_was_left_out() {
    let goes_on = |plan: &mut Plan| plan.steps[0].continue_on_error = true;
    let matrix = "strategy: { matrix: { x: [1, 2, 3] }, max-parallel: 1 }";
    let mut run = Run::with(&format!("steps:\n  each: {{ uses: once, {matrix} }}\n"), goes_on);
    stops(&mut run, Stop::Cancel).succeeds(item("each", "1"), 1);
    assert_eq!(run.phase(&item("each", "3")), "skipped");
    assert_eq!(run.state.status, RunStatus::Cancelled);
    run.resumes(DAY).succeeds(item("each", "2"), 1).succeeds(item("each", "3"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);

    let mut run = Run::with("steps:\n  a: { uses: read }\n", goes_on);
    stops(&mut run, Stop::Cancel).ends(task("a"), cut_off(Happened::None));
    assert_eq!(run.state.status, RunStatus::Cancelled, "it failed since it was cut off");
}

const ROUND: &str = "steps:
  mark: { uses: read }
  wait: { uses: read, needs: mark, on-error: { when: lost, run: repeat, rerun-from: mark } }
";

#[test]
fn a_run_that_is_to_end_does_not_go_round() {
    let mut run = Run::of(ROUND);
    run.succeeds(task("mark"), 1).ends(task("wait"), lost(Happened::None));
    stops(&mut run, Stop::Cancel).succeeds(remedy("wait"), 1);
    assert_eq!((run.status("mark"), run.status("wait")), (StepStatus::Succeeded, StepStatus::Failed));
    assert_eq!((error(&run, "wait").as_str(), run.state.status), ("lost", RunStatus::Cancelled));
}

#[test]
fn a_remedy_that_waits_for_the_rate_does_not_begin() {
    let mut run =
        Run::with(ROUND, |plan| plan.workflow.limits.rate = Some(Rate { count: 2, per: Duration::from_secs(60) }));
    run.succeeds(task("mark"), 1).ends(task("wait"), lost(Happened::None));
    assert_eq!(run.phase(&remedy("wait")), "waiting");
    stops(&mut run, Stop::Cancel);
    assert_eq!((error(&run, "wait").as_str(), run.state.status), ("lost", RunStatus::Cancelled));
}

#[test]
fn a_pause_ends_the_orderly_end_and_nothing_ends_a_pause() {
    let mut run = Run::of(CLEANUP);
    stops(&mut run, Stop::Cancel).ends(task("a"), cut_off(Happened::None));
    assert!(run.apply(Fact::StopRequested(Stop::Cancel)).is_err());
    stops(&mut run, Stop::Interrupt);
    assert!(run.apply(Fact::StopRequested(Stop::Cancel)).is_err());
    assert!(run.apply(Fact::StopRequested(Stop::Interrupt)).is_err());
    run.ends(task("told"), cut_off(Happened::Unknown)).succeeds(task("tidy"), 1);
    assert_eq!((run.state.status, run.phase(&task("told"))), (RunStatus::Interrupted, "ended"));
    assert_eq!(run.state.notes, ["it was paused by a signal (Ctrl-C or SIGTERM)"]);
    run.resumes(DAY);
    assert_eq!((run.phase(&task("a")), skipped(&run, "b")), ("running", None));
}

#[test]
fn a_teardown_is_only_ever_paused() {
    let text = "steps:\n  a: { uses: once }\n  other: { uses: repeat, needs: a, if: failure() }\n";
    let mut run = Run::with(text, |plan| plan.steps[0].undo = Undo::Call(Box::new(plan.steps[1].call.clone())));
    run.succeeds(task("a"), 1);
    run.news(Fact::TeardownStarted);
    let undo = task("a").with_role(crate::id::Role::Undo);
    assert_eq!(run.phase(&undo), "running");
    stops(&mut run, Stop::Cancel);
    assert_eq!(run.state.stopping, Some(Stop::Interrupt));
    run.ends(undo.clone(), cut_off(Happened::Unknown));
    assert_eq!(run.state.status, RunStatus::Interrupted);
    run.resumes(DAY);
    assert_eq!(run.phase(&undo), "running");
}
