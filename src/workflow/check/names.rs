//! What exists by which name, looked up once for all checks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{
    action, answer, body, bounds, call, enumeration, judged, need, on_error, parameter, probe, reference, types,
    unstored, written,
};
use crate::diagnostic::Span;
use crate::expr::{Template, ValueType};
use crate::workflow::{ActionSpec, Budget, Called, Catalogue, Report, Spanned, Step, Workflow, is_file};

/// A workflow with its actions found and its names indexed.
pub struct Names<'w> {
    pub workflow: &'w Workflow,
    pub catalogue: &'w Catalogue,
    /// For each step, its action, if there is one of that name.
    pub actions: Vec<Option<Arc<ActionSpec>>>,
    /// For each step, the file that it calls, if it calls one that can be read.
    pub calls: Vec<Option<Arc<Workflow>>>,
    /// The same for each step's remedy.
    pub remedies: Vec<Option<Arc<ActionSpec>>>,
    /// The same for what each step says takes it back.
    pub undos: Vec<Option<Arc<ActionSpec>>>,
    steps: HashMap<&'w str, usize>,
    /// Each output by its step's place in the file.
    outputs: HashSet<(usize, &'w str)>,
    pub(super) inputs: HashSet<&'w str>,
    pub(super) secrets: HashSet<&'w str>,
}

/// A use of an action: by a step, by its remedy, its probe or its undo.
pub struct Use<'n> {
    /// The place of the step in the file.
    pub step: usize,
    pub uses: &'n Spanned<String>,
    /// The key that holds the parameters.
    pub key: &'static str,
    pub with: &'n [(Spanned<String>, Template)],
    pub action: Option<&'n ActionSpec>,
    /// Where what is missing is reported.
    pub at: Span,
}

impl Use<'_> {
    /// It calls a file instead.
    pub fn is_call(&self) -> bool {
        is_file(&self.uses.value)
    }
}

impl<'w> Names<'w> {
    pub fn new(workflow: &'w Workflow, catalogue: &'w Catalogue, called: &'w Called) -> Self {
        let find = |name: &str| catalogue.get(name).cloned();
        let actions: Vec<Option<Arc<ActionSpec>>> = workflow.steps.iter().map(|step| find(&step.uses.value)).collect();
        Self {
            workflow,
            catalogue,
            outputs: outputs(workflow, &actions, called),
            actions,
            calls: workflow.steps.iter().map(|step| called.get(&step.uses.value).cloned()).collect(),
            remedies: workflow.steps.iter().map(|step| find(&step.on_error.as_ref()?.run.value)).collect(),
            undos: workflow.steps.iter().map(|step| find(&step.undo.as_ref()?.uses.value)).collect(),
            steps: workflow.steps.iter().enumerate().map(|(index, step)| (step.id.as_str(), index)).collect(),
            inputs: workflow.inputs.iter().map(|input| input.name.as_str()).collect(),
            secrets: workflow.secrets.iter().map(|secret| secret.name.as_str()).collect(),
        }
    }

    /// The place of a step in the file.
    pub fn step(&self, id: &str) -> Option<usize> {
        self.steps.get(id).copied()
    }

    pub(super) fn has_output(&self, step: usize, name: &str) -> bool {
        self.outputs.contains(&(step, name))
    }

    pub(super) fn step_ids(&self) -> impl Iterator<Item = &'w str> {
        self.workflow.steps.iter().map(|step| step.id.as_str())
    }

    /// Each step with its action.
    pub fn steps(&self) -> impl Iterator<Item = (&'w Step, Option<&ActionSpec>)> {
        self.workflow.steps.iter().zip(self.actions.iter().map(Option::as_deref))
    }

    /// Every use of an action.
    pub fn uses(&self) -> impl Iterator<Item = Use<'_>> {
        self.workflow.steps.iter().enumerate().flat_map(|(index, step)| {
            let own = self.actions[index].as_deref();
            let used = |uses: &'w Spanned<String>, with, action| Use {
                step: index,
                at: uses.span,
                uses,
                key: "with",
                with,
                action,
            };
            let remedy =
                step.on_error.as_ref().map(|remedy| used(&remedy.run, &remedy.with, self.remedies[index].as_deref()));
            let undo = step.undo.as_ref().map(|undo| used(&undo.uses, &undo.with, self.undos[index].as_deref()));
            // Of another action than one that leaves its answer to the step, there is no probe to look at.
            let probed = own.filter(|action| action.captures);
            let probe = step.probe.as_ref().zip(probed).map(|(probe, action)| Use {
                step: index,
                uses: &step.uses,
                key: "probe",
                with: &probe.with,
                action: Some(action),
                at: probe.span,
            });
            [Some(used(&step.uses, &step.with, own)), remedy, probe, undo].into_iter().flatten()
        })
    }
}

fn outputs<'w>(
    workflow: &'w Workflow,
    actions: &[Option<Arc<ActionSpec>>],
    called: &'w Called,
) -> HashSet<(usize, &'w str)> {
    let own = actions.iter().enumerate().flat_map(|(step, action)| {
        action.iter().flat_map(move |action| action.outputs.iter().map(move |output| (step, output.name)))
    });
    let captured = workflow
        .steps
        .iter()
        .enumerate()
        .flat_map(|(index, step)| step.captures.iter().map(move |capture| (index, capture.name.as_str())));
    let handed_out = workflow.steps.iter().enumerate().flat_map(|(index, step)| {
        let called = called.get(&step.uses.value);
        called.into_iter().flat_map(move |file| file.outputs.iter().map(move |output| (index, output.name.as_str())))
    });
    own.chain(captured).chain(handed_out).collect()
}

/// Runs every check, and says what is known of the workflow's outputs. `order` has each step after those that it refers to, as
/// far as there is such an order.
pub fn check(names: &Names<'_>, order: &[usize], budget: &mut Budget, report: &mut Report) -> Vec<ValueType> {
    action::check(names, report);
    parameter::check(names, report);
    enumeration::check(names, report);
    bounds::check(names, report);
    judged::check(names, report);
    written::check(names, report);
    body::check(names, report);
    call::check(names, &mut budget.effort, report);
    answer::check(names, report);
    probe::check(names, report);
    need::check(names, report);
    reference::check(names, report);
    on_error::check(names, report);
    unstored::check(names, report);
    types::check(names, order, report)
}
