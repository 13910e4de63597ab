//! What earlier rounds of a step made is undone as well.

use std::time::Duration;

use super::again::again;
use super::plans::{Run, lost, outputs, remedy, task};
use super::teardown::{DAY, item, undo};
use crate::id::TaskPath;
use crate::run::*;

const ONE: &str = "steps:
  a: { uses: once, undo: { uses: once, with: { value: '${{ steps.a.outputs.value }}' } } }
";

fn path(text: &str) -> TaskPath {
    TaskPath::parse(text).unwrap()
}

fn judged_bad(value: &str) -> Outcome {
    let error = StepError::new(ErrorKind::Assertion, "lost", "not as it should be");
    Outcome { error: Some(error), ..Outcome::succeeded(outputs(value)) }
}

impl Run {
    fn runs_again(&mut self, step: &str) -> &mut Self {
        self.resumes_as(DAY, again(step))
    }

    /// Undoes all there is, each as soon as it is asked for; their paths and what each was asked for.
    fn undone(&mut self) -> Vec<(String, String)> {
        self.tears_down(DAY);
        self.undone_from_here()
    }

    /// The same in a run whose teardown has begun.
    pub(super) fn undone_from_here(&mut self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        while let [next] = self.undoes().as_slice() {
            let next = if next.starts_with("undo:") { path(next) } else { path(&format!("undo:{next}")) };
            let input = self.input_of_undo(&next);
            all.push((next.to_string(), input.as_str().map_or_else(|| input.to_string(), str::to_owned)));
            self.is_what_it_would_be_restored_to();
            self.succeeds(next, 0);
        }
        assert_ne!(self.state.status, RunStatus::Running);
        all
    }

    fn earlier(&self, step: &str) -> Vec<(u32, Undoing)> {
        let index = self.plan.index(&task(step).step).unwrap();
        let all = self.state.undoing_earlier(&self.plan, index);
        all.map(|(made, undoing)| (made.round().get(), undoing)).collect()
    }
}

pub(super) fn pairs(all: &[(String, String)]) -> Vec<(&str, &str)> {
    all.iter().map(|(path, input)| (path.as_str(), input.as_str())).collect()
}

#[test]
fn each_round_is_undone_by_what_it_had_made_the_last_first() {
    let mut run = Run::of(ONE);
    run.succeeds(task("a"), "id-1").runs_again("a").succeeds(task("a"), "id-2").runs_again("a");
    run.succeeds(task("a"), "id-3");
    let undone = run.undone();
    let expected = [("undo:a", "id-3"), ("undo:a (round 2)", "id-2"), ("undo:a (round 1)", "id-1")];
    assert_eq!(pairs(&undone), expected);
    assert_eq!((run.teardown(), run.undoing(&task("a"))), (TeardownStatus::Done, Undoing::Undone));
    assert_eq!(run.earlier("a"), [(1, Undoing::Undone), (2, Undoing::Undone)]);
}

#[test]
fn rounds_of_several_steps_are_undone_in_the_order_in_which_they_ended() {
    let other = ONE.replace("steps:\n", "").replace("a: {", "b: {").replace("steps.a", "steps.b");
    let mut run = Run::of(&format!("{ONE}{other}"));
    run.succeeds(task("a"), "a1").succeeds(task("b"), "b1").runs_again("a").succeeds(task("a"), "a2");
    run.runs_again("b").succeeds(task("b"), "b2");
    let undone = run.undone();
    let inputs: Vec<&str> = undone.iter().map(|(_, input)| input.as_str()).collect();
    assert_eq!(inputs, ["b2", "a2", "b1", "a1"]);
}

