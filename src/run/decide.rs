//! What to do next, as a function of plan and state.

use super::agenda::Item;
use super::entry::{Fact, RunStatus, SkipReason, Timer};
use super::outcome::{ErrorKind, StepError};
use super::scope::{RunScope, failed_through};
use super::state::{Phase, RunState};
use super::unit::Unit;
use super::{ending, matrix, verdict};
use crate::id::TaskPath;
use crate::plan::Plan;

/// The facts that follow from `state`: attempts and looks to start, timers to set, verdicts. Empty if the run has to wait
/// for something under way, or has ended. Each must be applied; then more may follow.
pub fn decide(plan: &Plan, state: &RunState) -> Vec<Fact> {
    if state.status != RunStatus::Running {
        return Vec::new();
    }
    let mut facts: Vec<Fact> = Vec::new();
    for item in &state.agenda.items {
        match *item {
            Item::Step(step) => begin(plan, state, step, &mut facts),
            Item::Task(step, position) => facts.extend(go_on(&Unit::of_task(plan, state, step, position))),
            Item::Remedy(step) => facts.extend(remedy(plan, state, step)),
        }
        // Going round changes other steps: what follows is decided on the state after it.
        if matches!(facts.last(), Some(Fact::Rewound { .. })) {
            break;
        }
    }
    if state.stopping {
        facts.retain(concludes);
    }
    let waiting = state.agenda.in_flight > 0 || (state.agenda.timers > 0 && !state.stopping);
    if facts.is_empty() && !waiting {
        facts.push(ending::end(plan, state));
    }
    facts
}

/// Facts that only say what came of something; they are recorded even when nothing new may begin.
fn concludes(fact: &Fact) -> bool {
    matches!(fact, Fact::Succeeded { .. } | Fact::Failed { .. } | Fact::HeldInDoubt { .. })
}

/// A step whose needs are all terminal: skip it, learn its items, or start as many of its tasks as may run.
fn begin(plan: &Plan, state: &RunState, step: usize, facts: &mut Vec<Fact>) {
    let planned = &plan.steps[step];
    // In this occurrence: a step that runs again is asked again whether it may.
    let untouched =
        state.steps[step].tasks.iter().all(|task| task.phase == Phase::Waiting && task.first_sent.is_none());
    if untouched && let Err(fact) = admit(plan, state, step) {
        facts.push(fact);
        return;
    }
    match &planned.matrix {
        Some(matrix) if !state.steps[step].expanded => {
            let scope = RunScope::of_step(plan, state, step);
            facts.push(match matrix::items(matrix, &scope, &state.started) {
                Ok(items) => Fact::ItemsExpanded { step: planned.id.clone(), items },
                Err(error) => Fact::Failed { task: TaskPath::step(planned.id.clone()), error },
            });
        }
        _ => {
            let startable = state.startable(plan, step);
            facts.extend(startable.map(|position| Unit::of_task(plan, state, step, position).start()));
        }
    }
}

/// Evaluates `if`. Without one, a step runs unless something before it failed.
fn admit(plan: &Plan, state: &RunState, step: usize) -> Result<(), Fact> {
    let planned = &plan.steps[step];
    let skipped = |reason| Fact::Skipped { step: planned.id.clone(), reason };
    let failed = planned.needs.iter().find(|need| failed_through(state, **need));
    let upstream = failed.map(|need| SkipReason::Upstream { step: plan.steps[*need].id.to_string() });
    let Some(condition) = &planned.condition else {
        return upstream.map_or(Ok(()), |reason| Err(skipped(reason)));
    };
    match condition.is_true(&RunScope::of_step(plan, state, step)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(skipped(upstream.unwrap_or(SkipReason::Condition))),
        Err(error) => {
            let (line, column) = plan.workflow.source.position(error.span.start);
            let message = format!("`if` ({}:{line}:{column}): {}", plan.workflow.source.path, error.message);
            let error = StepError::new(ErrorKind::Config, "config.expression", message);
            Err(Fact::Failed { task: TaskPath::step(planned.id.clone()), error })
        }
    }
}

/// A task that something happened to.
fn go_on(unit: &Unit<'_>) -> Option<Fact> {
    match &unit.task.phase {
        Phase::Waiting | Phase::Due(Timer::Retry) => Some(unit.start()),
        Phase::Ended(outcome) => Some(verdict::after_attempt(unit, outcome)),
        Phase::Due(Timer::Settle | Timer::Reprobe) => {
            Some(Fact::ProbeStarted { task: unit.path.clone(), probe: unit.task.probes + 1 })
        }
        Phase::Probed(answer) => Some(verdict::after_probe(unit, answer)),
        _ => None,
    }
}

/// A remedy that is called for, or that something happened to.
fn remedy(plan: &Plan, state: &RunState, step: usize) -> Option<Fact> {
    let unit = Unit::of_remedy(plan, state, step)?;
    let id = plan.steps[step].id.clone();
    match &unit.task.phase {
        Phase::Succeeded => {
            let steps = unit.remedy?.rerun.iter().map(|index| plan.steps[*index].id.clone()).collect();
            Some(Fact::Rewound { step: id, steps })
        }
        Phase::Failed => {
            let first = state.steps[step].tasks.first()?.error.clone()?;
            let why = unit.task.error.as_ref().map_or_else(String::new, |error| error.message.clone());
            let message = format!("{}; `{}`, which should have helped, failed: {why}", first.message, unit.action());
            Some(Fact::Failed { task: TaskPath::step(id), error: StepError { message, ..first } })
        }
        _ => go_on(&unit),
    }
}
