//! One flat graph from a workflow and the files that it calls: the steps of a file stand in the place of each call of it,
//! between one step that takes the inputs in and one that hands the outputs out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::build::{Local, Spot, decided, plan_step};
use super::files::{File, Files};
use super::secrecy::Secrecy;
use super::{Call, FileCall, Parameters, Plan, PlanStep, StepKind, check};
use crate::diagnostic::{Diagnostic, Span};
use crate::workflow::{Catalogue, Names, Report, Step, Workflow};

/// All of a plan but the workflow, which it takes in last.
pub(super) struct Flat {
    steps: Vec<PlanStep>,
    calls: Vec<FileCall>,
    /// For each output of the workflow, whether it is made from a secret.
    secret_outputs: Vec<bool>,
}

impl Flat {
    pub fn into_plan(self, mut workflow: Workflow) -> Plan {
        for (output, secret) in workflow.outputs.iter_mut().zip(self.secret_outputs) {
            output.secret |= secret;
        }
        let by_id: HashMap<_, _> =
            self.steps.iter().enumerate().map(|(index, step)| (step.id.clone(), index)).collect();
        Plan { workflow, steps: self.steps, calls: self.calls, by_id, recalled: 0 }
    }
}

/// Puts files together that were found to be sound. What was found in them before stands in the report.
pub(super) fn flatten(files: &Files, main: &str, catalogue: &Catalogue, report: &mut Report) -> Option<Flat> {
    let sound = files.iter().filter_map(|(path, file)| Some((path.as_str(), file.as_ref()?)));
    let parts = sound.filter_map(|(path, file)| {
        let names = Names::new(&file.workflow, catalogue, &file.called);
        Some((path, Piece { file, local: file.local.as_ref()?, names }))
    });
    let pieces: BTreeMap<&str, Piece<'_>> = parts.collect();
    let piece = pieces.get(main)?;
    let said = report.findings().map(stands).collect();
    let mut flattening = Flattening { pieces: &pieces, steps: Vec::new(), calls: Vec::new(), report, said };
    let workflow = &*piece.file.workflow;
    let secrecy = flattening.place(piece, None, Secrecy::new(workflow, |_| false))?;
    let secret_outputs = secrecy.of_outputs(workflow);
    let Flattening { mut steps, calls, report, .. } = flattening;
    // What only a call makes secret was not known when the file was checked by itself.
    if secret_outputs != piece.local.secret_outputs {
        secrecy.report_outputs(workflow, &piece.local.secret_outputs, report);
    }
    for index in 0..steps.len() {
        for position in 0..steps[index].needs.len() {
            let need = steps[index].needs[position];
            steps[need].dependants.push(index);
        }
    }
    Some(Flat { steps, calls, secret_outputs })
}

struct Piece<'f> {
    file: &'f File,
    local: &'f Local,
    names: Names<'f>,
}

struct Flattening<'p, 'f> {
    pieces: &'p BTreeMap<&'f str, Piece<'f>>,
    steps: Vec<PlanStep>,
    calls: Vec<FileCall>,
    report: &'p mut Report,
    said: HashSet<Stand>,
}

