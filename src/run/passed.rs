//! Failures that `continue-on-error` lets pass: what follows has gone on, so a resume leaves them as they are.

use std::collections::BTreeSet;

use super::state::{Recorded, RunState};
use super::step_state::StepStatus;
use super::words::Stop;
use crate::id::TaskPath;
use crate::plan::{Plan, StepKind};

impl RunState {
    /// Whether a step, by its index in the plan, failed and its own `continue-on-error` lets that pass.
    pub fn is_allowed_failure(&self, plan: &Plan, step: usize) -> bool {
        plan.steps[step].continue_on_error && self.steps[step].status() == StepStatus::Failed
    }
}

/// For each step whether it stays as it is: it failed and that was let pass, or it belongs to a call of which that is so.
/// What somebody asks for again does not.
pub(super) fn let_pass(plan: &Plan, run: &Recorded, again: &[TaskPath]) -> Vec<bool> {
    let mut passed = vec![false; plan.steps.len()];
    // It may have failed only because the run came to an end.
    if matches!(run.stopping, Some(Stop::Cancel | Stop::Timeout)) {
        return passed;
    }
    let again: BTreeSet<usize> =
        again.iter().flat_map(|path| plan.whole(&path.step)).filter_map(|step| plan.index(&step)).collect();
    for (index, (planned, step)) in plan.steps.iter().zip(&run.steps).enumerate() {
        if !planned.continue_on_error || step.status() != StepStatus::Failed {
            continue;
        }
        let whole = match planned.kind {
            StepKind::Exit(call) => plan.calls[call].entry..=index,
            StepKind::Action | StepKind::Entry(_) => index..=index,
        };
        if again.range(whole.clone()).next().is_none() {
            passed[whole].fill(true);
        }
    }
    passed
}