#[test]
fn what_was_sent_round_after_an_error_is_undone_for_each_round() {
    let text = format!(
        "{ONE}  wait: {{ uses: read, needs: a, on-error: {{ when: lost, run: repeat, rerun-from: a, max: 3 }} }}\n"
    );
    let mut run = Run::of(&text);
    run.succeeds(task("a"), "id-1").ends(task("wait"), lost(Happened::None)).succeeds(remedy("wait"), 1);
    run.succeeds(task("a"), "id-2").ends(task("wait"), lost(Happened::None)).succeeds(remedy("wait"), 1);
    run.ends(task("a"), lost(Happened::None));
    assert_eq!(run.status("a"), StepStatus::Failed);
    let undone = run.undone();
    assert_eq!(pairs(&undone), [("undo:a (round 2)", "id-2"), ("undo:a (round 1)", "id-1")]);
    assert_eq!(run.undoing(&task("a")), Undoing::NothingToUndo, "its last round was refused");
}

#[test]
fn what_an_edit_ran_again_is_undone_as_it_was_before() {
    let with = |value: u32| ONE.replace("once, undo", &format!("once, with: {{ value: {value} }}, undo"));
    let mut run = Run::of(&with(1));
    run.succeeds(task("a"), "id-1").edited(&with(2), again("a")).succeeds(task("a"), "id-2");
    assert_eq!(pairs(&run.undone()), [("undo:a", "id-2"), ("undo:a (round 1)", "id-1")]);

    // Where it may take place again without a word it does so by itself.
    let with = |value: u32| with(value).replace("{ uses: once, with", "{ uses: repeat, with");
    let mut run = Run::of(&format!("{}  end: {{ uses: read, needs: a }}\n", with(1)));
    run.succeeds(task("a"), "id-1").ends(task("end"), lost(Happened::None));
    run.edited(&format!("{}  end: {{ uses: read, needs: a }}\n", with(2)), Resumption::default());
    run.succeeds(task("a"), "id-2");
    assert_eq!(pairs(&run.undone()), [("undo:a", "id-2"), ("undo:a (round 1)", "id-1")]);
}

#[test]
fn an_edit_that_changes_nothing_makes_no_round() {
    let mut run = Run::of(&format!("{ONE}  end: {{ uses: read, needs: a }}\n"));
    run.succeeds(task("a"), "id-1").ends(task("end"), lost(Happened::None));
    let edited = ONE.replace("uses: once, undo", "uses: once, retry: 2, with: { value: null }, undo");
    run.edited(&format!("{edited}  end: {{ uses: read, needs: a }}\n"), Resumption::default());
    run.resumes_as(DAY, Resumption { keep: vec![task("a")], ..Resumption::default() });
    assert_eq!(pairs(&run.undone()), [("undo:a", "id-1")]);
}

#[test]
fn items_of_a_matrix_have_rounds_of_their_own() {
    let text = "steps:
  each:
    uses: once
    strategy: { matrix: { x: [p, q] } }
    undo: { uses: once, with: { value: '${{ matrix.x + steps.each.outputs.value }}' } }
";
    let mut run = Run::of(text);
    run.succeeds(item("each", "p"), "1").succeeds(item("each", "q"), "1");
    run.resumes_as(DAY, Resumption { again: vec![item("each", "q")], ..Resumption::default() });
    run.succeeds(item("each", "q"), "2").runs_again("each").succeeds(item("each", "q"), "3");
    run.ends(item("each", "p"), lost(Happened::None));
    let expected = [
        ("undo:each[q]", "q3"),
        ("undo:each[q] (round 2)", "q2"),
        ("undo:each[q] (round 1)", "q1"),
        ("undo:each[p] (round 1)", "p1"),
    ];
    assert_eq!(pairs(&run.undone()), expected);
}

#[test]
fn a_step_that_gains_a_matrix_is_undone_as_it_was_without() {
    let mut run = Run::of(&format!("{ONE}  end: {{ uses: read, needs: a }}\n"));
    run.succeeds(task("a"), "id-1").ends(task("end"), lost(Happened::None));
    let edited = ONE.replace("uses: once, undo", "uses: once, strategy: { matrix: { x: [p] } }, undo");
    run.edited(&edited, Resumption::default()).succeeds(item("a", "p"), "id-2");
    assert_eq!(pairs(&run.undone()), [("undo:a[p]", "id-2"), ("undo:a (round 1)", "id-1")]);
}

