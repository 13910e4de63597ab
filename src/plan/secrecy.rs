//! Which outputs are secret: what is declared so, and what is made from it.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Template};
use crate::workflow::{Names, Report, Step};

/// The secrecy of every named value, known before the run.
pub(super) struct Secrecy<'w> {
    inputs: HashSet<&'w str>,
    /// For each step in the order of the file: its outputs.
    outputs: Vec<Vec<(String, bool)>>,
    secret: HashSet<(usize, String)>,
    steps: HashMap<&'w str, usize>,
}

impl<'w> Secrecy<'w> {
    /// `order` is the topological order: what a step refers to is known before the step is looked at.
    pub fn new(names: &Names<'w>, order: &[usize]) -> Self {
        let workflow = names.workflow;
        let mut secrecy = Self {
            inputs: workflow.inputs.iter().filter(|input| input.secret).map(|input| input.name.as_str()).collect(),
            outputs: vec![Vec::new(); workflow.steps.len()],
            secret: HashSet::new(),
            steps: workflow.steps.iter().enumerate().map(|(index, step)| (step.id.as_str(), index)).collect(),
        };
        for &index in order {
            let step = &workflow.steps[index];
            let own = names.actions[index].iter().flat_map(|action| &action.outputs);
            let given = |name: &str| {
                step.with.iter().any(|(key, value)| key.value == name && secrecy.is_secret(value, Some(step)))
            };
            let mut outputs: Vec<(String, bool)> =
                own.map(|output| (output.name.to_owned(), output.is_secret(given))).collect();
            for capture in &step.captures {
                // What a probe says to be secret is so wherever it came from.
                let probed = step.probe.iter().flat_map(|probe| &probe.captures).filter(|c| c.name == capture.name);
                let secret = probed.chain([capture]).any(|capture| {
                    let template = capture.from.template();
                    capture.secret || template.is_some_and(|template| secrecy.is_secret(template, Some(step)))
                });
                outputs.push((capture.name.to_string(), secret));
            }
            let secret = outputs.iter().filter(|(_, secret)| *secret).map(|(name, _)| (index, name.clone()));
            secrecy.secret.extend(secret);
            secrecy.outputs[index] = outputs;
        }
        secrecy
    }

    /// The outputs of a step, by its place in the file.
    pub fn outputs(&self, step: usize) -> Vec<(String, bool)> {
        self.outputs[step].clone()
    }

    /// Whether a template of `step` (of the workflow, if none) is secret whatever the values are.
    pub fn is_secret(&self, template: &Template, step: Option<&Step>) -> bool {
        template.is_secret(&|reference| match reference {
            Reference::Secret(_) => true,
            Reference::Input(name) => self.inputs.contains(name.as_str()),
            Reference::Output(id, name) => {
                self.steps.get(id.as_str()).is_some_and(|step| self.secret.contains(&(*step, name.to_string())))
            }
            Reference::Matrix(name) => step.and_then(|step| step.matrix.as_ref()).is_some_and(|matrix| {
                let variable = matrix.variables.iter().find(|(variable, _)| variable == name);
                variable.is_some_and(|(_, values)| self.is_secret(values, None))
            }),
            // A capture says itself whether what it takes out of the answer is secret.
            Reference::Response(_) | Reference::RunId => false,
        })
    }

    /// Warns of outputs of the workflow that are secret without saying so.
    pub fn report_outputs(&self, names: &Names<'_>, report: &mut Report) {
        for output in names.workflow.outputs.iter().filter(|output| !output.secret) {
            if self.is_secret(&output.value, None) {
                report.add(|| {
                    Diagnostic::warning("W0101", output.span, format!("the output `{}` is secret", output.name))
                        .label("will be masked")
                        .help("it is made from a secret; say so with `{ value: …, secret: true }`")
                });
            }
        }
    }
}
