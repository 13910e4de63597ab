//! Which outputs are secret: what is declared so, and what is made from it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Template};
use crate::workflow::{Capture, Input, Names, Report, Step, Workflow};

/// The secrecy of every named value, known before the run.
pub(super) struct Secrecy<'w> {
    inputs: HashSet<&'w str>,
    /// Of steps by their places in the file.
    secret: HashSet<(usize, String)>,
    steps: HashMap<&'w str, usize>,
    /// Of the variables of matrices that were asked for: they have many values, and many references.
    variables: RefCell<HashMap<(usize, String), bool>>,
    /// More is secret than the file says by itself: it is given a secret, or gave one to a file that hands it back.
    pub beyond_file: bool,
}

impl<'w> Secrecy<'w> {
    /// Nothing is known of any step yet. `given` says which inputs are secret by what they are given.
    pub fn new(workflow: &'w Workflow, given: impl Fn(&Input) -> bool) -> Self {
        let (said, given): (Vec<&Input>, Vec<&Input>) =
            workflow.inputs.iter().filter(|input| input.secret || given(input)).partition(|input| input.secret);
        Self {
            beyond_file: !given.is_empty(),
            inputs: said.into_iter().chain(given).map(|input| input.name.as_str()).collect(),
            secret: HashSet::new(),
            steps: workflow.steps.iter().enumerate().map(|(index, step)| (step.id.as_str(), index)).collect(),
            variables: RefCell::default(),
        }
    }

    /// Finds out the outputs of a step, by its place in the file. What it refers to must be known before.
    pub fn learn(&mut self, names: &Names<'w>, index: usize) -> Vec<(String, bool)> {
        let step = &names.workflow.steps[index];
        let own = names.actions[index].iter().flat_map(|action| &action.outputs);
        let given =
            |name: &str| step.with.iter().any(|(key, value)| key.value == name && self.is_secret(value, Some(step)));
        let mut outputs: Vec<(String, bool)> =
            own.map(|output| (output.name.to_owned(), output.is_secret(given))).collect();
        let is_secret = |capture: &Capture| {
            let template = capture.from.template();
            capture.secret || template.is_some_and(|template| self.is_secret(template, Some(step)))
        };
        // What a probe says to be secret is so wherever it came from.
        let probed = step.probe.iter().flat_map(|probe| &probe.captures).filter(|capture| is_secret(capture));
        let probed: HashSet<&str> = probed.map(|capture| capture.name.as_str()).collect();
        for capture in &step.captures {
            let secret = probed.contains(capture.name.as_str()) || is_secret(capture);
            outputs.push((capture.name.to_string(), secret));
        }
        self.take(index, outputs)
    }

    /// The same of a step that calls `file`, of whose outputs those are secret.
    pub fn learn_call(&mut self, file: &Workflow, index: usize, secret: &[bool]) -> Vec<(String, bool)> {
        let outputs = file.outputs.iter().zip(secret).map(|(output, secret)| (output.name.to_string(), *secret));
        self.take(index, outputs.collect())
    }

    fn take(&mut self, index: usize, outputs: Vec<(String, bool)>) -> Vec<(String, bool)> {
        self.variables.get_mut().clear();
        self.secret.extend(outputs.iter().filter(|(_, secret)| *secret).map(|(name, _)| (index, name.clone())));
        outputs
    }

    /// For each output of the workflow, whether it is secret.
    pub fn of_outputs(&self, workflow: &Workflow) -> Vec<bool> {
        workflow.outputs.iter().map(|output| output.secret || self.is_secret(&output.value, None)).collect()
    }

    /// Whether a template of `step` (of the workflow, if none) is secret whatever the values are.
    pub fn is_secret(&self, template: &Template, step: Option<&Step>) -> bool {
        template.is_secret(&|reference| self.is_secret_reference(reference, step))
    }

    /// Whether what is referred to is.
    pub fn is_secret_reference(&self, reference: &Reference, step: Option<&Step>) -> bool {
        match reference {
            Reference::Secret(_) => true,
            Reference::Input(name) => self.inputs.contains(name.as_str()),
            Reference::Output(id, name) => {
                self.steps.get(id.as_str()).is_some_and(|step| self.secret.contains(&(*step, name.to_string())))
            }
            Reference::Matrix(name) => step.is_some_and(|step| self.is_secret_variable(step, name.as_str())),
            // A capture says itself whether what it takes out of the answer is secret.
            Reference::Response(_) | Reference::RunId | Reference::Index | Reference::Row(_) => false,
        }
    }

    fn is_secret_variable(&self, step: &Step, name: &str) -> bool {
        let (Some(matrix), Some(index)) = (&step.matrix, self.steps.get(step.id.as_str())) else { return false };
        let key = (*index, name.to_owned());
        if let Some(known) = self.variables.borrow().get(&key) {
            return *known;
        }
        let variable = matrix.variables.iter().find(|(variable, _)| variable.as_str() == name);
        let secret = variable.is_some_and(|(_, values)| self.is_secret(values, None));
        self.variables.borrow_mut().insert(key, secret);
        secret
    }

    pub fn is_secret_input(&self, name: &str) -> bool {
        self.inputs.contains(name)
    }

    /// Warns of outputs of the workflow that are secret without saying so, but for those of which that is `known`.
    pub fn report_outputs(&self, workflow: &Workflow, known: &[bool], report: &mut Report) {
        let known = known.iter().copied().chain(std::iter::repeat(false));
        for (output, _) in workflow.outputs.iter().zip(known).filter(|(output, known)| !output.secret && !known) {
            if self.is_secret(&output.value, None) {
                report.warn(|| {
                    Diagnostic::warning("W0101", output.span, format!("the output `{}` is secret", output.name))
                        .label("will be masked")
                        .help("it is made from a secret; say so with `{ value: …, secret: true }`")
                });
            }
        }
    }
}
