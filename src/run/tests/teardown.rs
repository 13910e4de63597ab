//! What a teardown undoes, in which order, and what it leaves.

use std::time::Duration;

use serde_json::{Value, json};

use super::plans::{Run, lost, outputs, plan, task};
use crate::expr::Template;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Call, Undo};
use crate::run::*;
use crate::workflow::{Effect, RetryClass};

pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn undo(step: &str) -> TaskPath {
    task(step).with_role(Role::Undo)
}

pub(super) fn item(step: &str, item: &str) -> TaskPath {
    TaskPath::item(StepId::new(step).unwrap(), item.into())
}

pub(super) fn undo_item(step: &str, of: &str) -> TaskPath {
    item(step, of).with_role(Role::Undo)
}

/// The steps in `texts` are taken back by a call of `once`, with that value.
fn called(text: &str, undos: &[(&str, &str)]) -> Run {
    let mut plan = plan(text);
    for (step, value) in undos {
        let with = vec![("value".to_owned(), Template::parse(value).unwrap(), false)];
        let index = plan.index(&StepId::new(step).unwrap()).unwrap();
        plan.steps[index].undo = Undo::Call(Box::new(Call { with, ..Call::new("once", Effect::Once) }));
    }
    Run::of_plan(plan)
}

impl Run {
    /// As `engine::tear_down` does.
    pub(super) fn tears_down(&mut self, after: Duration) -> &mut Self {
        self.at = self.at.plus(after);
        self.apply(Fact::TeardownStarted).unwrap();
        self.news(Fact::Resumed(Box::default()))
    }

    /// The undos that are under way.
    pub(super) fn undoes(&self) -> Vec<String> {
        let running = |undo: &Option<Box<TaskState>>| undo.as_ref().is_some_and(|undo| undo.phase == Phase::Running);
        let mut all = Vec::new();
        for step in &self.state.steps {
            let tasks = step.tasks.iter().filter(|task| running(&task.undo));
            all.extend(tasks.map(|task| task.path(&step.id).to_string()));
            let made = step.made.iter().filter(|made| running(&made.undo));
            all.extend(made.map(|made| made.path(&step.id).to_string()));
        }
        all
    }

    pub(super) fn undoing(&self, of: &TaskPath) -> Undoing {
        let planned = &self.plan.steps[self.plan.index(&of.step).unwrap()];
        self.state.undoing(planned, self.state.task(&self.plan, of).unwrap()).unwrap()
    }

    pub(super) fn teardown(&self) -> TeardownStatus {
        self.state.teardown_status(&self.plan).unwrap()
    }

    pub(super) fn input_of_undo(&self, of: &TaskPath) -> Value {
        self.state.task(&self.plan, of).unwrap().input["value"].expose().clone()
    }

    /// What is folded from the checkpoint of now says the same as what was folded from the beginning.
    pub(super) fn is_what_it_would_be_restored_to(&self) {
        let restored = RunState::restore(&self.plan, self.state.recorded().clone());
        assert_eq!(decide(&self.plan, &restored), decide(&self.plan, &self.state));
        assert_eq!(restored.prospects(&self.plan), self.state.prospects(&self.plan));
    }
}

const CHAIN: &str = "steps:
  account: { uses: join }
  look: { uses: read, needs: account }
  first: { uses: make, needs: account }
  second: { uses: make, needs: account }
";

fn chain() -> Run {
    let mut run = Run::of(CHAIN);
    run.succeeds(task("account"), 1).succeeds(task("second"), 2).succeeds(task("look"), 3).succeeds(task("first"), 4);
    run
}

#[test]
fn what_ended_last_is_undone_first_one_at_a_time() {
    let mut run = chain();
    run.tears_down(DAY);
    assert_eq!(run.undoes(), ["first"]);
    run.succeeds(undo("first"), 0);
    assert_eq!(run.undoes(), ["second"]);
    assert_eq!(run.undoing(&task("look")), Undoing::NothingToUndo);
    run.is_what_it_would_be_restored_to();
    run.succeeds(undo("second"), 0);
    assert_eq!(run.undoing(&task("first")), Undoing::Undone);
    assert_eq!(run.undoing(&task("account")), Undoing::CannotUndo("nobody leaves".into()));
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Succeeded, TeardownStatus::Done));
}

#[test]
fn what_is_undone_is_never_undone_again() {
    let mut run = chain();
    run.tears_down(DAY).succeeds(undo("first"), 0).succeeds(undo("second"), 0);
    let before = run.state.steps.clone();
    run.tears_down(DAY);
    assert_eq!((run.teardown(), &run.state.steps), (TeardownStatus::Done, &before));
    assert!(run.state.prospects(&run.plan).is_empty());
}

