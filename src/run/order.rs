//! What a fact asks of the world: an attempt, a look, or a timer.

use super::derive::{Mark, idempotency_key};
use super::entry::Fact;
use super::state::{Phase, RunState};
use super::unit::Unit;
use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::plan::{Plan, PlanStep};
use crate::secret::Data;
use crate::workflow::Effect;

/// Something that a host does for a run; its end comes back as a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Attempt(Order),
    Probe(Order),
    Wake { task: TaskPath, due: Timestamp },
}

/// All that an action is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub task: TaskPath,
    pub action: &'static str,
    /// The number of the attempt, or of the probe.
    pub number: u32,
    pub effect: Effect,
    pub input: Data,
    pub idempotency_key: String,
    pub mark: Mark,
    /// When the step's time is over. An attempt that begins later looks once and gives up.
    pub deadline: Option<Timestamp>,
    /// When the first of the steps that it needs began; `None` if it needs none.
    pub needs_began: Option<Timestamp>,
    /// What earlier attempts of this run used up.
    pub claims: Vec<String>,
}

/// What `fact`, already applied to `state`, asks for.
pub fn op(plan: &Plan, state: &RunState, fact: &Fact) -> Option<Op> {
    match fact {
        Fact::AttemptStarted(started) => Some(Op::Attempt(order(plan, state, &started.task, started.attempt)?)),
        Fact::ProbeStarted { task, probe } => Some(Op::Probe(order(plan, state, task, *probe)?)),
        Fact::TimerSet { task, due, .. } => Some(Op::Wake { task: task.clone(), due: *due }),
        _ => None,
    }
}

/// The timers that a resumed run still waits for.
pub fn pending_wakes(plan: &Plan, state: &RunState) -> Vec<(TaskPath, Timestamp)> {
    let mut wakes = Vec::new();
    for (step, planned) in state.steps.iter().zip(&plan.steps) {
        let remedy = step.remedy.as_deref().map(|task| (TaskPath::remedy(planned.id.clone()), task));
        let tasks = step.tasks.iter().map(|task| (task.path(&planned.id), task));
        for (path, task) in tasks.chain(remedy) {
            if let Phase::Delayed { due, .. } = task.phase {
                wakes.push((path, due));
            }
        }
    }
    wakes
}

/// Whether a fact must be on disk before the run goes on: the intent of anything but a read, and the end of a `once`.
pub fn is_durable(plan: &Plan, fact: &Fact) -> bool {
    match fact {
        Fact::AttemptStarted(started) => started.effect != Effect::Read,
        Fact::AttemptEnded { task, .. } => plan.effect(task) == Some(Effect::Once),
        _ => false,
    }
}

fn order(plan: &Plan, state: &RunState, path: &TaskPath, number: u32) -> Option<Order> {
    let index = plan.index(&path.step)?;
    let unit = if path.remedy {
        Unit::of_remedy(plan, state, index)?
    } else {
        Unit::of_task(plan, state, index, state.position(index, path.item.as_ref())?)
    };
    let occurrence = unit.task.occurrence;
    Some(Order {
        task: path.clone(),
        action: unit.action(),
        number,
        effect: unit.effect(),
        input: unit.task.input.clone(),
        idempotency_key: idempotency_key(&state.started, path, occurrence),
        mark: Mark::new(&state.started, path, occurrence, unit.task.attempts),
        deadline: unit.deadline(),
        needs_began: needs_began(state, unit.step),
        claims: state.claims.iter().cloned().collect(),
    })
}

fn needs_began(state: &RunState, step: &PlanStep) -> Option<Timestamp> {
    let tasks = step.needs.iter().flat_map(|need| &state.steps[*need].tasks);
    tasks.filter_map(|task| task.first_sent).min()
}
