//! Which steps a run takes in, and on which stage each stands.

use super::model::Known;
use crate::plan::{Plan, StepKind};

/// All steps, or those that lead to the one that the run is to end with.
pub(super) fn included(plan: &Plan, known: &Known) -> Vec<bool> {
    let until = known.until.as_ref().and_then(|step| plan.index(step));
    until.map_or_else(
        || vec![true; plan.steps.len()],
        |until| {
            let mut included = plan.ancestors(until);
            included.resize(plan.steps.len(), false);
            included
        },
    )
}

/// For each step how many stand before it on the longest way.
pub(super) fn stages(plan: &Plan) -> Vec<usize> {
    let mut stages: Vec<usize> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let before = step.needs.iter().map(|need| stages[*need]).max().unwrap_or(0);
        stages.push(before + usize::from(step.kind == StepKind::Action));
    }
    stages
}
