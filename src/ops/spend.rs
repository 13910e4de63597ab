//! What a run would spend is allowed before anything is sent, or the run does not begin.

use std::collections::{BTreeMap, BTreeSet};

use super::{OpError, Workspace};
use crate::id::StepId;
use crate::outlook::{Known, SPENDING, outlook};
use crate::plan::{Plan, PlanStep, Undo};
use crate::run::{Fate, Preview, RunStarted};

/// Refuses a run whose steps spend more than it may, as far as that is known before. `is_meant` says which of them count.
pub(super) fn may_spend(
    workspace: &Workspace,
    plan: &Plan,
    started: &RunStarted,
    until: Option<&StepId>,
    is_meant: &dyn Fn(&StepId) -> bool,
) -> Result<(), OpError> {
    if started.settings.sandbox || !plan.steps.iter().any(spends) {
        return Ok(());
    }
    let known = Known {
        inputs: started.inputs.clone(),
        typed: BTreeSet::new(),
        secrets: BTreeMap::new(),
        settings: started.settings.clone(),
        until: until.cloned(),
    };
    let found = outlook(plan, &workspace.registry.catalogue(), &known).problems;
    let refused = found.iter().filter(|problem| SPENDING.contains(&problem.code) && is_meant(&problem.step));
    let refused: Vec<String> = refused.map(|problem| format!("\n  {}", problem.message)).collect();
    match refused.as_slice() {
        [] => Ok(()),
        lines => Err(OpError::Usage(format!(
            "the run would spend money that it may not spend; nothing was sent:{}",
            lines.concat()
        ))),
    }
}

fn spends(step: &PlanStep) -> bool {
    let undo = match &step.undo {
        Undo::Call(call) => call.money,
        _ => None,
    };
    step.call.money.or(undo).or(step.on_error.as_ref().and_then(|remedy| remedy.call.money)).is_some()
}

/// Whether a resume does something about a step that is not over.
pub(super) fn goes_on(ahead: &Preview, step: &StepId) -> bool {
    let over = |fate: &Fate| matches!(fate, Fate::Kept | Fate::Judged | Fate::LetPass | Fate::Skipped(_));
    let preview = ahead.steps.iter().find(|preview| preview.id == *step);
    preview.is_none_or(|preview| preview.tasks.is_empty() || preview.tasks.iter().any(|(_, fate)| !over(fate)))
}