#[test]
fn an_undo_that_failed_does_not_stop_the_others_and_is_tried_again_by_the_next_teardown() {
    let mut run = chain();
    run.tears_down(DAY).ends(undo("first"), lost(Happened::None)).succeeds(undo("second"), 0);
    assert!(matches!(run.undoing(&task("first")), Undoing::Failed(error) if error.code == "lost"));
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Succeeded, TeardownStatus::Failed));
    run.tears_down(DAY);
    assert_eq!(run.undoes(), ["first"]);
    run.succeeds(undo("first"), 0);
    assert_eq!(run.teardown(), TeardownStatus::Done);
    let undo = run.state.steps[2].tasks[0].undo.as_deref().unwrap();
    assert_eq!((undo.attempts, undo.occurrence), (2, 0), "the service knows its idempotency key again");
}

#[test]
fn an_undo_is_retried_as_any_attempt_is() {
    let mut run = chain();
    let error = StepError::new(ErrorKind::Service, "service.429", "slow down").class(RetryClass::TooManyRequests);
    run.tears_down(DAY).ends(undo("first"), Outcome::failed(Happened::None, error));
    assert_eq!(run.phase(&undo("first")), "delayed");
    run.is_what_it_would_be_restored_to();
    run.fires(undo("first"));
    assert_eq!(run.undoes(), ["first"]);
}

#[test]
fn a_teardown_that_was_cut_off_goes_on_where_it_was() {
    let mut run = chain();
    run.tears_down(DAY).succeeds(undo("first"), 0);
    run.tears_down(DAY);
    assert_eq!(run.undoes(), ["second"]);
    assert_eq!(run.phase(&undo("first")), "succeeded");
    run.succeeds(undo("second"), 0);
    assert_eq!(run.teardown(), TeardownStatus::Done);
}

#[test]
fn a_teardown_that_is_stopped_records_what_ends_and_begins_nothing() {
    let mut run = chain();
    run.tears_down(DAY).news(Fact::StopRequested(Stop::Interrupt)).succeeds(undo("first"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Interrupted, TeardownStatus::Interrupted));
    assert_eq!(run.undoing(&task("first")), Undoing::Undone);
    run.tears_down(DAY).succeeds(undo("second"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Succeeded, TeardownStatus::Done));
}

#[test]
fn each_item_of_a_matrix_is_undone_with_its_own_outputs() {
    let mut run = called(
        "steps:\n  each: { uses: once, strategy: { matrix: { x: [a, b, c] } } }\n",
        &[("each", "${{ matrix.x + steps.each.outputs.value }}")],
    );
    run.succeeds(item("each", "a"), "1").ends(item("each", "b"), lost(Happened::None)).succeeds(item("each", "c"), "3");
    run.tears_down(DAY);
    assert_eq!(run.input_of_undo(&undo_item("each", "c")), "c3");
    run.succeeds(undo_item("each", "c"), 0);
    assert_eq!(run.undoing(&item("each", "b")), Undoing::NothingToUndo);
    assert_eq!(run.input_of_undo(&undo_item("each", "a")), "a1");
    run.succeeds(undo_item("each", "a"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Failed, TeardownStatus::Done));
}

#[test]
fn a_step_that_failed_after_its_effect_is_undone_by_what_its_answer_still_tells() {
    let mut run = called("steps:\n  a: { uses: once }\n", &[("a", "${{ steps.a.outputs.value }}")]);
    let error = StepError::new(ErrorKind::Assertion, "lost", "not as it should be");
    run.ends(task("a"), Outcome { error: Some(error), ..Outcome::succeeded(outputs("id-7")) });
    run.tears_down(DAY);
    assert_eq!(run.input_of_undo(&undo("a")), "id-7");
    run.succeeds(undo("a"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Failed, TeardownStatus::Done));
}

#[test]
fn of_a_step_that_was_refused_there_is_nothing_to_undo() {
    let mut run = Run::of("steps:\n  a: { uses: make }\n");
    run.ends(task("a"), lost(Happened::None)).tears_down(DAY);
    assert_eq!((run.undoing(&task("a")), run.teardown()), (Undoing::NothingToUndo, TeardownStatus::Done));
}

#[test]
fn an_effect_in_doubt_is_looked_into_first() {
    let text = "steps:\n  early: { uses: make }\n  late: { uses: make, needs: early }\n";
    let mut run = Run::of(text);
    // Killed while `late` was on its way.
    run.succeeds(task("early"), 1).tears_down(DAY);
    assert_eq!((run.phase(&task("late")), run.undoes().len()), ("delayed", 0));
    assert_eq!(run.undoing(&task("late")), Undoing::InDoubt);
    run.fires(task("late")).looks(task("late"), ProbeAnswer::Done(outputs(2)));
    assert_eq!(run.undoes(), ["late"]);
    run.is_what_it_would_be_restored_to();
    run.succeeds(undo("late"), 0);
    assert_eq!(run.undoes(), ["early"]);
}