#[test]
fn a_round_that_failed_after_its_effect_is_undone_by_what_its_answer_tells() {
    let mut run = Run::of(ONE);
    run.ends(task("a"), judged_bad("id-1")).resolves(task("a"), Resolution::Redo).resumes(DAY);
    run.succeeds(task("a"), "id-2");
    assert_eq!(pairs(&run.undone()), [("undo:a", "id-2"), ("undo:a (round 1)", "id-1")]);

    // What may take place again does so on a resume.
    let mut run = Run::of(&ONE.replace("a: { uses: once", "a: { uses: repeat"));
    run.ends(task("a"), judged_bad("id-1")).resumes(DAY).ends(task("a"), lost(Happened::None));
    assert_eq!(pairs(&run.undone()), [("undo:a (round 1)", "id-1")]);
    assert_eq!(run.undoing(&task("a")), Undoing::NothingToUndo);
}

#[test]
fn a_round_that_nobody_knows_of_is_told_and_left() {
    let mut run = Run::of(ONE);
    run.ends(task("a"), lost(Happened::Unknown)).fires(task("a")).looks(task("a"), ProbeAnswer::NoWay);
    run.resolves(task("a"), Resolution::Redo).resumes(DAY).succeeds(task("a"), "id-2");
    let prospects = run.state.prospects(&run.plan);
    assert!(matches!(&prospects[1].undoing, Undoing::CannotUndo(why) if why.contains("may have taken place")));
    assert_eq!(prospects[1].task, path("undo:a (round 1)"));
    assert_eq!(pairs(&run.undone()), [("undo:a", "id-2")]);
    assert!(matches!(run.earlier("a").as_slice(), [(1, Undoing::CannotUndo(_))]));
    assert_eq!(run.teardown(), TeardownStatus::Done);
}

#[test]
fn an_answer_during_a_teardown_that_nothing_took_place_makes_no_round() {
    let mut run = Run::of(ONE);
    run.ends(task("a"), lost(Happened::Unknown)).fires(task("a")).looks(task("a"), ProbeAnswer::NoWay).tears_down(DAY);
    run.resolves(task("a"), Resolution::Redo);
    assert_eq!((run.undone(), run.earlier("a")), (vec![], vec![]));
}

#[test]
fn an_undo_of_a_round_that_failed_is_tried_again_under_the_key_of_its_own() {
    let mut run = Run::of(ONE);
    run.succeeds(task("a"), "id-1").runs_again("a").succeeds(task("a"), "id-2").tears_down(DAY);
    let first = path("undo:a (round 1)");
    let Some(Op::Attempt(last)) = op(&run.plan, &run.state, &attempt_of(&run, undo("a"))) else { panic!() };
    run.succeeds(undo("a"), 0);
    let Some(Op::Attempt(order)) = op(&run.plan, &run.state, &attempt_of(&run, first.clone())) else { panic!() };
    assert_ne!(order.idempotency_key, last.idempotency_key);
    run.ends(first.clone(), lost(Happened::None));
    assert!(matches!(run.earlier("a").as_slice(), [(1, Undoing::Failed(_))]));
    assert_eq!(run.teardown(), TeardownStatus::Failed);
    run.tears_down(DAY);
    let Some(Op::Attempt(again)) = op(&run.plan, &run.state, &attempt_of(&run, first.clone())) else { panic!() };
    assert_eq!((again.number, &again.idempotency_key), (2, &order.idempotency_key));
    run.succeeds(first, 0);
    assert_eq!((run.teardown(), run.earlier("a")), (TeardownStatus::Done, vec![(1, Undoing::Undone)]));
    assert!(run.state.prospects(&run.plan).is_empty());
}

fn attempt_of(run: &Run, task: TaskPath) -> Fact {
    let state = run.task(&task);
    let (attempt, occurrence, input) = (state.attempts, state.occurrence, state.input.clone());
    let (effect, digest) = (crate::workflow::Effect::Once, state.digest.clone());
    let idempotency_key = idempotency_key(&run.state.started, &task, occurrence);
    let started = AttemptStarted { task, attempt, occurrence, effect, idempotency_key, input, digest, spends: None };
    Fact::AttemptStarted(Box::new(started))
}

