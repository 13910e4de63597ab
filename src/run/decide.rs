//! What to do next, as a function of plan and state.

use super::agenda::Item;
use super::entry::Fact;
use super::outcome::{ErrorKind, StepError};
use super::pace::Room;
use super::scope::{RunScope, failed_through};
use super::state::RunState;
use super::task_state::Phase;
use super::unit::Unit;
use super::words::{Alarm, RunStatus, SkipReason, Stop, Timer};
use super::{call, ending, matrix, pace, spend, teardown, verdict};
use crate::id::{Role, TaskPath};
use crate::plan::{Plan, StepKind};

/// As many facts are decided on at once; what is more follows on these. A wide fan is not held in memory as a whole.
pub const BATCH: usize = 1000;

/// The facts that follow from `state`: attempts and looks to start, timers to set, verdicts. Empty if the run has to wait
/// for something under way, or has ended. Each must be applied; then more may follow.
pub fn decide(plan: &Plan, state: &RunState) -> Vec<Fact> {
    spend::within_limit(state, follows(plan, state))
}

fn follows(plan: &Plan, state: &RunState) -> Vec<Fact> {
    if state.status != RunStatus::Running {
        return Vec::new();
    }
    let limit = time_limit(plan, state);
    // What is due by now is decided in a run that is to end: nothing begins only to be cut off.
    if let Some(stop @ Fact::StopRequested(_)) = limit {
        return vec![stop];
    }
    let mut facts = news(plan, state);
    if !matches!(facts.last(), Some(Fact::Rewound { .. })) {
        starts(plan, state, Room::of(plan, state), &mut facts);
    }
    facts.extend(limit);
    if state.stopping == Some(Stop::Interrupt) {
        facts.retain(concludes);
    }
    if !facts.is_empty() || is_waiting(state) {
        return facts;
    }
    if state.stopping != Some(Stop::Interrupt) {
        // What holds the places waits for what has none: a need of theirs is to run again.
        starts(plan, state, Room { parallel: 1, ..Room::of(plan, state) }, &mut facts);
    }
    if !facts.is_empty() {
        return facts;
    }
    if state.teardown {
        return teardown::facts(plan, state);
    }
    vec![match ending::end(plan, state) {
        Fact::RunEnded { status: RunStatus::Failed, .. } if plan.workflow.teardown_on_failure => Fact::TeardownStarted,
        end => end,
    }]
}

/// Facts that only say what came of something; they are recorded even when nothing new may begin.
pub(super) fn concludes(fact: &Fact) -> bool {
    matches!(fact, Fact::Succeeded { .. } | Fact::Failed { .. } | Fact::HeldInDoubt { .. })
}

fn is_waiting(state: &RunState) -> bool {
    let held_back = (!state.agenda.starts.is_empty() && !state.teardown) || !state.agenda.items.is_empty();
    let timers = state.agenda.timers > 0 || (held_back && state.alarms.contains_key(&Alarm::Rate));
    state.agenda.in_flight > 0 || (timers && state.stopping != Some(Stop::Interrupt))
}

/// What follows on what happened to tasks and remedies.
fn news(plan: &Plan, state: &RunState) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut room = Room::of(plan, state).rate;
    for item in &state.agenda.items {
        let fact = match *item {
            Item::Task(step, position) => go_on(&Unit::of_task(plan, state, step, position)),
            Item::Remedy(step) => remedy(plan, state, step),
        };
        if matches!(fact, Some(Fact::AttemptStarted(_))) {
            if room == 0 {
                pace::wait(plan, state, &mut facts);
                continue;
            }
            room -= 1;
        }
        facts.extend(fact);
        // Going round changes other steps: what follows is decided on the state after it.
        if matches!(facts.last(), Some(Fact::Rewound { .. })) || facts.len() >= BATCH {
            break;
        }
    }
    facts
}

/// Begins as many of the steps whose needs are all terminal as may run.
fn starts(plan: &Plan, state: &RunState, mut room: Room, facts: &mut Vec<Fact>) {
    if state.teardown || state.agenda.starts.is_empty() {
        return;
    }
    // Those of this very decision are not in the state yet.
    room.rate = room.rate.saturating_sub(attempts(facts));
    for step in &state.agenda.starts {
        if facts.len() >= BATCH || (room.is_spent() && !state.is_closing()) {
            break;
        }
        if fails_now(plan, *step, facts) {
            continue;
        }
        let before = facts.len();
        begin(plan, state, *step, room, facts);
        let begun = facts[before..].iter().filter(|fact| matches!(fact, Fact::ProbeStarted { .. })).count();
        let attempts = attempts(&facts[before..]);
        room.rate = room.rate.saturating_sub(attempts);
        room.parallel = room.parallel.saturating_sub(attempts + begun);
    }
    if room.rate == 0 {
        pace::wait(plan, state, facts);
    }
}

fn attempts(facts: &[Fact]) -> usize {
    facts.iter().filter(|fact| matches!(fact, Fact::AttemptStarted(_))).count()
}

/// The run's own time.
fn time_limit(plan: &Plan, state: &RunState) -> Option<Fact> {
    let timeout = plan.workflow.limits.timeout.filter(|_| state.stopping.is_none() && !state.teardown)?;
    let due = state.since.plus(timeout);
    if state.alarms.contains_key(&Alarm::Timeout) {
        return None;
    }
    Some(if due <= state.now && state.seq > 1 {
        Fact::StopRequested(Stop::Timeout)
    } else {
        Fact::AlarmSet { alarm: Alarm::Timeout, due }
    })
}

