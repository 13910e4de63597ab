//! The items of a matrix become tasks. Those that were there before are known again; where the matrix was edited, a new one may
//! be an old one under another name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::entry::MatrixItem;
use super::state::RunState;
use super::step_state::StepState;
use super::task_state::TaskState;
use super::transition::{finish_step, ready};
use crate::id::StepId;
use crate::plan::Plan;
use crate::secret::Data;
use crate::workflow::Effect;

pub(super) fn expand(plan: &Plan, state: &mut RunState, id: &StepId, items: &[MatrixItem]) -> Result<(), String> {
    let index = plan.index(id).ok_or_else(|| format!("there is no step `{id}`"))?;
    ready(state, index, id)?;
    let step = &mut state.recorded.steps[index];
    if step.expanded || step.skipped.is_some() || plan.steps[index].matrix.is_none() {
        return Err(format!("the items of `{id}` are known already"));
    }
    let keys: HashSet<_> = items.iter().map(|item| &item.key).collect();
    if keys.len() < items.len() {
        return Err(format!("`{id}` has an item twice"));
    }
    step.expanded = true;
    let counts = matches!(plan.steps[index].call.effect, Effect::Once | Effect::Keyed);
    let succession = std::mem::take(&mut step.succession) && counts;
    take_in(step, items, succession);
    state.expanded(plan, index);
    finish_step(plan, state, index);
    Ok(())
}

/// One task for each item; those that are no items any more, although something came of them, are remembered. Items that were
/// there before the step was sent round or edited are known again; new ones are of the same occurrence as these,
/// and of none that the step had when it looked otherwise.
fn take_in(step: &mut StepState, items: &[MatrixItem], succession: bool) {
    let least = step.made.iter().map(|made| made.occurrence.saturating_add(1)).max().unwrap_or(0);
    let (present, former) = (std::mem::take(&mut step.tasks), std::mem::take(&mut step.former));
    // Somebody has told these from all that is new.
    let told: BTreeSet<_> = former.iter().filter(|task| task.stands).map(|task| task.item.clone()).collect();
    let before: Vec<TaskState> = present.into_iter().chain(former).collect();
    let order: Vec<_> = before.iter().map(|task| task.item.clone()).filter(|item| !told.contains(item)).collect();
    let occurrence = before.iter().map(|task| task.occurrence).max().unwrap_or(0).max(least);
    let mut known: BTreeMap<_, _> = before.into_iter().rev().map(|task| (task.item.clone(), task)).collect();
    let mut fresh = Vec::new();
    let task = |(position, item): (usize, &MatrixItem)| match known.remove(&Some(item.key.clone())) {
        Some(before) => {
            TaskState { values: item.values.clone(), stands: before.stands && !told.contains(&before.item), ..before }
        }
        None => {
            fresh.push(position);
            TaskState { item: Some(item.key.clone()), values: item.values.clone(), occurrence, ..TaskState::default() }
        }
    };
    step.tasks = items.iter().enumerate().map(task).collect();
    if succession {
        let gone = order.into_iter().filter(|item| known.get(item).is_some_and(|task| task.kept.is_some())).collect();
        succeed(&mut step.tasks, &fresh, gone, &mut known);
    }
    let former = known.into_values().filter(|task| task.item.is_some() && (task.attempts > 0 || task.kept.is_some()));
    step.former = former.map(|task| TaskState { stands: told.contains(&task.item), ..task }).collect();
}

/// What took place for an item that is gone is held against a new one, as against a step that was edited.
fn succeed(
    tasks: &mut [TaskState],
    fresh: &[usize],
    gone: Vec<Option<Arc<str>>>,
    known: &mut BTreeMap<Option<Arc<str>>, TaskState>,
) {
    let before: Vec<&Data> = gone.iter().filter_map(|item| Some(&known.get(item)?.values)).collect();
    let now: Vec<&Data> = fresh.iter().map(|position| &tasks[*position].values).collect();
    for (item, heir) in gone.iter().zip(heirs(&before, &now)) {
        if let Some((position, before)) = heir.and_then(|heir| Some((fresh[heir], known.remove(item)?))) {
            let TaskState { item, values, .. } = std::mem::take(&mut tasks[position]);
            tasks[position] = TaskState { item, values, ..before };
        }
    }
}

/// For each item that is gone the new one that most likely stands for it: one that has a value which of those that are gone this
/// one alone had; else the next in order.
fn heirs(gone: &[&Data], fresh: &[&Data]) -> Vec<Option<usize>> {
    let mut bearers: HashMap<String, Vec<usize>> = HashMap::new();
    for (position, values) in fresh.iter().enumerate() {
        scalars(values).into_iter().for_each(|scalar| bearers.entry(scalar).or_default().push(position));
    }
    let mut count: HashMap<String, usize> = HashMap::new();
    gone.iter().flat_map(|values| scalars(values)).for_each(|scalar| *count.entry(scalar).or_default() += 1);
    let mut taken = vec![false; fresh.len()];
    let mut heir = |values: &&Data| {
        let own = scalars(values).into_iter().filter(|scalar| count.get(scalar) == Some(&1));
        let bearers = own.filter_map(|scalar| bearers.get(&scalar)).flatten();
        let heir = bearers.copied().find(|position| !taken[*position])?;
        taken[heir] = true;
        Some(heir)
    };
    let mut heirs: Vec<Option<usize>> = gone.iter().map(&mut heir).collect();
    let mut rest = (0..fresh.len()).filter(|position| !taken[*position]);
    heirs.iter_mut().filter(|heir| heir.is_none()).for_each(|heir| *heir = rest.next());
    heirs
}

/// All texts, numbers and truth values in the values of an item, each once.
fn scalars(values: &Data) -> BTreeSet<String> {
    fn collect(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| collect(value, into)),
            Value::Object(fields) => fields.values().for_each(|value| collect(value, into)),
            Value::Null => {}
            scalar => drop(into.insert(scalar.to_string())),
        }
    }
    let mut found = BTreeSet::new();
    values.values().for_each(|datum| collect(datum.expose(), &mut found));
    found
}

impl TaskState {
    /// The item that is gone and whose deed is held against this one.
    pub fn predecessor(&self) -> Option<&Arc<str>> {
        self.bequest()?.item.as_ref()
    }

    /// What another item did that this one may be.
    pub(super) fn bequest(&self) -> Option<&TaskState> {
        self.kept.as_deref().filter(|kept| kept.item != self.item)
    }

    /// Lets go of what another item did: that is held against no other.
    pub(super) fn disown(&mut self) -> Option<TaskState> {
        let item = &self.item;
        let kept = self.kept.take_if(|kept| kept.item != *item)?;
        Some(TaskState { stands: true, ..*kept })
    }

    /// Becomes the item again that did what is held against this one; says whether there is one.
    pub(super) fn abdicate(&mut self) -> bool {
        let Some(before) = self.disown() else { return false };
        *self = TaskState { stands: self.stands, ..before };
        true
    }
}