#[test]
fn a_teardown_that_was_cut_off_among_the_rounds_goes_on_where_it_was() {
    let mut run = Run::of(ONE);
    run.succeeds(task("a"), "id-1").runs_again("a").succeeds(task("a"), "id-2").tears_down(DAY).succeeds(undo("a"), 0);
    assert_eq!(run.undoes(), ["undo:a (round 1)"]);
    run.tears_down(DAY);
    // The undo is of the kind that must not be sent twice, and nobody looks.
    assert_eq!((run.undoes(), run.teardown()), (vec![], TeardownStatus::Failed));
    assert_eq!(pairs(&run.undone()), [("undo:a (round 1)", "id-1")]);
}

#[test]
fn an_undo_knows_the_things_that_its_step_was_made_with() {
    let text = "steps:
  home: { uses: once, undo: { uses: once, with: { value: '${{ steps.home.outputs.value }}' } } }
  key:
    uses: once
    needs: home
    undo: { uses: once, with: { value: '${{ steps.home.outputs.value + steps.key.outputs.value }}' } }
";
    let mut run = Run::of(text);
    run.succeeds(task("home"), "h1").succeeds(task("key"), "k1").runs_again("key").succeeds(task("key"), "k2");
    run.runs_again("home").succeeds(task("home"), "h2").runs_again("key").succeeds(task("key"), "k3");
    let undone = run.undone();
    let inputs: Vec<&str> = undone.iter().map(|(_, input)| input.as_str()).collect();
    assert_eq!(inputs, ["h2k3", "h2", "h1k2", "h1k1", "h1"]);
}

#[test]
fn an_undo_that_needs_no_outputs_is_done_once_for_all_rounds() {
    let text = "steps:\n  a: { uses: once, undo: { uses: once, with: { value: all } } }\n";
    let mut run = Run::of(text);
    run.succeeds(task("a"), 1).runs_again("a").succeeds(task("a"), 2).runs_again("a");
    run.ends(task("a"), lost(Happened::None));
    assert_eq!(pairs(&run.undone()), [("undo:a", "all")]);
}

#[test]
fn rounds_from_before_an_undo_was_written_are_known_to_it() {
    let mut run = Run::of("steps:\n  a: { uses: once }\n  end: { uses: read, needs: a }\n");
    run.succeeds(task("a"), "id-1").runs_again("a").succeeds(task("a"), "id-2");
    run.ends(task("end"), lost(Happened::None));
    run.edited(&format!("{ONE}  end: {{ uses: read, needs: a }}\n"), Resumption::default());
    run.ends(task("end"), lost(Happened::None));
    assert_eq!(pairs(&run.undone()), [("undo:a", "id-2"), ("undo:a (round 1)", "id-1")]);
}

#[test]
fn all_rounds_of_a_step_that_was_taken_out_are_named() {
    let mut run = Run::of(&format!("{ONE}  end: {{ uses: read }}\n"));
    run.ends(task("end"), lost(Happened::None)).succeeds(task("a"), "id-1").runs_again("a");
    run.ends(task("end"), lost(Happened::None)).succeeds(task("a"), "id-2");
    run.edited("steps:\n  end: { uses: read }\n", Resumption::default()).succeeds(task("end"), 1);
    let left = run.state.prospects(&run.plan).into_iter().filter(|left| matches!(left.undoing, Undoing::CannotUndo(_)));
    let left: Vec<String> = left.map(|left| left.task.to_string()).collect();
    assert_eq!(left, ["undo:a (round 1)", "a"]);
}

#[test]
fn what_an_action_finds_by_itself_is_asked_for_once() {
    let mut run = Run::of("steps:\n  a: { uses: make }\n");
    run.succeeds(task("a"), 1).runs_again("a").succeeds(task("a"), 2);
    assert!(run.state.steps[0].made.is_empty());
    run.tears_down(Duration::ZERO);
    run.succeeds(undo("a"), 0);
    assert_eq!(run.teardown(), TeardownStatus::Done);
}