#[test]
fn an_effect_that_a_look_does_not_find_is_not_made_by_a_teardown() {
    let mut run = called("steps:\n  a: { uses: once }\n  b: { uses: once, needs: a }\n", &[("a", "1")]);
    run.tears_down(DAY).fires(task("a")).looks(task("a"), ProbeAnswer::NotDone);
    assert_eq!((run.phase(&task("a")), run.undoing(&task("a"))), ("failed", Undoing::NothingToUndo));
    assert_eq!((run.undoing(&task("b")), run.teardown()), (Undoing::NothingToUndo, TeardownStatus::Done));
}

#[test]
fn what_a_step_in_doubt_was_made_with_stays_until_somebody_knows() {
    let text = "steps:\n  token: { uses: make }\n  other: { uses: make }\n  order: { uses: make, needs: token }\n";
    let mut run = Run::of(text);
    run.succeeds(task("token"), 1).succeeds(task("other"), 1).tears_down(DAY).fires(task("order"));
    run.looks(task("order"), ProbeAnswer::NoWay);
    assert_eq!(run.undoes(), ["other"]);
    run.succeeds(undo("other"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::InDoubt, TeardownStatus::InDoubt));
    let left: Vec<_> = run.state.prospects(&run.plan).into_iter().map(|p| (p.task.to_string(), p.undoing)).collect();
    assert_eq!(left, [("order".to_owned(), Undoing::InDoubt), ("token".to_owned(), Undoing::Waiting)]);
    run.is_what_it_would_be_restored_to();

    run.news(Fact::Resolved { task: task("order"), resolution: Resolution::Done(outputs(5)) });
    run.tears_down(DAY);
    assert_eq!(run.undoes(), ["order"]);
    run.succeeds(undo("order"), 0).succeeds(undo("token"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Succeeded, TeardownStatus::Done));
}

#[test]
fn what_could_not_be_undone_is_once_somebody_says_what_came_of_it() {
    let mut run = called("steps:\n  a: { uses: keyed, retry: 1 }\n", &[("a", "${{ steps.a.outputs.value }}")]);
    run.ends(task("a"), lost(Happened::Unknown)).tears_down(DAY);
    assert!(matches!(run.undoing(&task("a")), Undoing::CannotUndo(why) if why.contains("what came of it")));
    run.news(Fact::Resolved { task: task("a"), resolution: Resolution::Done(outputs("id-9")) }).tears_down(DAY);
    assert_eq!(run.input_of_undo(&undo("a")), "id-9");
}

#[test]
fn an_undo_that_must_not_be_repeated_and_whose_reply_was_lost_has_failed() {
    let mut run = called("steps:\n  a: { uses: once }\n", &[("a", "1")]);
    run.succeeds(task("a"), 1).tears_down(DAY).ends(undo("a"), lost(Happened::Unknown));
    assert_eq!(run.teardown(), TeardownStatus::Failed);
    // A person asks for it again, and then it is sent again; nobody looks.
    run.tears_down(DAY).ends(undo("a"), lost(Happened::None));
    assert_eq!((run.phase(&undo("a")), run.teardown()), ("failed", TeardownStatus::Failed));
}

#[test]
fn an_action_may_find_that_there_is_nothing_or_that_it_cannot() {
    let answer = |code| Outcome::failed(Happened::None, StepError::new(ErrorKind::Service, code, "not ours"));
    let mut run = chain();
    run.tears_down(DAY).ends(undo("first"), answer(StepError::CANNOT_UNDO));
    run.ends(undo("second"), answer(StepError::NOTHING_TO_UNDO));
    assert_eq!(run.undoing(&task("first")), Undoing::CannotUndo("not ours".into()));
    assert_eq!((run.undoing(&task("second")), run.teardown()), (Undoing::NothingToUndo, TeardownStatus::Done));
}

#[test]
fn a_step_that_was_sent_round_and_did_not_run_again_is_not_forgotten() {
    let text = "steps:
  key: { uses: make }
  wait: { uses: read, needs: key, on-error: { when: lost, run: repeat, rerun-from: key } }
";
    let mut run = Run::of(text);
    run.succeeds(task("key"), 1).ends(task("wait"), lost(Happened::None));
    run.succeeds(super::plans::remedy("wait"), 1).ends(task("key"), lost(Happened::None));
    assert_eq!(run.status("key"), StepStatus::Failed);
    run.tears_down(DAY);
    assert_eq!(run.undoes(), ["key"], "its first occurrence made one");
}

