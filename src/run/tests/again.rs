//! The workflow is edited while a run rests, or steps run again.

use std::time::Duration;

use serde_json::json;

use super::plans::{Run, lost, outputs, plan, remedy, task};
use crate::id::{StepId, TaskPath};
use crate::plan::{Comparison, Plan, compare};
use crate::run::*;
use crate::secret::Data;

const HOUR: Duration = Duration::from_secs(3600);

impl Run {
    /// Resumes with another text of the workflow.
    pub fn edited(&mut self, text: &str, how: Resumption) -> &mut Self {
        let newer = plan(text);
        let replanned = edit(&self.plan, &newer, self.state.version + 1);
        self.at = self.at.plus(HOUR);
        self.apply(Fact::Resumed(Box::new(how))).unwrap();
        self.plan = newer.into();
        self.news(Fact::Replanned(Box::new(replanned)))
    }
}

/// What `ops` writes of an edit.
pub fn edit(older: &Plan, newer: &Plan, version: u32) -> Replanned {
    let Comparison { recheck, succession, .. } = compare(older, newer);
    let (inputs, secrets) = (Data::new(), Data::new());
    Replanned { version, workflow: "x".into(), recheck, succession, inputs, secrets }
}

pub fn item(step: &str, item: &str) -> TaskPath {
    TaskPath::item(StepId::new(step).unwrap(), item.into())
}

pub fn keep(step: &str) -> Resumption {
    Resumption { keep: vec![task(step)], ..Resumption::default() }
}

pub fn again(step: &str) -> Resumption {
    Resumption { again: vec![task(step)], ..Resumption::default() }
}

const PAIR: &str = "steps:
  one: { uses: once, with: { value: 1 } }
  two: { uses: read, needs: one, with: { value: '${{ steps.one.outputs.value }}' } }
";

/// `one` is done, `two` failed.
fn pair() -> Run {
    let mut run = Run::of(PAIR);
    run.succeeds(task("one"), 1).ends(task("two"), lost(Happened::None));
    assert_eq!(run.state.status, RunStatus::Failed);
    run
}

#[test]
fn what_would_be_the_same_again_is_kept_as_it_was() {
    let mut run = pair();
    let before = run.task(&task("one")).clone();
    run.edited(&PAIR.replace("{ value: 1 }", "{ value: \"${{ 1 }}\" }"), Resumption::default());
    assert_eq!(*run.task(&task("one")), before, "the text is another, the input is not");
    assert_eq!(run.phase(&task("two")), "running");
}

#[test]
fn a_read_with_another_input_runs_again_and_an_effect_is_held() {
    let mut run = pair();
    run.edited(&PAIR.replace("value: 1", "value: 2"), Resumption::default());
    assert!(matches!(run.task(&task("one")).phase, Phase::InDoubt { doubt: Doubt::Changed, .. }));
    assert_eq!((run.state.status, run.phase(&task("two"))), (RunStatus::InDoubt, "waiting"));

    let mut run = Run::of(&PAIR.replace("once", "read"));
    run.succeeds(task("one"), 1).ends(task("two"), lost(Happened::None));
    run.edited(&PAIR.replace("once", "read").replace("value: 1", "value: 2"), Resumption::default());
    assert_eq!((run.task(&task("one")).phase.name(), run.task(&task("one")).occurrence), ("running", 1));
}

#[test]
fn who_says_that_it_stands_keeps_it_now_or_later() {
    let edited = PAIR.replace("value: 1", "value: 2");
    let mut run = pair();
    run.edited(&edited, keep("one"));
    assert_eq!((run.task(&task("one")).phase.clone(), run.task(&task("one")).attempts), (Phase::Succeeded, 1));
    let mut run = pair();
    run.edited(&edited, Resumption::default()).news(Fact::Resumed(Box::new(keep("one"))));
    assert_eq!((run.task(&task("one")).phase.clone(), run.task(&task("one")).attempts), (Phase::Succeeded, 1));
    assert!(!run.task(&task("one")).stands && run.task(&task("one")).kept.is_none());
}

#[test]
fn who_says_that_it_is_to_be_done_again_has_it_done_as_the_next_occurrence() {
    let edited = PAIR.replace("value: 1", "value: 2");
    let mut run = pair();
    run.edited(&edited, again("one"));
    assert_eq!(
        (run.task(&task("one")).phase.name(), run.task(&task("one")).attempts, run.task(&task("one")).occurrence),
        ("running", 2, 1)
    );
    let mut run = pair();
    run.edited(&edited, Resumption::default()).news(Fact::Resumed(Box::new(again("one"))));
    assert_eq!((run.task(&task("one")).phase.name(), run.task(&task("one")).attempts), ("running", 2));
    assert!(run.task(&task("one")).occurrence > 0);
}

#[test]
fn an_edit_that_is_taken_back_leaves_everything_as_it_was() {
    let mut run = pair();
    let before = run.task(&task("one")).clone();
    run.edited(&PAIR.replace("value: 1", "value: 2"), Resumption::default()).edited(PAIR, Resumption::default());
    assert_eq!(*run.task(&task("one")), before);
}

#[test]
fn what_nobody_knows_of_is_looked_into_as_it_was_sent_and_then_sent_as_the_next_occurrence() {
    let mut run = Run::of(PAIR);
    run.edited(&PAIR.replace("value: 1", "value: 2"), Resumption::default());
    assert_eq!(run.phase(&task("one")), "delayed");
    run.news(Fact::TimerFired { task: task("one") });
    assert_eq!(run.task(&task("one")).input, outputs(1), "the look is about what was sent");
    run.news(Fact::ProbeEnded { task: task("one"), probe: 1, answer: ProbeAnswer::NotDone });
    assert_eq!((run.task(&task("one")).phase.name(), &run.task(&task("one")).input), ("running", &outputs(2)));
    assert_eq!(run.task(&task("one")).occurrence, 1, "another input, another idempotency key");
}

