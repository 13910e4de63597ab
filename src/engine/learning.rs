//! What the mask learns of a run, the same for what comes while it goes on and for what is stored of it.
//!
//! A mask that knew every word of an answer would hide half of a page. So of what is made for a request only secret texts are
//! learned, and of an answer that is secret as a whole only what captures took out of it.

use crate::action::{Registry, mailbox_secrets};
use crate::id::{Role, TaskPath};
use crate::plan::{Plan, PlanStep};
use crate::run::{Made, Phase, RunStarted, RunState, TaskState};
use crate::secret::{Data, Datum, Mask};
use crate::workflow::ActionSpec;

/// The inputs and secrets that a run was given.
pub fn learn_given(mask: &Mask, started: &RunStarted) {
    learn_named(mask, &started.inputs);
    learn_named(mask, &started.secrets);
}

/// Values each of which is a secret, or is none, by its own name.
pub fn learn_named(mask: &Mask, data: &Data) {
    data.values().for_each(|datum| learn(mask, datum));
}

/// Of a mailbox: a server may repeat the password alone, or what it was sent with it. It is not taken apart where it is known.
fn learn(mask: &Mask, datum: &Datum) {
    let parts = |text: &str| mask.learn_texts(&mailbox_secrets(text));
    match datum {
        Datum::Secret(_) => mask.learn(datum).into_iter().for_each(parts),
        Datum::Public(value) => value.as_str().into_iter().for_each(parts),
    }
}

/// All that is known of a run.
pub fn learn_state(mask: &Mask, registry: &Registry, plan: &Plan, state: &RunState) {
    learn_given(mask, &state.started);
    for (planned, step) in plan.steps.iter().zip(&state.steps) {
        let done = step.tasks.iter().chain(&step.former);
        done.for_each(|task| learn_task(mask, registry, plan, planned, (Role::Step, task)));
        step.remedy.iter().for_each(|task| learn_task(mask, registry, plan, planned, (Role::Remedy, task)));
        step.made.iter().for_each(|made| learn_made(mask, registry, plan, planned, made));
    }
}

fn learn_made(mask: &Mask, registry: &Registry, plan: &Plan, step: &PlanStep, made: &Made) {
    let spec = registry.spec(step.call.action);
    learn_input(mask, &made.values);
    let answers = made.answer.iter().map(|outcome| &outcome.data);
    answers.chain([&made.outputs]).for_each(|data| learn_answer(mask, spec.as_deref(), data));
    learn_captures(mask, step, &made.outputs);
    made.undo.iter().for_each(|task| learn_task(mask, registry, plan, step, (Role::Undo, task)));
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

/// What is sent, as far as it is text. A list or an object made for a request is secret if anything inside is, and most of what
/// is inside is not.
pub(super) fn learn_input(mask: &Mask, input: &Data) {
    let texts = input.values().filter(|datum| datum.expose().is_string());
    texts.for_each(|datum| learn(mask, datum));
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
    captured.for_each(|datum| learn(mask, datum));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Timestamp;
    use crate::diagnostic::Source;
    use crate::id::RunId;
    use crate::run::Settings;
    use crate::secret::Secret;

    const WORKFLOW: &str = "
steps:
  order:
    uses: http
    with: { url: /orders, method: POST }
    outputs: { token: { value: response.body.token, secret: true } }
    on-error: { when: [service.4xx], run: random.password, rerun-from: order }
";

    fn started() -> RunStarted {
        let settings = Settings {
            base_url: "https://shop.test".into(),
            sandbox: false,
            settle: std::time::Duration::ZERO,
            allow_hosts: Vec::new(),
            typed_origins: Vec::new(),
            allow_spend: None,
        };
        let (run, seed) = (RunId::new("a").unwrap(), Secret::new(vec![0; 32]));
        let workflow = "test".to_owned();
        RunStarted { run, workflow, seed, inputs: Data::new(), secrets: Data::new(), settings, until: None }
    }

    #[test]
    fn of_a_mailbox_what_its_login_sends_is_known() {
        let mailbox = || Datum::secret(json!("imaps://ada:hunter22@mail.test"));
        let data = Data::from([("mailbox".to_owned(), mailbox())]);
        for learn in [learn_named, learn_input] {
            let mask = Mask::default();
            learn(&mask, &data);
            assert_eq!(mask.apply("no hunter22, no AGFkYQBodW50ZXIyMg=="), "no ***, no ***");
        }
        let mask = Mask::default();
        learn_named(&mask, &Data::from([("all".to_owned(), Datum::secret(json!([mailbox().expose()])))]));
        assert_eq!(mask.apply("no hunter22"), "no ***", "whatever it is known by");
    }

    #[test]
    fn an_answer_is_judged_by_the_action_that_it_came_from() {
        let registry = Registry::builtin();
        let plan = crate::plan::load(Source::new("test.yaml", WORKFLOW), &registry.catalogue()).plan.unwrap();
        let secret = |name: &str, value| (name.to_owned(), Datum::secret(value));
        let mut recorded = RunState::new(&plan, started(), Timestamp::default()).recorded().clone();
        let step = &mut recorded.steps[0];
        step.tasks[0].outputs =
            Data::from([secret("body", json!("all of the page")), secret("token", json!("token-of-order"))]);
        step.remedy.as_mut().unwrap().outputs = Data::from([secret("value", json!("drawn-to-help"))]);
        let mask = Mask::default();
        learn_state(&mask, &registry, &plan, &RunState::restore(&plan, recorded));
        assert_eq!(mask.apply("all of the page, token-of-order, drawn-to-help"), "all of the page, ***, ***");
    }
}
