//! The order of a file's steps, and each step as the plan has it.

use std::collections::HashSet;

use super::check;
use super::effect::{effect_of, effect_of_undo};
use super::graph::Graph;
use super::remedy::{MAX_LOOKED_AT, MAX_RERUN, RerunError, rerun};
use super::secrecy::Secrecy;
use super::{Call, Parameters, PlanStep, Probe, Remedy, StepKind, Undo};
use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::id::{Name, StepId};
use crate::workflow::{ActionSpec, Bound, Capture, Effect, Names, Report, Spanned, Step, UndoRule, unstored_secret};

/// What a file says by itself of its steps. Positions are those of `order`.
pub(super) struct Local {
    /// The places in the file of its steps, each after those that it waits for.
    pub order: Vec<usize>,
    /// For each position, the positions that it waits for.
    pub needs: Vec<Vec<usize>>,
    /// For each position, those that its remedy runs again.
    pub reruns: Vec<Option<Vec<usize>>>,
    /// For each output of the file, whether it is made from a secret.
    pub secret_outputs: Vec<bool>,
}

/// Reports what does not fit in a file whose steps have that order; `None` if there is a cycle. `called` says which outputs of
/// a file that is called are secret.
pub(super) fn local(
    names: &Names<'_>,
    graph: &Graph,
    order: Vec<usize>,
    called: &dyn Fn(&str) -> Vec<bool>,
    report: &mut Report,
) -> Option<Local> {
    if order.len() < names.workflow.steps.len() {
        graph.report_cycles(names.workflow, report);
        return None;
    }
    let mut secrecy = Secrecy::new(names.workflow, |_| false);
    for &index in &order {
        match &names.calls[index] {
            Some(file) => {
                let secret = called(&names.workflow.steps[index].uses.value);
                secrecy.learn_call(file, index, &secret)
            }
            None => secrecy.learn(names, index),
        };
    }
    secrecy.report_outputs(names.workflow, &[], report);
    check::check(names, &secrecy, report);
    let mut position = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, step)| position[*step] = at);
    let needs: Vec<Vec<usize>> = order.iter().map(|step| positions(&graph.needs(*step), &position)).collect();
    let steps = order.iter().enumerate().map(|(at, index)| (at, &names.workflow.steps[*index]));
    let mut room = MAX_LOOKED_AT;
    let reruns = steps.map(|(at, step)| reruns(names, step, at, (&position, &needs), &mut room, report)).collect();
    let secret_outputs = secrecy.of_outputs(names.workflow);
    Some(Local { order, needs, reruns, secret_outputs })
}

fn positions(steps: &[usize], position: &[usize]) -> Vec<usize> {
    let mut positions: Vec<usize> = steps.iter().map(|step| position[*step]).collect();
    positions.sort_unstable();
    positions
}

/// Where a step stands in the plan.
pub(super) struct Spot {
    pub id: StepId,
    pub within: Option<usize>,
    pub needs: Vec<usize>,
}

/// A step that asks an action; `None` if an action is unknown.
pub(super) fn plan_step(
    names: &Names<'_>,
    index: usize,
    spot: Spot,
    outputs: Vec<(String, bool)>,
    rerun: Option<Vec<usize>>,
) -> Option<PlanStep> {
    let step = &names.workflow.steps[index];
    let action = names.actions[index].as_deref()?;
    let own = call(action, step.effect.as_ref().map(|effect| effect.value), &step.with);
    Some(PlanStep {
        undo: undo_of(step, action, &own, names.undos[index].as_deref())?,
        call: own,
        condition: step.condition.clone().map(Box::new),
        matrix: step.matrix.clone().map(Box::new),
        retry: step.retry.clone().map(Box::new),
        timeout: step.timeout,
        attempt_timeout: step.attempt_timeout,
        continue_on_error: step.continue_on_error,
        probe: step.probe.as_ref().map(|probe| {
            Box::new(Probe {
                call: call(action, Some(Effect::Read), &probe.with),
                done_if: probe.done_if.clone(),
                captures: captures(&probe.captures, &outputs),
            })
        }),
        settle: step.settle,
        expect: step.expect.clone().map(Box::new),
        captures: captures(&step.captures, &outputs),
        outputs,
        on_error: remedy(step, names.remedies[index].as_deref(), rerun).map(Box::new),
        ..decided(spot, StepKind::Action)
    })
}