/// A step whose needs are all terminal: skip it, learn its items, or start as many of its tasks as may run.
fn begin(plan: &Plan, state: &RunState, step: usize, room: Room, facts: &mut Vec<Fact>) {
    let planned = &plan.steps[step];
    if let StepKind::Exit(call) = planned.kind {
        return facts.push(call::leave(plan, state, step, call));
    }
    // In this occurrence: a step that runs again is asked again whether it may.
    let tasks = &state.recorded.steps[step].tasks;
    let untouched = tasks.iter().all(|task| task.phase == Phase::Waiting && task.first_sent.is_none());
    let admitted = if untouched || state.is_closing() { admit(plan, state, step) } else { Ok(()) };
    match admitted {
        Ok(()) => {}
        Err(Fact::Skipped { reason, .. }) if !untouched => return leave_out(plan, state, step, &reason, facts),
        Err(fact) => return facts.push(fact),
    }
    if let Some(reason) = failed_fast(plan, state, step) {
        return leave_out(plan, state, step, &reason, facts);
    }
    if let StepKind::Entry(call) = planned.kind {
        return facts.push(call::enter(plan, state, step, &plan.calls[call]));
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
            let startable = state.startable(plan, step).take(room.parallel.min(room.rate));
            facts.extend(startable.map(|position| Unit::of_task(plan, state, step, position).start()));
        }
    }
}

/// The items of a step that have not begun do not.
fn leave_out(plan: &Plan, state: &RunState, step: usize, reason: &SkipReason, facts: &mut Vec<Fact>) {
    let waiting = state.recorded.steps[step].tasks.iter().filter(|task| task.phase == Phase::Waiting);
    let paths = waiting.map(|task| task.path(&plan.steps[step].id));
    facts.extend(paths.map(|task| Fact::Skipped { task, reason: reason.clone() }));
}

/// An item fails in this very decision, which is not in the state yet, and keeps the others from beginning.
fn fails_now(plan: &Plan, step: usize, facts: &[Fact]) -> bool {
    let planned = &plan.steps[step];
    planned.matrix.as_ref().is_some_and(|matrix| matrix.fail_fast)
        && facts.iter().any(|fact| matches!(fact, Fact::Failed { task, .. } if task.step == planned.id))
}

fn failed_fast(plan: &Plan, state: &RunState, step: usize) -> Option<SkipReason> {
    plan.steps[step].matrix.as_ref().filter(|matrix| matrix.fail_fast)?;
    let failed = state.recorded.steps[step].tasks.iter().find(|task| task.phase == Phase::Failed)?;
    Some(SkipReason::FailFast { item: failed.item.as_deref().unwrap_or_default().to_owned() })
}

/// Evaluates `if`. Without one, a step runs unless something before it failed, or the run is to end.
fn admit(plan: &Plan, state: &RunState, step: usize) -> Result<(), Fact> {
    let planned = &plan.steps[step];
    let skipped = |reason| Fact::Skipped { task: TaskPath::step(planned.id.clone()), reason };
    if let Some(reason) = call::barred(plan, state, step) {
        return Err(skipped(reason));
    }
    let failed = planned.needs.iter().find(|need| failed_through(plan, state, **need));
    let upstream = failed.map(|need| SkipReason::Upstream { step: plan.steps[*need].id.to_string() });
    let upstream = match state.stopping {
        Some(Stop::Cancel) => Some(SkipReason::Cancelled),
        Some(Stop::Timeout) => Some(SkipReason::TimedOut),
        Some(Stop::Interrupt) | None => upstream,
    };
    let Some(condition) = &planned.condition else {
        return upstream.map_or(Ok(()), |reason| Err(skipped(reason)));
    };
    match condition.is_true(&RunScope::of_step(plan, state, step)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(skipped(upstream.unwrap_or(SkipReason::Condition))),
        Err(error) => {
            let message = format!("`if` {}", call::place(plan, planned, &error));
            let error = StepError::new(ErrorKind::Config, "config.expression", message);
            Err(Fact::Failed { task: TaskPath::step(planned.id.clone()), error })
        }
    }
}

/// A task that something happened to.
pub(super) fn go_on(unit: &Unit<'_>) -> Option<Fact> {
    match &unit.task.phase {
        Phase::Waiting | Phase::Due(Timer::Retry) if unit.state.is_closing() && unit.role() != Role::Undo => {
            Some(unit.failed(unit.task.error.clone().unwrap_or_else(StepError::interrupted)))
        }
        Phase::Waiting => Some(unit.start()),
        Phase::Due(Timer::Retry) => Some(verdict::try_now(unit)),
        Phase::Ended(outcome) => Some(verdict::after_attempt(unit, outcome)),
        Phase::Due(Timer::Settle | Timer::Reprobe) => Some(unit.look()),
        Phase::Probed(answer) => Some(verdict::after_probe(unit, answer)),
        _ => None,
    }
}

/// A remedy that is called for, or that something happened to.
fn remedy(plan: &Plan, state: &RunState, step: usize) -> Option<Fact> {
    let unit = Unit::of_remedy(plan, state, step)?;
    let id = plan.steps[step].id.clone();
    let first = || state.steps[step].tasks.first()?.error.clone();
    match &unit.task.phase {
        // A run that is to end does not go round.
        Phase::Waiting | Phase::Succeeded if state.is_closing() => {
            Some(Fact::Failed { task: TaskPath::step(id), error: first()? })
        }
        Phase::Succeeded => {
            let steps = unit.step.on_error.as_ref()?.rerun.iter().map(|index| plan.steps[*index].id.clone()).collect();
            Some(Fact::Rewound { step: id, steps })
        }
        Phase::Failed => {
            let first = first()?;
            let why = unit.task.error.as_ref().map_or("", StepError::sentence);
            let error = first.add(&format!("; `{}`, which should have helped, failed: {why}", unit.call.action));
            Some(Fact::Failed { task: TaskPath::step(id), error })
        }
        _ => go_on(&unit),
    }
}
