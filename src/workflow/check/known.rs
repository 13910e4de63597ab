//! The types of named values, as far as they are known before the run.

use std::collections::HashMap;

use super::Names;
use crate::expr::{Reference, Template, ValueType};
use crate::workflow::{Capture, CaptureFrom, Step};

/// Where an expression stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Position {
    pub step: Option<usize>,
    /// The step has ended, so that its own outputs are those of one item.
    pub ended: bool,
}

/// What is known of every named value.
pub(super) struct Known<'n, 'w> {
    pub names: &'n Names<'w>,
    inputs: HashMap<&'w str, ValueType>,
    /// Of one item, if the step has a matrix.
    outputs: HashMap<(usize, &'n str), ValueType>,
    matrix: HashMap<(usize, &'w str), ValueType>,
}

impl<'n, 'w> Known<'n, 'w> {
    /// `order` has each step after those that it refers to, as far as there is such an order.
    pub fn new(names: &'n Names<'w>, order: &[usize]) -> Self {
        let inputs = names.workflow.inputs.iter().map(|input| (input.name.as_str(), (&input.ty).into())).collect();
        let mut known = Self { names, inputs, outputs: HashMap::new(), matrix: HashMap::new() };
        for index in 0..names.workflow.steps.len() {
            let own = names.actions[index].iter().flat_map(|action| &action.outputs);
            let own = own.map(|output| ((index, output.name), (&output.ty).into()));
            let handed_out = names.calls[index].iter().flat_map(|file| &file.outputs);
            let handed_out = handed_out.map(|output| ((index, output.name.as_str()), output.ty.clone()));
            known.outputs.extend(own.chain(handed_out));
        }
        for &index in order {
            let step = &names.workflow.steps[index];
            known.learn_matrix(index, step);
            known.learn_captures(index, step);
        }
        known
    }

    fn learn_matrix(&mut self, index: usize, step: &'w Step) {
        for (name, values) in step.matrix.iter().flat_map(|matrix| &matrix.variables) {
            let item = match self.infer(values, index) {
                ValueType::List(items) => *items,
                ValueType::Object => ValueType::Object,
                _ => ValueType::Any,
            };
            self.matrix.insert((index, name.as_str()), item);
        }
    }

    fn learn_captures(&mut self, index: usize, step: &'w Step) {
        let mut learned: HashMap<(usize, &'n str), ValueType> = HashMap::new();
        for capture in captures(step) {
            let ty = match &capture.from {
                CaptureFrom::Header(_) | CaptureFrom::Regex(_) => ValueType::String,
                CaptureFrom::JsonPath(_) => ValueType::Any,
                CaptureFrom::Expression(template) => self.infer(template, index),
            };
            let place = learned.entry((index, capture.name.as_str()));
            // A probe brings the same output from elsewhere.
            place.and_modify(|other| *other = other.clone().or(ty.clone())).or_insert(ty);
        }
        self.outputs.extend(learned);
    }

    fn infer(&self, template: &Template, step: usize) -> ValueType {
        let at = Position { step: Some(step), ended: false };
        template.infer(&|reference| self.reference(reference, at), &mut Vec::new())
    }

    /// The type of what is referred to.
    pub fn reference(&self, reference: &Reference, at: Position) -> ValueType {
        let known = match reference {
            Reference::Input(name) => self.inputs.get(name.as_str()),
            Reference::Matrix(name) => at.step.and_then(|step| self.matrix.get(&(step, name.as_str()))),
            Reference::Output(step, name) => return self.output(step.as_str(), name.as_str(), at),
            Reference::Secret(_) | Reference::RunId => return ValueType::String,
            Reference::Response(name) => match name.as_str() {
                "status" => return ValueType::Integer,
                "headers" => return ValueType::Object,
                _ => None,
            },
            Reference::Index | Reference::Row(_) => None,
        };
        known.cloned().unwrap_or(ValueType::Any)
    }

    fn output(&self, step: &str, name: &str, at: Position) -> ValueType {
        let Some(index) = self.names.step(step) else { return ValueType::Any };
        let ty = self.outputs.get(&(index, name)).cloned().unwrap_or(ValueType::Any);
        match (at.step == Some(index), self.names.workflow.steps[index].matrix.is_some()) {
            // It cannot refer to itself, which is said elsewhere.
            (true, _) if !at.ended => ValueType::Any,
            (false, true) => ValueType::list(ty),
            _ => ty,
        }
    }
}

/// What a step captures from its answer, and a look from its own.
pub(super) fn captures(step: &Step) -> impl Iterator<Item = &Capture> {
    step.captures.iter().chain(step.probe.iter().flat_map(|probe| &probe.captures))
}
