//! A call of a file is one row that opens: the rows of what is inside stand below it.

use super::stand::Stand;
use super::summary::StepView;
use crate::clock::Timestamp;
use crate::id::StepId;
use crate::plan::{FileCall, Plan, StepKind};
use crate::run::{Fact, RunState, StepState};

/// How a call stands that has not ended itself, by what is inside of it.
pub(super) fn stand(own: Stand, inside: &[Stand], running: bool) -> Stand {
    let any = |wanted: fn(&Stand) -> bool| inside.iter().any(wanted);
    let under_way = if running { Stand::Running } else { Stand::Interrupted };
    if own.is_finished() {
        own
    } else if any(|stand| matches!(stand, Stand::Running | Stand::Interrupted)) {
        under_way
    } else if any(|stand| *stand == Stand::InDoubt) {
        Stand::InDoubt
    } else if any(|stand| stand.is_finished()) {
        under_way
    } else {
        own
    }
}

/// Whether the rows inside are worth showing.
pub(super) const fn opens(stand: Stand) -> bool {
    !matches!(stand, Stand::Waiting | Stand::Skipped)
}

/// The name of a step below the row of its call.
pub(super) fn local_name(id: &StepId) -> &str {
    id.as_str().rsplit('/').next().unwrap_or(id.as_str())
}

/// The steps of a plan as they are shown, from those in its order.
pub(super) fn outline(plan: &Plan, state: &RunState, mut views: Vec<StepView>, running: bool) -> Vec<StepView> {
    // What is inside of a call stands behind it among the calls.
    for call in plan.calls.iter().rev() {
        let rows = (call.entry + 1..call.exit).filter(|row| !matches!(plan.steps[*row].kind, StepKind::Entry(_)));
        let inside: Vec<usize> = rows.collect();
        let stands: Vec<Stand> = inside.iter().map(|row| views[*row].stand).collect();
        let own: Vec<&StepView> = inside.iter().map(|row| &views[*row]).filter(|view| view.call.is_none()).collect();
        let attempts = own.iter().map(|view| view.attempts).sum();
        let once_each = own.iter().all(|view| view.attempts == 1);
        let inner = Inner { steps: own.len(), once_each, failed: stands.contains(&Stand::Failed) };
        let began = entered(state, call);
        let view = &mut views[call.exit];
        view.stand = stand(view.stand, &stands, running);
        (view.attempts, view.call) = (attempts, Some(inner));
        view.took = began.map(|began| ended(&state.steps[call.exit]).unwrap_or(state.now).since(began));
        for task in &mut view.tasks {
            (task.stand, task.took) = (view.stand, view.took);
        }
    }
    let mut views: Vec<Option<StepView>> = views.into_iter().map(Some).collect();
    let shown = plan.outline().filter_map(|(index, depth)| Some(StepView { depth, ..views[index].take()? }));
    shown.collect()
}

/// What there is to say of the steps in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inner {
    /// Those that ask an action, at any depth.
    pub steps: usize,
    pub once_each: bool,
    /// One of them failed, and says why.
    pub failed: bool,
}

fn entered(state: &RunState, call: &FileCall) -> Option<Timestamp> {
    state.steps[call.entry].tasks.first().and_then(|task| task.since)
}

fn ended(step: &StepState) -> Option<Timestamp> {
    step.tasks.first().and_then(|task| task.ended)
}

/// The call that a fact says has taken its inputs in.
pub(super) fn begun<'p>(plan: &'p Plan, fact: &Fact) -> Option<&'p FileCall> {
    let Fact::Succeeded { task, .. } = fact else { return None };
    match plan.steps[plan.index(&task.step)?].kind {
        StepKind::Entry(call) => plan.calls.get(call),
        _ => None,
    }
}

/// Whether the call itself tells all that a fact says of a step inside: how its inputs were, and that it was skipped.
pub(super) fn is_told_by_call(plan: &Plan, state: &RunState, fact: &Fact) -> bool {
    let step = fact.task().and_then(|task| plan.steps.get(plan.index(&task.step)?));
    let skipped = |call: usize| state.steps[plan.calls[call].entry].skipped.is_some();
    step.is_some_and(|step| {
        let inside = step.within.is_some_and(skipped) && matches!(fact, Fact::Skipped { .. });
        inside || matches!(step.kind, StepKind::Entry(_))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_stands_as_what_is_inside_until_it_has_ended_itself() {
        use Stand::*;
        for (own, inside, running, stood) in [
            (Waiting, [Waiting, Waiting], true, Waiting),
            (Waiting, [Succeeded, Waiting], true, Running),
            (Waiting, [Succeeded, Waiting], false, Interrupted),
            (Waiting, [InDoubt, Running], true, Running),
            (Waiting, [InDoubt, Succeeded], false, InDoubt),
            (Waiting, [Interrupted, InDoubt], false, Interrupted),
            (Failed, [Failed, Skipped], false, Failed),
            (Skipped, [Skipped, Skipped], true, Skipped),
        ] {
            assert_eq!(stand(own, &inside, running), stood, "{inside:?}");
        }
        assert!(opens(Failed) && opens(Running) && !opens(Waiting) && !opens(Skipped));
    }
}