/// The text that a finding is of, if it is not that of the workflow itself; where it points, and its code.
type Stand = (Option<Arc<str>>, Span, &'static str);

fn stands(found: &Diagnostic) -> Stand {
    (found.source.as_ref().map(|source| source.path.clone()), found.span, found.code)
}

impl<'f> Flattening<'_, 'f> {
    /// Adds the steps of a file, as called by `within`; gives back what is known of their secrets.
    fn place(&mut self, piece: &Piece<'f>, within: Option<usize>, mut secrecy: Secrecy<'f>) -> Option<Secrecy<'f>> {
        // For each position in the file, the first and the last step that it became.
        let mut became: Vec<(usize, usize)> = Vec::with_capacity(piece.local.order.len());
        for (position, &index) in piece.local.order.iter().enumerate() {
            let entry = within.map(|call| self.calls[call].entry);
            let needs = piece.local.needs[position].iter().map(|need| became[*need].1);
            let spot = Spot {
                id: piece.names.workflow.steps[index].id.within(within.map(|call| &self.calls[call].id)),
                within,
                needs: entry.into_iter().chain(needs).collect(),
            };
            let first = self.steps.len();
            if piece.names.calls[index].is_some() {
                self.call(piece, index, spot, &mut secrecy)?;
            } else {
                let outputs = secrecy.learn(&piece.names, index);
                let rerun = piece.local.reruns[position].as_ref().map(|rerun| {
                    let mut again: Vec<usize> = rerun
                        .iter()
                        .filter(|at| **at < position)
                        .flat_map(|at| became[*at].0..=became[*at].1)
                        .collect();
                    again.push(first);
                    again
                });
                self.steps.push(plan_step(&piece.names, index, spot, outputs, rerun)?);
            }
            became.push((first, self.steps.len() - 1));
        }
        if secrecy.beyond_file {
            self.check(piece, within, &secrecy);
        }
        Some(secrecy)
    }

    /// Says what is wrong with a file only where it is called so, each once.
    fn check(&mut self, piece: &Piece<'f>, within: Option<usize>, secrecy: &Secrecy<'f>) {
        let mut found = Report::default();
        check::secrets(&piece.names, secrecy, &mut found);
        for finding in found.into_findings() {
            let finding = match within {
                Some(call) => seen_from(finding, &self.calls[call]),
                None => finding,
            };
            if self.said.insert(stands(&finding)) {
                self.report.extend([finding]);
            }
        }
    }

    fn call(&mut self, piece: &Piece<'f>, index: usize, spot: Spot, outer: &mut Secrecy<'f>) -> Option<()> {
        let step: &'f Step = &piece.names.workflow.steps[index];
        let callee = self.pieces.get(piece.file.paths.get(&step.uses.value)?.as_str())?;
        let file = callee.file.workflow.clone();
        let (id, within) = (spot.id.clone(), spot.within);
        let (call, first) = (self.calls.len(), self.steps.len());
        let secret = step.with.iter().filter(|(_, value)| outer.is_secret(value, Some(step)));
        let secret: HashSet<&str> = secret.map(|(name, _)| name.value.as_str()).collect();
        let given = |name: &str| secret.contains(name);
        let inside = Secrecy::new(&callee.file.workflow, |input| given(input.name.as_str()));
        self.calls.push(FileCall { id: id.clone(), file: file.clone(), entry: first, exit: first });
        self.steps.push(entry(step, Spot { id: id.call_inputs(), ..spot }, call, &inside, &file));
        let inside = self.place(callee, Some(call), inside)?;
        let needs = (first..self.steps.len()).filter(|at| *at == first || self.is_of(*at, call)).collect();
        let exit = Spot { id, within, needs };
        self.calls[call].exit = self.steps.len();
        let secret = inside.of_outputs(&file);
        outer.beyond_file |= secret != callee.local.secret_outputs;
        let outputs = outer.learn_call(&file, index, &secret);
        let continue_on_error = step.continue_on_error;
        self.steps.push(PlanStep { outputs, continue_on_error, ..decided(exit, StepKind::Exit(call)) });
        Some(())
    }

    /// Whether a step is written in the very file of a call, or stands for one that is.
    fn is_of(&self, step: usize, call: usize) -> bool {
        self.steps[step].within == Some(call)
    }
}

/// The same finding in the file that is called.
fn seen_from(found: Diagnostic, call: &FileCall) -> Diagnostic {
    let found = found.within(&call.file.source);
    match found.label.is_empty() {
        true => found.label(format!("secret in the call `{}`", call.id)),
        false => found,
    }
}

/// The step that takes a call's inputs in, each by its name as the file refers to it.
fn entry(step: &Step, spot: Spot, call: usize, inside: &Secrecy<'_>, file: &Workflow) -> PlanStep {
    let named = |kind: &'static str, name: &str| format!("{kind}.{name}");
    let given = step.with.iter().map(|(name, value)| (named("inputs", &name.value), value.clone(), false));
    let secrets = step.secrets.iter().map(|(name, value)| (named("secrets", &name.value), value.clone(), true));
    let with: Parameters = given.chain(secrets).collect();
    let inputs = file.inputs.iter().map(|input| {
        let name = input.name.as_str();
        (named("inputs", name), inside.is_secret_input(name))
    });
    let secrets = file.secrets.iter().map(|secret| (named("secrets", secret.name.as_str()), true));
    let plain = decided(spot, StepKind::Entry(call));
    PlanStep {
        outputs: inputs.chain(secrets).collect(),
        condition: step.condition.clone().map(Box::new),
        continue_on_error: step.continue_on_error,
        call: Call { with, ..plain.call },
        ..plain
    }
}
