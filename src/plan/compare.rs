//! What an edit changed: two plans held against each other, step by step.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde_json::{Value, json};

use super::{Call, Plan, PlanStep, StepKind};
use crate::expr::Template;
use crate::id::StepId;
use crate::workflow::{Capture, CaptureFrom};

/// A part of a step that counts: comments, order, descriptions, retry and times do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Uses,
    With,
    Effect,
    /// `outputs`, `expect` and `probe`: what is made of an answer.
    Outputs,
    If,
    Matrix,
}

impl Part {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uses => "uses",
            Self::With => "with",
            Self::Effect => "effect",
            Self::Outputs => "outputs",
            Self::If => "if",
            Self::Matrix => "matrix",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What an edit did to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Same,
    New,
    /// Never empty.
    Edited(Vec<Part>),
}

/// What an edit did to a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// In the order of the newer plan.
    pub steps: Vec<(StepId, Change)>,
    /// In the order of the older plan.
    pub removed: Vec<StepId>,
    /// The steps whose result may be another: what was edited, and all that waits for something edited, new or removed.
    pub recheck: Vec<StepId>,
    /// Steps whose matrix was edited and still is one: new items may be others that are gone, under another name.
    pub succession: Vec<StepId>,
    /// Removed steps, each with a new one that does the same.
    pub renamed: Vec<(StepId, StepId)>,
}

/// Holds two plans against each other.
pub fn compare(older: &Plan, newer: &Plan) -> Comparison {
    let change = |step: &PlanStep| match older.index(&step.id) {
        None => Change::New,
        Some(index) => match edited((older, &older.steps[index]), (newer, step)) {
            parts if parts.is_empty() => Change::Same,
            parts => Change::Edited(parts),
        },
    };
    let steps: Vec<(StepId, Change)> = newer.steps.iter().map(|step| (step.id.clone(), change(step))).collect();
    let removed = older.steps.iter().filter(|step| newer.index(&step.id).is_none());
    let orphans = removed.clone().flat_map(|step| &step.dependants).map(|index| &older.steps[*index].id);
    let changed = steps.iter().filter(|(_, change)| *change != Change::Same).map(|(id, _)| id);
    let seeds: BTreeSet<usize> = changed.chain(orphans).filter_map(|id| newer.index(id)).collect();
    let reached = newer.descendants(seeds);
    let recheck = steps.iter().zip(reached).filter(|((_, change), reached)| *reached && *change != Change::New);
    let items_edited = |change: &Change| matches!(change, Change::Edited(parts) if parts.contains(&Part::Matrix));
    let is_matrix = |plan: &Plan, id| plan.index(id).is_some_and(|index| plan.steps[index].matrix.is_some());
    let succession =
        steps.iter().filter(|(id, change)| items_edited(change) && is_matrix(older, id) && is_matrix(newer, id));
    Comparison {
        succession: succession.map(|(id, _)| id.clone()).collect(),
        renamed: renamed(older, newer),
        recheck: recheck.map(|((id, _), _)| id.clone()).collect(),
        removed: removed.map(|step| step.id.clone()).collect(),
        steps,
    }
}

impl Comparison {
    pub fn change(&self, step: &StepId) -> &Change {
        self.steps.iter().find(|(id, _)| id == step).map_or(&Change::New, |(_, change)| change)
    }

    /// Nothing that counts is another.
    pub fn is_cosmetic(&self) -> bool {
        self.removed.is_empty() && self.steps.iter().all(|(_, change)| *change == Change::Same)
    }
}

/// Steps that are gone and new ones that would do the very same.
fn renamed(older: &Plan, newer: &Plan) -> Vec<(StepId, StepId)> {
    let does = |step: &PlanStep| json!([step.call.action, with(&step.call), matrix(step)]).to_string();
    let missing = |step: &&PlanStep, from: &Plan| step.kind == StepKind::Action && from.index(&step.id).is_none();
    let mut new: HashMap<String, Vec<&StepId>> = HashMap::new();
    for step in newer.steps.iter().rev().filter(|step| missing(step, older)) {
        new.entry(does(step)).or_default().push(&step.id);
    }
    let gone = older.steps.iter().filter(|step| missing(step, newer));
    gone.filter_map(|step| Some((step.id.clone(), new.get_mut(&does(step))?.pop()?.clone()))).collect()
}

