//! The plan of a run with the steps that edits took out: for its teardown, and for what is stored of one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::stored::{Stored, plan_of};
use super::{OpError, Workspace};
use crate::id::StepId;
use crate::plan::Plan;
use crate::run::Text;
use crate::store::Origin;
use crate::workflow::Texts;

/// Earlier texts of a workflow, by their version.
pub(super) type Earlier = BTreeMap<u32, Texts>;

/// `plan` with these steps, each as the text has it in which it last stood.
pub(super) fn recalling(
    workspace: &Workspace,
    origin: &Origin,
    earlier: &Earlier,
    mut plan: Arc<Plan>,
    steps: impl IntoIterator<Item = (u32, StepId)>,
) -> Result<Arc<Plan>, OpError> {
    for (version, steps) in by_version(steps).into_iter().rev() {
        let texts = earlier.get(&version).ok_or_else(|| {
            OpError::Usage(format!(
                "version {version} of the workflow is not there any more, and what it made is being undone"
            ))
        })?;
        plan = plan.recalling(&*plan_of(workspace, origin, texts)?, &steps).into();
    }
    Ok(plan)
}

/// The same with all that edits took out, as far as the texts are still of use.
pub(super) fn recalling_all(workspace: &Workspace, stored: &Stored) -> Arc<Plan> {
    let Stored { plan, state, origin, earlier, .. } = stored;
    by_version(owned(state.taken_out(false))).into_iter().rev().fold(plan.clone(), |plan, (version, steps)| {
        let steps = steps.into_iter().map(|step| (version, step));
        recalling(workspace, origin, earlier, plan.clone(), steps).unwrap_or(plan)
    })
}

pub(super) fn owned(steps: Vec<(&Text, &StepId)>) -> Vec<(u32, StepId)> {
    steps.into_iter().map(|(text, step)| (text.version, step.clone())).collect()
}

fn by_version(steps: impl IntoIterator<Item = (u32, StepId)>) -> BTreeMap<u32, BTreeSet<StepId>> {
    let mut versions: BTreeMap<u32, BTreeSet<StepId>> = BTreeMap::new();
    for (version, step) in steps {
        versions.entry(version).or_default().insert(step);
    }
    versions
}
