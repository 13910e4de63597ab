//! What edits took out is undone as the text said in which it last stood.

use std::collections::BTreeSet;

use super::plans::{Run, lost, plan, task};
use super::rounds::pairs;
use crate::id::StepId;
use crate::plan::Plan;
use crate::run::*;

const END: &str = "  end: { uses: read }\n";

fn undone_by_value(step: &str) -> String {
    format!(
        "  {step}: {{ uses: once, undo: {{ uses: once, with: {{ value: '${{{{ steps.{step}.outputs.value }}}}' }} }} }}\n"
    )
}

fn steps(texts: &[&str]) -> String {
    format!("steps:\n{}{END}", texts.concat())
}

impl Run {
    /// As `engine::tear_down` does; `texts` by their version.
    fn undone_with(&mut self, texts: &[&Plan]) -> Vec<(String, String)> {
        let mut away: Vec<(u32, StepId)> =
            self.state.taken_out(false).into_iter().map(|(text, id)| (text.version, id.clone())).collect();
        away.sort_by(|one, other| other.cmp(one));
        let known = self.plan.steps.len();
        let full = away.into_iter().fold((*self.plan).clone(), |full, (version, id)| {
            full.recalling(texts[version as usize - 1], &BTreeSet::from([id]))
        });
        self.apply(Fact::TeardownStarted).unwrap();
        self.plan = full.into();
        let back = self.plan.steps[known..].iter().map(|step| step.id.clone()).collect();
        self.apply(Fact::Recalled { steps: back }).unwrap();
        self.news(Fact::Resumed(Box::default()));
        self.is_what_it_would_be_restored_to();
        self.undone_from_here()
    }
}

#[test]
fn each_step_is_undone_in_its_turn_as_the_text_said_in_which_it_last_stood() {
    let (a, b) = (undone_by_value("a"), undone_by_value("b"));
    let texts = [steps(&[&a, &b]), steps(&[&b.replace("outputs.value }}'", "outputs.value }}!'")]), steps(&[])];
    let mut run = Run::of(&texts[0]);
    run.succeeds(task("b"), "id-b").succeeds(task("a"), "id-a").ends(task("end"), lost(Happened::None));
    run.edited(&texts[1], Resumption::default()).ends(task("end"), lost(Happened::None));
    run.edited(&texts[2], Resumption::default()).succeeds(task("end"), 1);
    assert_eq!(run.state.status, RunStatus::Succeeded);
    let plans = texts.map(|text| plan(&text));
    let undone = run.undone_with(&plans.each_ref());
    assert_eq!(pairs(&undone), [("undo:a", "id-a"), ("undo:b", "id-b!")]);
    assert_eq!((run.state.status, run.teardown()), (RunStatus::Succeeded, TeardownStatus::Done));
    assert_eq!(run.state.taken_out(true).len(), 2);
}

#[test]
fn all_its_rounds_and_items_come_back() {
    let each =
        undone_by_value("a").replace("uses: once, undo", "uses: once, strategy: { matrix: { x: [p, q] } }, undo");
    let mut run = Run::of(&steps(&[&each]));
    let item = |name| super::again::item("a", name);
    run.succeeds(item("p"), "id-p").succeeds(item("q"), "id-q").ends(task("end"), lost(Happened::None));
    let again = Resumption { again: vec![item("p")], ..Resumption::default() };
    run.news(Fact::Resumed(Box::new(again))).ends(task("end"), lost(Happened::None)).succeeds(item("p"), "id-p2");
    let older = run.plan.clone();
    run.edited(&steps(&[]), Resumption::default()).succeeds(task("end"), 1);
    let undone = run.undone_with(&[&older]);
    assert_eq!(pairs(&undone), [("undo:a[p]", "id-p2"), ("undo:a[q]", "id-q"), ("undo:a[p] (round 1)", "id-p")]);
}

#[test]
fn a_call_comes_back_with_what_it_was_given() {
    let lib = "inputs: { name: {} }\nsteps:\n  make: { uses: once, undo: { uses: once, with: { value: '${{ inputs.name }} \
               ${{ steps.make.outputs.value }}' } } }\n";
    let mut run = Run::calling(&steps(&["  call: { uses: ./lib.yaml, with: { name: ada } }\n"]), lib);
    run.succeeds(task("call/make"), "id-1").ends(task("end"), lost(Happened::None));
    let older = run.plan.clone();
    run.edited(&steps(&[]), Resumption::default()).succeeds(task("end"), 1);
    let undone = run.undone_with(&[&older]);
    assert_eq!(pairs(&undone), [("undo:call/make", "ada id-1")]);
    let shown: Vec<&str> = run.plan.outline().map(|(step, _)| run.plan.steps[step].id.as_str()).collect();
    assert_eq!(shown, ["end", "call", "call/make"]);
}

#[test]
fn what_is_inside_of_a_call_that_is_none_any_more_is_named_and_stays() {
    let lib =
        "steps:\n  make: { uses: once, undo: { uses: once, with: { value: '${{ steps.make.outputs.value }}' } } }\n";
    let mut run = Run::calling(&steps(&["  call: { uses: ./lib.yaml }\n"]), lib);
    run.succeeds(task("call/make"), "id-1").ends(task("end"), lost(Happened::None));
    let older = run.plan.clone();
    run.edited(&steps(&["  call: { uses: read }\n"]), Resumption::default());
    let made = BTreeSet::from([task("call/make").step]);
    assert_eq!(run.plan.recalling(&older, &made).steps.len(), run.plan.steps.len());
    let left = run.state.prospects(&run.plan).into_iter().filter(|left| matches!(left.undoing, Undoing::CannotUndo(_)));
    assert!(left.map(|left| left.task.to_string()).any(|left| left == "call/make"));
}

#[test]
fn steps_come_back_only_to_be_undone() {
    let mut run = Run::of(&steps(&[&undone_by_value("a")]));
    run.succeeds(task("a"), "id-a").ends(task("end"), lost(Happened::None));
    let older = run.plan.clone();
    run.edited(&steps(&[]), Resumption::default());
    let back = task("a").step;
    run.plan = run.plan.recalling(&older, &BTreeSet::from([back.clone()])).into();
    assert!(run.apply(Fact::Recalled { steps: vec![back.clone()] }).is_err());
    run.plan = plan(&steps(&[])).into();
    run.apply(Fact::TeardownStarted).unwrap();
    assert!(run.apply(Fact::Recalled { steps: vec![back] }).is_err(), "the plan does not have it");
}
