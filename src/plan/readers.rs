//! Who refers to an output.

use super::Plan;
use crate::expr::{Reference, Template};
use crate::id::{Name, StepId};

/// What is made from an output of a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readers<'a> {
    pub steps: Vec<&'a StepId>,
    /// Of the workflow.
    pub outputs: Vec<&'a Name>,
}

impl Plan {
    /// Who refers to the output `name` of `step`.
    pub fn readers(&self, step: &StepId, name: &str) -> Readers<'_> {
        let refers = |template: &Template| {
            let mut references = template.references();
            references.any(|(reference, _)| {
                matches!(reference, Reference::Output(of, output) if of == step && output.as_str() == name)
            })
        };
        let steps = self.workflow.steps.iter().filter(|reader| reader.templates().any(refers));
        let outputs = self.workflow.outputs.iter().filter(|output| refers(&output.value));
        Readers {
            steps: steps.map(|reader| &reader.id).collect(),
            outputs: outputs.map(|output| &output.name).collect(),
        }
    }
}
