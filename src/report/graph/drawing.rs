//! A workflow as boxes and arrows, with how each step of a run stands.

use std::collections::HashMap;
use std::time::Duration;

use crate::plan::{Plan, PlanStep, StepKind};
use crate::report::call::local_name;
use crate::report::stand::Stand;
use crate::report::summary::{StepView, Summary};
use crate::report::text::count;
use crate::report::times::time;
use crate::workflow::Effect;

/// What there is to draw. A call of a file is a box with boxes inside.
#[derive(Debug)]
pub struct Drawing {
    pub title: String,
    pub(super) whole: Group,
    /// Boxes say how steps stand; else what effect they have.
    pub(super) of_run: bool,
}

#[derive(Debug, Default)]
pub(super) struct Group {
    pub boxes: Vec<StepBox>,
    /// By places in `boxes`; none goes backwards.
    pub arrows: Vec<(usize, usize)>,
}

#[derive(Debug)]
pub(super) struct StepBox {
    /// The step's place in the plan: unique in the whole drawing.
    pub key: usize,
    pub name: String,
    /// Below the name: the action, then what else there is to say.
    pub lines: Vec<String>,
    pub effect: Effect,
    pub stand: Option<Stand>,
    /// It runs once for each item of a matrix.
    pub matrix: bool,
    /// It has an `if`.
    pub conditional: bool,
    /// Where `on-error` goes round to, as a place in the same group, and on which errors.
    pub again: Option<(usize, String)>,
    pub inside: Option<Group>,
}

impl Drawing {
    /// `summary` is of a run of `plan`.
    pub fn new(plan: &Plan, summary: Option<&Summary>) -> Self {
        let views = summary.map(|summary| summary.steps.iter().map(|view| (view.id.as_str(), view)).collect());
        let title = match summary {
            Some(summary) => format!("{} · {}", summary.workflow, summary.run),
            None => plan.workflow.name.clone(),
        };
        Self { title, whole: group(plan, None, views.as_ref()), of_run: summary.is_some() }
    }
}

type Views<'a> = HashMap<&'a str, &'a StepView>;

/// The steps that are written in one file.
fn group(plan: &Plan, within: Option<usize>, views: Option<&Views<'_>>) -> Group {
    // A call stands where it begins: what it waits for comes before, and what waits for it after.
    let shown = |step: &PlanStep| step.within == within && !matches!(step.kind, StepKind::Exit(_));
    let indices: Vec<usize> = (0..plan.steps.len()).filter(|index| shown(&plan.steps[*index])).collect();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (place, index) in indices.iter().enumerate() {
        places.insert(*index, place);
        if let StepKind::Entry(call) = plan.steps[*index].kind {
            places.insert(plan.calls[call].exit, place);
        }
    }
    let mut group = Group::default();
    for (place, index) in indices.iter().enumerate() {
        let needs = plan.direct_needs(*index);
        group.arrows.extend(needs.iter().filter_map(|need| Some((*places.get(need)?, place))));
        group.boxes.push(step_box(plan, *index, views, &places));
    }
    group
}

fn step_box(plan: &Plan, index: usize, views: Option<&Views<'_>>, places: &HashMap<usize, usize>) -> StepBox {
    let step = &plan.steps[index];
    let call = match step.kind {
        StepKind::Entry(call) => Some(call),
        StepKind::Action | StepKind::Exit(_) => None,
    };
    // A call has its id and its view from where it ends.
    let shown = call.map_or(step, |call| &plan.steps[plan.calls[call].exit]);
    let view = views.and_then(|views| views.get(shown.id.as_str()).copied());
    let again = step.on_error.as_ref().and_then(|remedy| {
        let place = places.get(remedy.rerun.first()?)?;
        Some((*place, remedy.when.join(", ")))
    });
    StepBox {
        key: index,
        name: local_name(&shown.id).to_owned(),
        lines: lines(plan, step, call, view),
        effect: step.call.effect,
        stand: view.map(|view| view.stand),
        matrix: step.matrix.is_some(),
        conditional: step.condition.is_some(),
        again,
        inside: call.map(|call| group(plan, Some(call), views)),
    }
}

fn lines(plan: &Plan, step: &PlanStep, call: Option<usize>, view: Option<&StepView>) -> Vec<String> {
    let what = match call {
        Some(call) => plan.calls[call].file.source.path.to_string(),
        None => step.call.action.to_owned(),
    };
    let mut lines = vec![what];
    match view {
        Some(view) => lines.push(standing(view)),
        None => {
            let mut marks = Vec::new();
            marks.extend(call.is_none().then(|| step.call.effect.to_string()));
            marks.extend(step.matrix.as_ref().map(|_| "for each item".to_owned()));
            marks.extend(step.condition.as_ref().map(|_| "if".to_owned()));
            lines.push(marks.join(", "));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn standing(view: &StepView) -> String {
    let mut parts = vec![view.stand.word().to_owned()];
    parts.extend(view.is_matrix().then(|| count(view.tasks.len(), "item", "items")));
    parts.extend(
        (view.attempts > 1 && !view.is_matrix() && view.call.is_none()).then(|| format!("{} tries", view.attempts)),
    );
    parts.extend(view.took.filter(|took| *took > Duration::ZERO).map(time));
    parts.join(", ")
}