/// Each step with the plan that it is of.
fn edited((before, older): (&Plan, &PlanStep), (after, newer): (&Plan, &PlanStep)) -> Vec<Part> {
    let differ = [
        (Part::Uses, older.call.action != newer.call.action),
        (Part::With, with(&older.call) != with(&newer.call) || taken_in(before, older) != taken_in(after, newer)),
        (Part::Effect, older.call.effect != newer.call.effect),
        (Part::Outputs, answer(older) != answer(newer) || handed_out(before, older) != handed_out(after, newer)),
        (Part::If, condition(older) != condition(newer)),
        (Part::Matrix, matrix(older) != matrix(newer)),
    ];
    differ.into_iter().filter(|(_, differ)| *differ).map(|(part, _)| part).collect()
}

/// What a called file makes of what it is given.
fn taken_in(plan: &Plan, step: &PlanStep) -> Option<Value> {
    let StepKind::Entry(call) = step.kind else { return None };
    let file = &plan.calls.get(call)?.file;
    let inputs = file.inputs.iter().map(|input| {
        let kind = json!([input.ty.to_string(), format!("{:?}", input.rules), input.secret, input.optional]);
        (input.name.to_string(), json!([kind, input.default, input.sandbox]))
    });
    let secrets = file.secrets.iter();
    let secrets: Value =
        secrets.map(|secret| (secret.name.to_string(), json!([secret.optional, secret.sandbox]))).collect();
    Some(json!([inputs.collect::<Value>(), secrets]))
}

/// What a called file gives its caller.
fn handed_out(plan: &Plan, step: &PlanStep) -> Option<Value> {
    let StepKind::Exit(call) = step.kind else { return None };
    let outputs = plan.calls.get(call)?.file.outputs.iter();
    Some(outputs.map(|output| (output.name.to_string(), json!([output.value.canonical(), output.secret]))).collect())
}

fn with(call: &Call) -> Value {
    let stored = call.with.iter().map(|(name, template, _)| (name.clone(), template.canonical()));
    stored.chain(call.unstored.iter().map(|(name, secret)| (name.clone(), json!(secret.as_str())))).collect()
}

fn condition(step: &PlanStep) -> Option<Value> {
    step.condition.as_deref().map(Template::canonical)
}

impl PlanStep {
    /// Whether its items are told in the same words as those of `other`.
    pub fn has_matrix_of(&self, other: &Self) -> bool {
        matrix(self) == matrix(other)
    }
}

/// In order: an item is known by the values of its variables, one after the other.
fn matrix(step: &PlanStep) -> Option<Value> {
    let matrix = step.matrix.as_ref()?;
    let variables = matrix.variables.iter();
    Some(variables.map(|(name, values)| json!([name.as_str(), values.canonical()])).collect())
}

fn answer(step: &PlanStep) -> Value {
    let status: Option<BTreeSet<u16>> = step.expect.as_ref().map(|expect| expect.status.iter().copied().collect());
    let probe = step.probe.as_ref().map(|probe| {
        json!({
            "with": with(&probe.call),
            "done-if": probe.done_if.canonical(),
            "outputs": captures(&probe.captures),
        })
    });
    json!({ "expect": status, "probe": probe, "outputs": captures(&step.captures) })
}

fn captures(captures: &[Capture]) -> Value {
    captures.iter().map(|capture| (capture.name.to_string(), json!([source(&capture.from), capture.secret]))).collect()
}

fn source(from: &CaptureFrom) -> Value {
    match from {
        CaptureFrom::JsonPath(path) => json!({ "jsonpath": path.to_string() }),
        CaptureFrom::Header(name) => json!({ "header": name.to_ascii_lowercase() }),
        CaptureFrom::Regex(pattern) => json!({ "regex": pattern.as_str() }),
        CaptureFrom::Expression(template) => template.canonical(),
    }
}
