//! A checked workflow becomes a plan.

use std::collections::HashMap;

use super::effect::{effect_of, effect_of_undo};
use super::graph::Graph;
use super::probe;
use super::remedy::{MAX_RERUN, RerunError, rerun};
use super::secrecy::Secrecy;
use super::{Call, Parameters, Plan, PlanStep, Probe, Remedy, Undo};
use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::id::StepId;
use crate::workflow::{ActionSpec, Capture, Effect, Names, Report, Spanned, Step, UndoRule, Workflow};

/// All of a plan but the workflow, which it takes in last.
pub(super) struct Parts {
    steps: Vec<PlanStep>,
    /// For each output of the workflow, whether it is made from a secret.
    secret_outputs: Vec<bool>,
}

/// Resolves everything and reports what does not fit; `None` if an action is unknown or there is a cycle.
pub(super) fn parts(names: &Names<'_>, report: &mut Report) -> Option<Parts> {
    let graph = Graph::new(names);
    let order = graph.order();
    if order.len() < names.workflow.steps.len() {
        graph.report_cycles(names.workflow, report);
        return None;
    }
    let secrecy = Secrecy::new(names, &order);
    secrecy.report_outputs(names, report);
    let mut position = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, step)| position[*step] = at);
    let needs: Vec<Vec<usize>> = order.iter().map(|step| positions(&graph.needs(*step), &position)).collect();
    let mut steps = Vec::with_capacity(order.len());
    for (at, &index) in order.iter().enumerate() {
        let step = &names.workflow.steps[index];
        let reruns = reruns(names, step, at, &position, &needs, report);
        let remedy = remedy(step, names.remedies[index].as_deref(), reruns);
        let outputs = secrecy.outputs(index);
        let undo = names.undos[index].as_deref();
        probe::check(names, index, report);
        steps.push(plan_step(step, names.actions[index].as_deref(), needs[at].clone(), outputs, remedy, undo));
    }
    let mut steps: Vec<PlanStep> = steps.into_iter().collect::<Option<_>>()?;
    for (at, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|need| steps[*need].dependants.push(at));
    }
    let secret_outputs = names.workflow.outputs.iter().map(|output| secrecy.is_secret(&output.value, None)).collect();
    Some(Parts { steps, secret_outputs })
}

pub(super) fn plan(parts: Parts, mut workflow: Workflow) -> Plan {
    for (output, secret) in workflow.outputs.iter_mut().zip(parts.secret_outputs) {
        output.secret |= secret;
    }
    let by_id: HashMap<_, _> = parts.steps.iter().enumerate().map(|(index, step)| (step.id.clone(), index)).collect();
    Plan { workflow, steps: parts.steps, by_id }
}

fn positions(steps: &[usize], position: &[usize]) -> Vec<usize> {
    let mut positions: Vec<usize> = steps.iter().map(|step| position[*step]).collect();
    positions.sort_unstable();
    positions
}

fn plan_step(
    step: &Step,
    action: Option<&ActionSpec>,
    needs: Vec<usize>,
    outputs: Vec<(String, bool)>,
    on_error: Option<Remedy>,
    undo: Option<&ActionSpec>,
) -> Option<PlanStep> {
    let action = action?;
    let own = call(action, step.effect.as_ref().map(|effect| effect.value), &step.with);
    Some(PlanStep {
        id: step.id.clone(),
        undo: undo_of(step, action, &own, undo)?,
        call: own,
        needs,
        dependants: Vec::new(),
        condition: step.condition.clone(),
        matrix: step.matrix.clone(),
        retry: step.retry.clone().unwrap_or_default(),
        timeout: step.timeout,
        attempt_timeout: step.attempt_timeout,
        continue_on_error: step.continue_on_error,
        probe: step.probe.as_ref().map(|probe| Probe {
            call: call(action, Some(Effect::Read), &probe.with),
            done_if: probe.done_if.clone(),
            captures: captures(&probe.captures, &outputs),
        }),
        settle: step.settle,
        expect: step.expect.clone(),
        captures: captures(&step.captures, &outputs),
        outputs,
        on_error,
    })
}

/// As secret as the output that each is.
fn captures(captures: &[Capture], outputs: &[(String, bool)]) -> Vec<Capture> {
    let secret = |name: &str| outputs.iter().any(|(output, secret)| *secret && output == name);
    captures
        .iter()
        .map(|capture| Capture { secret: capture.secret || secret(capture.name.as_str()), ..capture.clone() })
        .collect()
}

fn call(action: &ActionSpec, said: Option<Effect>, with: &[(Spanned<String>, Template)]) -> Call {
    Call { action: action.name, effect: effect_of(action, said, with), with: parameters(action, with) }
}

/// What the step says about it, else what the action does. A read leaves nothing behind.
fn undo_of(step: &Step, action: &ActionSpec, own: &Call, spec: Option<&ActionSpec>) -> Option<Undo> {
    if let Some(said) = &step.undo {
        let spec = spec?;
        let effect = effect_of_undo(spec, said.effect.as_ref().map(|effect| effect.value), &said.with);
        return Some(Undo::Call(Call { action: spec.name, effect, with: parameters(spec, &said.with) }));
    }
    Some(match action.undo {
        _ if own.effect == Effect::Read => Undo::Nothing,
        UndoRule::Nothing => Undo::Nothing,
        UndoRule::BuiltIn => Undo::BuiltIn,
        UndoRule::Never(why) => Undo::Never(why),
        UndoRule::ByStep => Undo::Never("the step does not say how: it has no `undo`"),
    })
}

fn parameters(action: &ActionSpec, with: &[(Spanned<String>, Template)]) -> Parameters {
    let declared = |name: &str| action.parameter(name).is_some_and(|parameter| parameter.secret);
    with.iter().map(|(name, value)| (name.value.clone(), value.clone(), declared(&name.value))).collect()
}

fn remedy(step: &Step, action: Option<&ActionSpec>, rerun: Option<Vec<usize>>) -> Option<Remedy> {
    let (remedy, action) = (step.on_error.as_ref()?, action?);
    Some(Remedy {
        when: remedy.when.iter().map(|code| code.value.clone()).collect(),
        call: call(action, None, &remedy.with),
        rerun: rerun?,
        max: remedy.max,
    })
}

/// The steps that the remedy of `step`, which is at `at`, runs again.
fn reruns(
    names: &Names<'_>,
    step: &Step,
    at: usize,
    position: &[usize],
    needs: &[Vec<usize>],
    report: &mut Report,
) -> Option<Vec<usize>> {
    let from = &step.on_error.as_ref()?.rerun_from;
    rerun(position[names.step(from.value.as_str())?], at, needs)
        .map_err(|error| report.add(|| explain(&error, step, from)))
        .ok()
}

fn explain(error: &RerunError, step: &Step, from: &Spanned<StepId>) -> Diagnostic {
    let message = match error {
        RerunError::NoWay => format!("`rerun-from` names `{}`, and `{}` does not wait for it", from.value, step.id),
        RerunError::TooMany => format!("more than {MAX_RERUN} steps lie between `{}` and `{}`", from.value, step.id),
    };
    let help = format!("name `{}` itself or a step that it waits for", step.id);
    Diagnostic::error("E0133", from.span, message).help(help)
}
