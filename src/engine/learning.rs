//! What the mask learns of a run, the same for what comes while it goes on and for what is stored of it.
//!
//! A mask that knew every word of an answer would hide half of a page. So of what is made for a request only secret texts are
//! learned, and of an answer that is secret as a whole only what captures took out of it.

use crate::action::Registry;
use crate::id::{Role, TaskPath};
use crate::plan::{Plan, PlanStep};
use crate::run::{Phase, RunStarted, RunState, TaskState};
use crate::secret::{Data, Mask};
use crate::workflow::ActionSpec;

/// The inputs and secrets that a run was given.
pub fn learn_given(mask: &Mask, started: &RunStarted) {
    learn_named(mask, &started.inputs);
    learn_named(mask, &started.secrets);
}

/// Values each of which is a secret, or is none, by its own name.
pub fn learn_named(mask: &Mask, data: &Data) {
    data.values().for_each(|datum| mask.learn(datum));
}

/// All that is known of a run.
pub fn learn_state(mask: &Mask, registry: &Registry, plan: &Plan, state: &RunState) {
    learn_given(mask, &state.started);
    for (planned, step) in plan.steps.iter().zip(&state.steps) {
        let done = step.tasks.iter().chain(&step.former);
        done.for_each(|task| learn_task(mask, registry, plan, planned, (Role::Step, task)));
        step.remedy.iter().for_each(|task| learn_task(mask, registry, plan, planned, (Role::Remedy, task)));
    }
}

fn learn_task(mask: &Mask, registry: &Registry, plan: &Plan, step: &PlanStep, (role, task): (Role, &TaskState)) {
    let path = TaskPath { role, ..TaskPath::step(step.id.clone()) };
    // What undoes a step without an `undo` of its own is the step's action.
    let spec = registry.spec(plan.call(&path).unwrap_or(&step.call).action);
    learn_input(mask, &task.values);
    learn_input(mask, &task.input);
    let ended = match &task.phase {
        Phase::Ended(outcome) => Some(outcome),
        _ => None,
    };
    let answers = ended.into_iter().chain(&task.answer).map(|outcome| &outcome.data);
    answers.chain([&task.outputs]).for_each(|data| learn_answer(mask, spec.as_deref(), data));
    learn_captures(mask, step, &task.outputs);
    task.kept.iter().for_each(|task| learn_task(mask, registry, plan, step, (role, task)));
    task.undo.iter().for_each(|task| learn_task(mask, registry, plan, step, (Role::Undo, task)));
}

/// What is sent.
pub(super) fn learn_input(mask: &Mask, input: &Data) {
    input.values().for_each(|datum| mask.learn_text_of(datum));
}

/// What came back. An answer of an action whose answers captures pick from is secret so that it is not stored in the open.
pub(super) fn learn_answer(mask: &Mask, spec: Option<&ActionSpec>, data: &Data) {
    if !spec.is_some_and(|spec| spec.captures) {
        learn_named(mask, data);
    }
}

/// What a step's captures took out of an answer.
pub(super) fn learn_captures(mask: &Mask, step: &PlanStep, outputs: &Data) {
    let captured = step.captures.iter().filter_map(|capture| outputs.get(capture.name.as_str()));
    captured.for_each(|datum| mask.learn(datum));
}
