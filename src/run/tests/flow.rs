//! What runs, when, and how fast: conditions, matrices, limits, and what a failure means to the rest.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::plans::{Run, lost, outputs, remedy, task};
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::run::*;
use crate::secret::{Data, Datum};
use crate::workflow::{Effect, RetryClass};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn item(step: &str, item: &str) -> TaskPath {
    TaskPath::item(StepId::new(step).unwrap(), item.into())
}

fn slow() -> Outcome {
    let error = StepError::new(ErrorKind::Network, "lost", "too slow").class(RetryClass::Timeout);
    Outcome::failed(Happened::None, error)
}

impl Run {
    /// Lets time pass before the next piece of news, which takes a second itself.
    fn waits_until(&mut self, second: u64) -> &mut Self {
        self.at = Timestamp::from_millis(0).plus(SECOND * (second - 1) as u32);
        self
    }

    fn rings(&mut self, alarm: Alarm) -> &mut Self {
        self.news(Fact::AlarmRang { alarm })
    }

    fn skipped(&self, step: &str) -> Option<SkipReason> {
        self.state.steps[self.plan.index(&StepId::new(step).unwrap()).unwrap()].skipped.clone()
    }

    fn phases(&self, step: usize) -> Vec<&'static str> {
        self.state.steps[step].tasks.iter().map(|task| task.phase.name()).collect()
    }

    fn input(&self, path: &TaskPath) -> serde_json::Value {
        self.state.task(&self.plan, path).unwrap().input["value"].expose().clone()
    }

    /// Seconds from now until an attempt that begins now has to be over.
    fn time_left(&self, path: TaskPath) -> u64 {
        let started = AttemptStarted {
            task: path,
            attempt: 1,
            occurrence: 0,
            effect: Effect::Read,
            idempotency_key: String::new(),
            input: Data::new(),
            digest: Arc::default(),
            spends: None,
        };
        match op(&self.plan, &self.state, &Fact::AttemptStarted(Box::new(started))) {
            Some(Op::Attempt(order)) => order.deadline.unwrap().since(self.at).as_secs(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_failed_item_keeps_the_rest_from_beginning_only_where_the_step_says_so() {
    let run = |more: &str| {
        let mut run = Run::of(&format!(
            "steps:\n  each: {{ uses: read, strategy: {{ matrix: {{ x: [a, b, c] }}, max-parallel: 2{more} }} }}\n"
        ));
        run.ends(item("each", "a"), lost(Happened::None));
        run
    };
    assert_eq!(run("").phases(0), ["failed", "running", "running"]);
    let mut fast = run(", fail-fast: true");
    assert_eq!(fast.phases(0), ["failed", "running", "skipped"]);
    let why = Phase::Skipped(SkipReason::FailFast { item: "a".into() });
    assert_eq!(fast.state.steps[0].tasks[2].phase, why);
    fast.succeeds(item("each", "b"), 1);
    assert_eq!(fast.state.status, RunStatus::Failed);
    fast.resumes(DAY);
    assert_eq!(fast.phases(0), ["running", "succeeded", "running"]);
}

#[test]
fn what_waits_for_a_step_whose_failure_does_not_matter_goes_on_without_its_outputs() {
    let mut run = Run::of(
        "steps:
  a: { uses: read, continue-on-error: true }
  b: { uses: read, if: success(), with: { value: \"${{ steps.a.outputs.value }}\" } }
",
    );
    run.ends(task("a"), lost(Happened::None));
    assert_eq!((run.phase(&task("b")), run.input(&task("b"))), ("running", json!(null)));
    run.succeeds(task("b"), 1);
    assert_eq!((run.status("a"), run.state.status), (StepStatus::Failed, RunStatus::Succeeded));
}

#[test]
fn a_try_ends_with_its_own_time_or_with_that_of_the_step() {
    let mut run = Run::of("steps:\n  a: { uses: read, attempt-timeout: 20s, timeout: 30s }\n");
    assert_eq!(run.time_left(task("a")), 20);
    run.waits_until(15).ends(task("a"), slow()).waits_until(17).news(Fact::TimerFired { task: task("a") });
    assert_eq!((run.phase(&task("a")), run.time_left(task("a"))), ("running", 13));
}

#[test]
fn what_a_try_waited_for_its_turn_counts_against_no_budget() {
    for limit in ["timeout: 30s", "retry: { max-elapsed: 30s }"] {
        let mut run = Run::of(&format!("steps:\n  a: {{ uses: read, {limit} }}\n"));
        let ends = |waited| Outcome { waited: Duration::from_secs(waited), ..slow() };
        run.waits_until(3600).ends(task("a"), ends(3590));
        assert_eq!(run.phase(&task("a")), "delayed", "{limit}");
        run.waits_until(3602).news(Fact::TimerFired { task: task("a") });
        run.waits_until(3640).ends(task("a"), ends(10));
        assert_eq!(run.phase(&task("a")), "failed", "{limit}");
    }
}

#[test]
fn a_workflow_has_no_more_tasks_under_way_than_it_allows() {
    let mut run = Run::of(
        "max-parallel: 2
steps:
  a: { uses: read }
  each: { uses: read, strategy: { matrix: { x: [b, c] } } }
  d: { uses: read }
",
    );
    let under_way = |run: &Run| (run.phase(&task("a")), run.phases(1), run.phase(&task("d")));
    // The items were not known yet when there was room for two.
    assert_eq!(under_way(&run), ("running", vec!["waiting", "waiting"], "running"));
    run.succeeds(task("a"), 1);
    assert_eq!(under_way(&run), ("succeeded", vec!["running", "waiting"], "running"));
    // A try that waits for the next holds its place.
    run.ends(task("d"), slow());
    assert_eq!(under_way(&run), ("succeeded", vec!["running", "waiting"], "delayed"));
    run.succeeds(item("each", "b"), 1);
    assert_eq!(under_way(&run), ("succeeded", vec!["succeeded", "running"], "delayed"));
    run.news(Fact::TimerFired { task: task("d") }).succeeds(item("each", "c"), 1).succeeds(task("d"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_step_whose_remedy_is_in_doubt_holds_no_place() {
    let mut run = Run::of(
        "max-parallel: 1
steps:
  a: { uses: once, on-error: { when: lost, run: once, rerun-from: a } }
  b: { uses: read }
",
    );
    run.ends(task("a"), lost(Happened::None)).ends(remedy("a"), lost(Happened::Unknown)).fires(remedy("a"));
    assert_eq!((run.phase(&remedy("a")), run.phase(&task("b"))), ("probing", "waiting"));
    run.looks(remedy("a"), ProbeAnswer::NoWay);
    assert_eq!((run.phase(&remedy("a")), run.phase(&task("b"))), ("in_doubt", "running"));
    run.succeeds(task("b"), 1);
    assert_eq!((run.status("b"), run.state.status), (StepStatus::Succeeded, RunStatus::InDoubt));

    // It holds one again once somebody has answered.
    run.resolves(remedy("a"), Resolution::Redo).resumes(DAY).succeeds(remedy("a"), 1).succeeds(task("a"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_step_that_waits_for_its_need_to_run_again_leaves_it_the_last_place() {
    let mut run = Run::of(
        "max-parallel: 1
steps:
  a: { uses: read }
  b: { uses: once, needs: a, if: always() }
  c: { uses: read, needs: a }
",
    );
    run.ends(task("a"), lost(Happened::None));
    assert_eq!(run.phase(&task("b")), "running");
    run.resumes(DAY);
    assert_eq!((run.phase(&task("a")), run.phase(&task("b"))), ("running", "ended"));
    run.succeeds(task("a"), 1);
    assert_eq!((run.phase(&task("b")), run.phase(&task("c"))), ("delayed", "waiting"));
}

#[test]
fn attempts_begin_no_faster_than_the_rate_of_the_workflow() {
    let mut run = Run::of("rate: 2/m\nsteps:\n  a: { uses: read }\n  b: { uses: read }\n  c: { uses: read }\n");
    assert_eq!(
        (run.phase(&task("a")), run.phase(&task("b")), run.phase(&task("c"))),
        ("running", "running", "waiting")
    );
    run.succeeds(task("a"), 1).ends(task("b"), slow()).news(Fact::TimerFired { task: task("b") });
    // Another try counts as well.
    assert_eq!((run.phase(&task("b")), run.phase(&task("c"))), ("due", "waiting"));
    assert_eq!(run.state.alarms[&Alarm::Rate], Timestamp::from_millis(60_000));
    run.waits_until(60).rings(Alarm::Rate);
    assert_eq!((run.phase(&task("b")), run.phase(&task("c"))), ("running", "running"));
    run.succeeds(task("b"), 1).succeeds(task("c"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_try_that_the_rate_kept_waiting_until_its_time_was_over_is_not_made() {
    for limit in ["timeout: 30s", "retry: { max-elapsed: 30s }"] {
        let mut run = Run::of(&format!("rate: 1/m\nsteps:\n  a: {{ uses: once, {limit} }}\n"));
        run.ends(task("a"), slow()).news(Fact::TimerFired { task: task("a") });
        assert_eq!(run.phase(&task("a")), "due", "{limit}");
        run.waits_until(60).rings(Alarm::Rate);
        let a = run.task(&task("a"));
        assert_eq!((a.phase.name(), a.attempts, run.state.status), ("failed", 1, RunStatus::Failed), "{limit}");
        assert!(a.error.as_ref().unwrap().message.ends_with("no time is left for another try"), "{limit}");
    }
}

#[test]
fn an_item_does_not_begin_in_the_moment_in_which_another_one_fails() {
    let matrix = "strategy: { matrix: { x: [a, b, c] }, fail-fast: true }";
    let mut run = Run::of(&format!("rate: 2/m\nsteps:\n  each: {{ uses: read, {matrix} }}\n"));
    run.waits_until(60);
    let outcome = Arc::new(lost(Happened::None));
    run.apply(Fact::AttemptEnded { task: item("each", "a"), attempt: 1, outcome }).unwrap();
    run.rings(Alarm::Rate);
    assert_eq!((run.phase(&item("each", "a")), run.phase(&item("each", "c"))), ("failed", "skipped"));
}

const LONG: &str = "timeout: 1m
steps:
  a: { uses: read }
  b: { uses: read, needs: a }
  clean: { uses: read, needs: b, if: always() }
";

#[test]
fn a_run_whose_time_is_over_ends_and_has_new_time_when_it_is_resumed() {
    let mut run = Run::of(LONG);
    run.waits_until(60).rings(Alarm::Timeout);
    assert_eq!(run.state.stopping, Some(Stop::Timeout));
    run.ends(task("a"), Outcome::interrupted(Happened::None));
    assert_eq!((run.status("a"), run.skipped("b")), (StepStatus::Failed, Some(SkipReason::TimedOut)));
    assert_eq!(run.phase(&task("clean")), "running");
    run.succeeds(task("clean"), 1);
    assert_eq!(run.state.status, RunStatus::Failed);
    assert!(run.state.notes[0].contains("time was over"), "{:?}", run.state.notes);
    run.resumes(DAY);
    assert_eq!((run.phase(&task("a")), run.state.alarms[&Alarm::Timeout]), ("running", run.at.plus(SECOND * 60)));
    run.succeeds(task("a"), 1).succeeds(task("b"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn time_in_which_nobody_works_on_a_run_does_not_count() {
    let mut run = Run::of(LONG);
    run.waits_until(40).news(Fact::StopRequested(Stop::Interrupt));
    run.ends(task("a"), Outcome::interrupted(Happened::None));
    assert_eq!(run.state.status, RunStatus::Interrupted);
    run.resumes(DAY);
    // 41 seconds are gone, and the second in which the resume was news is downtime too.
    assert_eq!(run.state.alarms[&Alarm::Timeout], run.at.plus(SECOND * 19));
}

#[test]
fn an_answer_to_a_doubt_that_outlived_the_runs_time_is_acted_on_in_new_time() {
    let mut run = Run::of("timeout: 1m\nsteps:\n  one: { uses: once }\n");
    run.waits_until(60).rings(Alarm::Timeout);
    run.ends(task("one"), Outcome::interrupted(Happened::Unknown)).news(Fact::TimerFired { task: task("one") });
    run.news(Fact::ProbeEnded { task: task("one"), probe: 1, answer: ProbeAnswer::NoWay });
    assert_eq!(run.state.status, RunStatus::InDoubt);
    run.at = run.at.plus(DAY);
    run.apply(Fact::Resolved { task: task("one"), resolution: Resolution::Redo }).unwrap();
    run.resumes(SECOND);
    assert_eq!((run.phase(&task("one")), run.state.stopping), ("running", None));
    assert_eq!(run.state.alarms[&Alarm::Timeout], run.at.plus(SECOND * 60));
}

#[test]
fn a_matrix_without_items_succeeds() {
    let mut run = Run::of(
        "steps:
  list: { uses: read }
  each: { uses: once, strategy: { matrix: { x: \"${{ steps.list.outputs.value }}\" } } }
  after: { uses: read, with: { value: \"${{ steps.each.outputs.value }}\" } }
",
    );
    run.succeeds(task("list"), json!([]));
    assert_eq!((run.status("each"), run.input(&task("after"))), (StepStatus::Succeeded, json!([])));
    run.succeeds(task("after"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_matrix_over_nothing_says_so() {
    let mut run = Run::of(
        "steps:
  list: { uses: read }
  each: { uses: once, strategy: { matrix: { x: \"${{ steps.list.outputs.value }}\" } } }
",
    );
    run.succeeds(task("list"), json!(null));
    let error = run.state.steps[1].tasks[0].error.as_ref().unwrap();
    assert_eq!(error.message, "matrix variable `x` must be a list or an object, and is null");
}

const MEMBERS: &str = "steps:
  list: { uses: read }
  each:
    uses: once
    strategy: { matrix: { member: \"${{ steps.list.outputs.value }}\" } }
    with: { value: \"VALUE\" }
";

#[test]
fn an_item_may_be_an_object() {
    let mut run = Run::of(&MEMBERS.replace("VALUE", "${{ matrix.member.email }}"));
    run.succeeds(task("list"), json!([{ "email": "ada@onramp.test", "role": "admin" }]));
    let path = item("each", r#"{"email":"ada@onramp.test","role":"admin"}"#);
    assert_eq!(run.input(&path), json!("ada@onramp.test"));
}

#[test]
fn an_object_has_an_item_for_each_entry_known_by_its_key() {
    let mut run = Run::of(&MEMBERS.replace("VALUE", "${{ matrix.member.key }} is ${{ matrix.member.value.role }}"));
    run.succeeds(task("list"), json!({ "lin": { "role": "guest" }, "ada": { "role": "admin" } }));
    let items: Vec<_> = run.state.steps[1].tasks.iter().map(|task| task.item.clone().unwrap()).collect();
    assert_eq!(items.iter().map(|item| &**item).collect::<Vec<_>>(), ["ada", "lin"]);
    assert_eq!(run.input(&item("each", "ada")), json!("ada is admin"));
}

#[test]
fn a_cancelled_run_begins_only_what_asks_for_it() {
    let mut run = Run::of(
        "steps:
  a: { uses: repeat }
  plain: { uses: read, needs: a }
  good: { uses: read, needs: a, if: success() }
  bad: { uses: read, needs: a, if: failure() }
  clean: { uses: read, needs: a, if: always() }
  told: { uses: read, needs: plain, if: cancelled() }
",
    );
    run.news(Fact::StopRequested(Stop::Cancel)).succeeds(task("a"), 1);
    for step in ["plain", "good", "bad"] {
        assert_eq!(run.skipped(step), Some(SkipReason::Cancelled), "{step}");
    }
    assert_eq!((run.phase(&task("clean")), run.phase(&task("told"))), ("running", "running"));
    run.succeeds(task("clean"), 1).succeeds(task("told"), 1);
    assert_eq!(run.state.status, RunStatus::Cancelled);
}

#[test]
fn a_skipped_need_does_not_skip_what_follows() {
    let mut run = Run::of("steps:\n  a: { uses: read, if: 1 > 2 }\n  b: { uses: read, needs: a }\n");
    assert_eq!((run.skipped("a"), run.phase(&task("b"))), (Some(SkipReason::Condition), "running"));
    run.succeeds(task("b"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn what_failed_before_a_step_says_nothing_about_what_its_probe_saw() {
    let mut run = Run::of(
        "steps:
  a: { uses: read }
  b:
    uses: ask
    needs: a
    if: always()
    outputs: { id: response.body.id, key: { value: response.body.key, secret: true } }
    probe: { done-if: response.status == 200, outputs: { id: response.body.id, key: 'null' } }
",
    );
    run.ends(task("a"), lost(Happened::None)).ends(task("b"), lost(Happened::Unknown));
    run.news(Fact::TimerFired { task: task("b") });
    let answer = [("status", json!(200).into()), ("body", Datum::secret(json!({ "id": 7 })))];
    let seen = Outcome::succeeded(answer.map(|(name, value)| (name.to_owned(), value)).into());
    run.news(Fact::ProbeEnded { task: task("b"), probe: 1, answer: ProbeAnswer::Seen(Box::new(seen)) });
    assert_eq!(run.phase(&task("b")), "succeeded");
    let outputs = &run.state.task(&run.plan, &task("b")).unwrap().outputs;
    assert_eq!((outputs["id"].expose(), outputs["key"].expose()), (&json!(7), &json!(null)));
    // What is captured from an answer is as secret as the step says, whatever the rest of the answer is.
    assert_eq!((outputs["id"].is_secret(), outputs["key"].is_secret()), (false, true));
}

#[test]
fn an_item_is_undone_by_its_own_outputs() {
    let mut run = Run::of(
        "steps:
  each:
    uses: once
    strategy: { matrix: { x: [a, b] } }
    undo: { uses: repeat, with: { value: \"${{ matrix.x }}/${{ steps.each.outputs.value }}\" } }
",
    );
    run.succeeds(item("each", "a"), 1).ends(item("each", "b"), Outcome::succeeded(outputs(2)));
    run.news(Fact::TeardownStarted);
    let undo = |x: &str| item("each", x).with_role(Role::Undo);
    assert_eq!(run.input(&undo("b")), json!("b/2"));
    run.succeeds(undo("b"), 1);
    assert_eq!(run.input(&undo("a")), json!("a/1"));
}