#[test]
fn a_failed_run_is_torn_down_by_itself_where_the_workflow_says_so() {
    let mut plan = plan("steps:\n  a: { uses: make }\n  b: { uses: once, needs: a }\n");
    plan.workflow.teardown_on_failure = true;
    let mut run = Run::of_plan(plan);
    run.succeeds(task("a"), 1).ends(task("b"), lost(Happened::None));
    assert_eq!(run.undoes(), ["a"]);
    // Killed, and taken over.
    run.tears_down(DAY);
    assert_eq!((run.undoes(), run.phase(&task("b"))), (vec!["a".to_owned()], "failed"));
    run.succeeds(undo("a"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Failed, TeardownStatus::Done));
}

#[test]
fn a_run_that_stands_in_doubt_is_not_torn_down_by_itself() {
    let mut plan = plan("steps:\n  a: { uses: make }\n  b: { uses: once }\n");
    plan.workflow.teardown_on_failure = true;
    let mut run = Run::of_plan(plan);
    run.ends(task("b"), lost(Happened::None)).ends(task("a"), lost(Happened::Unknown));
    run.fires(task("a")).looks(task("a"), ProbeAnswer::NoWay);
    assert_eq!((run.state.status, run.state.teardown), (RunStatus::InDoubt, false));
}

#[test]
fn a_run_whose_time_was_over_stays_failed_after_its_teardown() {
    let mut plan = plan("steps:\n  a: { uses: make }\n  b: { uses: once, needs: a }\n");
    plan.workflow.teardown_on_failure = true;
    plan.workflow.limits.timeout = Some(Duration::from_secs(1));
    let mut run = Run::of_plan(plan);
    run.news(Fact::AlarmRang { alarm: Alarm::Timeout }).succeeds(task("a"), 1);
    assert_eq!(run.undoes(), ["a"]);
    run.news(Fact::StopRequested(Stop::Interrupt)).succeeds(undo("a"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Failed, TeardownStatus::Done));
}

#[test]
fn a_cancelled_run_stays_cancelled_after_its_teardown() {
    let mut run = Run::of("steps:\n  a: { uses: make }\n  b: { uses: once, needs: a }\n");
    run.news(Fact::StopRequested(Stop::Cancel)).succeeds(task("a"), 1).tears_down(DAY).succeeds(undo("a"), 0);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Cancelled, TeardownStatus::Done));
}

#[test]
fn a_try_that_waits_is_not_waited_for() {
    let mut run = Run::of("steps:\n  a: { uses: make }\n  b: { uses: repeat }\n");
    let error = StepError::new(ErrorKind::Service, "service.429", "slow down").class(RetryClass::TooManyRequests);
    run.succeeds(task("a"), 1).ends(task("b"), Outcome::failed(Happened::None, error));
    assert_eq!(run.phase(&task("b")), "delayed");
    run.tears_down(DAY);
    assert_eq!((run.phase(&task("b")), run.undoes()), ("failed", vec!["a".to_owned()]));
}

#[test]
fn undos_keep_to_the_rate_of_the_workflow() {
    let mut plan = plan(CHAIN);
    let per = Duration::from_secs(60);
    plan.workflow.limits.rate = Some(crate::workflow::Rate { count: 4, per });
    let mut run = Run::of_plan(plan);
    run.succeeds(task("account"), 1).succeeds(task("second"), 2).succeeds(task("look"), 3).succeeds(task("first"), 4);
    run.tears_down(Duration::ZERO);
    assert!(run.undoes().is_empty() && run.state.alarms.contains_key(&Alarm::Rate));
    run.at = run.at.plus(per);
    run.news(Fact::AlarmRang { alarm: Alarm::Rate });
    assert_eq!(run.undoes(), ["first"]);
}

#[test]
fn an_undo_out_of_turn_and_a_wrong_reason_are_refused() {
    let mut run = chain();
    run.tears_down(DAY);
    let skipped = |task, reason| Fact::Skipped { task, reason };
    let refused = [
        skipped(undo("second"), SkipReason::NothingToUndo),
        skipped(undo("first"), SkipReason::Cancelled),
        skipped(task("first"), SkipReason::NothingToUndo),
    ];
    for fact in refused {
        assert!(run.apply(fact.clone()).is_err(), "{fact:?}");
    }
}

#[test]
fn what_will_remain_is_known_from_the_plan() {
    let plan = plan(CHAIN);
    let remains: Vec<_> = plan.remains().map(|(step, why)| (step.as_str(), why)).collect();
    assert_eq!(remains, [("account", "nobody leaves")]);
    assert_eq!(json!(called("steps:\n  a: { uses: once }\n", &[("a", "1")]).plan.remains().count()), json!(0));
}