#[test]
fn the_same_key_never_goes_with_another_input() {
    let keyed = PAIR.replace("once", "keyed").replace("value: 1 }", "value: 1 }, retry: 1");
    let mut run = Run::of(&keyed);
    run.ends(task("one"), lost(Happened::Unknown));
    run.edited(&keyed.replace("value: 1", "value: 2"), Resumption::default());
    assert!(
        matches!(run.task(&task("one")).phase, Phase::InDoubt { doubt: Doubt::Changed, .. }),
        "{:?}",
        run.task(&task("one"))
    );
}

#[test]
fn a_remedy_that_is_edited_away_does_not_make_its_step_forget_what_took_effect() {
    let text = "steps:\n  a: { uses: once, on-error: { when: lost, run: repeat, rerun-from: a } }\n";
    let mut run = Run::of(text);
    run.ends(task("a"), lost(Happened::Done));
    assert_eq!((run.phase(&task("a")), run.phase(&remedy("a"))), ("remedying", "running"));
    run.edited("steps:\n  a: { uses: once }\n", Resumption::default());
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("failed", 1));
}

const EACH: &str = "steps:
  list: { uses: read, with: { value: 1 } }
  each: { uses: once, strategy: { matrix: { x: '${{ steps.list.outputs.value }}' } } }
  last: { uses: read, needs: each }
";

#[test]
fn items_are_known_by_their_value_after_an_edit() {
    let mut run = Run::of(EACH);
    run.succeeds(task("list"), json!(["a", "b"])).succeeds(item("each", "a"), 1).succeeds(item("each", "b"), 1);
    run.ends(task("last"), lost(Happened::None));
    run.edited(&EACH.replace("value: 1", "value: 2"), Resumption::default());
    run.succeeds(task("list"), json!(["b", "c"]));
    assert_eq!((run.phase(&item("each", "b")), run.phase(&item("each", "c"))), ("succeeded", "running"));
}

#[test]
fn a_matrix_that_cannot_be_found_does_not_make_its_items_forgotten() {
    let mut run = Run::of(EACH);
    run.succeeds(task("list"), json!(["a"])).succeeds(item("each", "a"), 1).ends(task("last"), lost(Happened::None));
    run.edited(&EACH.replace("value: 1", "value: 2"), Resumption::default());
    run.succeeds(task("list"), "no list");
    assert_eq!(run.status("each"), StepStatus::Failed);
    run.edited(&EACH.replace("value: 1", "value: 3"), Resumption::default());
    run.succeeds(task("list"), json!(["a"]));
    assert_eq!((run.status("each"), run.phase(&item("each", "a"))), (StepStatus::Succeeded, "succeeded"));
}

#[test]
fn what_stands_since_before_an_edit_is_undone_although_its_step_waits() {
    let mut run = pair();
    run.edited(&PAIR.replace("value: 1", "value: 2"), Resumption::default());
    assert_eq!(run.state.status, RunStatus::InDoubt);
    run.apply(Fact::TeardownStarted).unwrap();
    assert_eq!(run.phase(&task("one")), "succeeded");
}

#[test]
fn a_run_goes_only_as_far_as_it_is_told() {
    let mut run = Run::of("steps:\n  a: { uses: read }\n  b: { uses: read, needs: a }\n  c: { uses: read }\n");
    run.news(Fact::StopRequested(Stop::Interrupt)).succeeds(task("a"), 1).succeeds(task("c"), 1);
    let until = Resumption { until: Some(StepId::new("a").unwrap()), ..Resumption::default() };
    run.news(Fact::Resumed(Box::new(until)));
    assert_eq!((run.state.status, run.state.has_reached(&run.plan)), (RunStatus::Interrupted, true));
    assert_eq!(run.phase(&task("b")), "waiting");
    assert_eq!(run.resumes(HOUR).phase(&task("b")), "running");
}

#[test]
fn a_look_ahead_says_what_a_resume_then_does() {
    let run = pair();
    let newer = plan(&PAIR.replace("value: 1", "value: 2"));
    let edit = edit(&run.plan, &newer, 2);
    let fates = |how: Resumption| -> Vec<Fate> {
        let ahead = preview(&run.plan, &newer, &run.state, &how, Some(&edit)).unwrap();
        ahead.tasks().map(|(_, fate)| fate.clone()).collect()
    };
    assert_eq!(fates(Resumption::default()), [Fate::Held, Fate::Waits]);
    assert_eq!(fates(keep("one")), [Fate::Judged, Fate::Runs]);
    assert_eq!(fates(again("one")), [Fate::Again, Fate::Waits]);
}

#[test]
fn an_item_that_is_taken_out_and_comes_back_is_known_again() {
    let text = |items: &str| {
        format!(
            "steps:\n  each: {{ uses: once, strategy: {{ matrix: {{ x: {items} }} }}, with: {{ value: '${{{{ matrix.x }}}}' }} }}\n  last: {{ uses: read, needs: each }}\n"
        )
    };
    let mut run = Run::of(&text("[a, b]"));
    run.succeeds(item("each", "a"), 1).succeeds(item("each", "b"), 2).ends(task("last"), lost(Happened::None));
    run.edited(&text("[a]"), Resumption::default()).ends(task("last"), lost(Happened::None));
    run.edited(&text("[a, b]"), Resumption::default());
    let b = run.task(&item("each", "b"));
    assert_eq!((b.phase.name(), b.attempts, b.outputs == outputs(2)), ("succeeded", 1, true));
    assert_eq!(run.phase(&task("last")), "running");
}