/// A step that is decided and not done.
pub(super) fn decided(spot: Spot, kind: StepKind) -> PlanStep {
    let Spot { id, within, needs } = spot;
    PlanStep {
        id,
        kind,
        within,
        needs,
        call: Call::new("call", Effect::Read),
        outputs: Vec::new(),
        dependants: Vec::new(),
        condition: None,
        matrix: None,
        retry: None,
        timeout: None,
        attempt_timeout: None,
        settle: None,
        expect: None,
        captures: Vec::new(),
        probe: None,
        undo: Undo::Nothing,
        on_error: None,
        continue_on_error: false,
    }
}

/// As secret as the output that each is.
fn captures(captures: &[Capture], outputs: &[(String, bool)]) -> Vec<Capture> {
    let secrets: HashSet<&str> = outputs.iter().filter(|(_, secret)| *secret).map(|(name, _)| name.as_str()).collect();
    let secret = |name: &str| secrets.contains(name);
    captures
        .iter()
        .map(|capture| Capture { secret: capture.secret || secret(capture.name.as_str()), ..capture.clone() })
        .collect()
}

fn call(action: &ActionSpec, said: Option<Effect>, with: &[(Spanned<String>, Template)]) -> Call {
    asked(action, effect_of(action, said, with), with)
}

fn asked(action: &ActionSpec, effect: Effect, with: &[(Spanned<String>, Template)]) -> Call {
    let prompts = action.parameters.iter().find(|parameter| parameter.prompts).map(|parameter| parameter.name);
    Call {
        with: parameters(action, with),
        unstored: unstored(action, with),
        prompts,
        money: money(action),
        ..Call::new(action.name, effect)
    }
}

fn money(action: &ActionSpec) -> Option<Bound> {
    action.reach.spends.and_then(|spends| spends.money)
}

/// What the step says about it, else what the action does. A read leaves nothing behind.
fn undo_of(step: &Step, action: &ActionSpec, own: &Call, spec: Option<&ActionSpec>) -> Option<Undo> {
    if let Some(said) = &step.undo {
        let spec = spec?;
        let effect = effect_of_undo(spec, said.effect.as_ref().map(|effect| effect.value), &said.with);
        return Some(Undo::Call(Box::new(asked(spec, effect, &said.with))));
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
    let stored = with.iter().filter(|(name, _)| !is_unstored(action, &name.value));
    stored.map(|(name, value)| (name.value.clone(), value.clone(), declared(&name.value))).collect()
}

fn unstored(action: &ActionSpec, with: &[(Spanned<String>, Template)]) -> Vec<(String, Name)> {
    let unstored = with.iter().filter(|(name, _)| is_unstored(action, &name.value));
    unstored.filter_map(|(name, value)| Some((name.value.clone(), unstored_secret(value)?))).collect()
}

fn is_unstored(action: &ActionSpec, name: &str) -> bool {
    action.parameter(name).is_some_and(|parameter| parameter.unstored)
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
    (position, needs): (&[usize], &[Vec<usize>]),
    room: &mut usize,
    report: &mut Report,
) -> Option<Vec<usize>> {
    let from = &step.on_error.as_ref()?.rerun_from;
    rerun(position[names.step(from.value.as_str())?], at, needs, room)
        .map_err(|error| report.add(|| explain(&error, step, from)))
        .ok()
}

fn explain(error: &RerunError, step: &Step, from: &Spanned<StepId>) -> Diagnostic {
    let message = match error {
        RerunError::NoWay => format!("`rerun-from` names `{}`, and `{}` does not wait for it", from.value, step.id),
        RerunError::NoRoom => format!("the remedies of this file look at more than {MAX_LOOKED_AT} steps together"),
        RerunError::TooMany => format!("more than {MAX_RERUN} steps lie between `{}` and `{}`", from.value, step.id),
    };
    let help = format!("name `{}` itself or a step that it waits for", step.id);
    Diagnostic::error("E0133", from.span, message).help(help)
}
