//! What a fact asks of the world: an attempt, a look, or a timer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::call::needs_began;
use super::derive::Mark;
use super::entry::Fact;
use super::state::RunState;
use super::task_state::{Phase, TaskState};
use super::unit::Unit;
use super::words::{Alarm, Stop};
use crate::clock::Timestamp;
use crate::id::{Role, TaskPath};
use crate::plan::{Plan, Undo};
use crate::secret::Data;
use crate::workflow::Effect;

/// Something that a host does for a run; its end comes back as a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Attempt(Box<Order>),
    /// The action looks, in its own way.
    Probe(Box<Order>),
    /// The look that the step describes: its answer is handed back as it is.
    Look(Box<Order>),
    Wake {
        whom: Wake,
        due: Timestamp,
    },
    Stop(Stop),
}

/// Who is to be woken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    Task(TaskPath),
    Run(Alarm),
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
    /// What set the deadline.
    pub limit: Option<Limit>,
    /// When the first of the steps that it needs began; `None` if it needs none.
    pub needs_began: Option<Timestamp>,
    /// What earlier attempts of this run used up.
    pub claims: Arc<BTreeSet<String>>,
    /// What the action is to undo in its own way; `None` if it is to perform.
    pub undoes: Option<Undone>,
}

/// A setting of the workflow that bounds an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    /// As it is written in the file.
    pub setting: &'static str,
    pub value: Duration,
}

/// What an action is to undo.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// As far as they are known.
    pub outputs: Data,
    /// The service itself said that it did it. Otherwise somebody looked and found it, or nobody knows.
    pub certain: bool,
    /// When it was first asked for.
    pub first_sent: Option<Timestamp>,
}

/// What `fact`, already applied to `state`, asks for.
pub fn op(plan: &Plan, state: &RunState, fact: &Fact) -> Option<Op> {
    match fact {
        Fact::AttemptStarted(started) => {
            let fresh = TaskState::default();
            let unit = unit(plan, state, &started.task, &fresh)?;
            Some(Op::Attempt(Box::new(order(&unit, started.attempt, started.idempotency_key.clone()))))
        }
        Fact::ProbeStarted { task, probe, .. } => Some(look(&unit(plan, state, task, &TaskState::default())?, *probe)),
        Fact::TimerSet { task, due, .. } => Some(Op::Wake { whom: Wake::Task(task.clone()), due: *due }),
        Fact::AlarmSet { alarm, due } => Some(Op::Wake { whom: Wake::Run(*alarm), due: *due }),
        Fact::StopRequested(stop) => Some(Op::Stop(state.stopping.unwrap_or(*stop))),
        _ => None,
    }
}

fn unit<'a>(plan: &'a Plan, state: &'a RunState, path: &TaskPath, fresh: &'a TaskState) -> Option<Unit<'a>> {
    let index = state.index(plan, &path.step)?;
    match path.role {
        Role::Remedy => Unit::of_remedy(plan, state, index),
        Role::Step => Some(Unit::of_task(plan, state, index, state.position(index, path.item.as_ref())?)),
        Role::Undo => Unit::of_undo(plan, state, state.target(index, path)?, fresh),
    }
}

/// The step's own `probe`, else the action's.
fn look(unit: &Unit<'_>, number: u32) -> Op {
    let order = order(unit, number, unit.idempotency_key(unit.task.occurrence));
    match &unit.step.probe {
        Some(probe) if unit.role() == Role::Step => {
            // It could be rendered when the look was decided on, from the same values.
            let input = unit.render(&probe.call.with).unwrap_or_default();
            Op::Look(Box::new(Order { input, action: probe.call.action, effect: Effect::Read, ..order }))
        }
        _ => Op::Probe(Box::new(order)),
    }
}

/// The timers that a resumed run still waits for.
pub fn pending_wakes(plan: &Plan, state: &RunState) -> Vec<(Wake, Timestamp)> {
    let mut wakes: Vec<_> = state.alarms.iter().map(|(alarm, due)| (Wake::Run(*alarm), *due)).collect();
    for (step, planned) in state.steps.iter().zip(&plan.steps) {
        let remedy = step.remedy.as_deref().map(|task| (TaskPath::remedy(planned.id.clone()), task));
        let undone = step
            .tasks
            .iter()
            .filter_map(|task| Some((task.path(&planned.id).with_role(Role::Undo), task.undo.as_deref()?)));
        let earlier = step.made.iter().filter_map(|made| Some((made.path(&planned.id), made.undo.as_deref()?)));
        let tasks = step.tasks.iter().map(|task| (task.path(&planned.id), task));
        for (path, task) in tasks.chain(remedy).chain(undone).chain(earlier) {
            if let Phase::Delayed { due, .. } = task.phase {
                wakes.push((Wake::Task(path), due));
            }
        }
    }
    wakes
}

/// Whether a fact must be on disk before the run goes on: the intent of anything but a read, and the end of a `once`.
pub fn is_durable(plan: &Plan, state: &RunState, fact: &Fact) -> bool {
    match fact {
        Fact::AttemptStarted(started) => started.effect != Effect::Read,
        // An undo without a call of its own is the action's, which may be asked twice.
        Fact::AttemptEnded { task, .. } => {
            let call = state.index(plan, &task.step).and_then(|step| plan.call_of(step, task.role));
            call.is_some_and(|call| call.effect == Effect::Once)
        }
        _ => false,
    }
}

fn order(unit: &Unit<'_>, number: u32, idempotency_key: String) -> Order {
    let (state, task) = (unit.state, unit.task);
    let undoes = (unit.role() == Role::Undo && matches!(unit.step.undo, Undo::BuiltIn)).then(|| undone(unit));
    // What is undone carries the mark of what made it.
    let (path, marked) = match &undoes {
        Some(_) => (unit.path.clone().with_role(Role::Step), unit.undone_task().unwrap_or(task)),
        None => (unit.path.clone(), task),
    };
    let (deadline, limit) = unit.attempt_deadline().unzip();
    Order {
        task: unit.path.clone(),
        action: unit.call.action,
        number,
        effect: unit.effect(),
        input: task.input.clone(),
        idempotency_key,
        mark: Mark::new(state, &path, marked.occurrence, marked.attempts),
        deadline,
        limit,
        needs_began: needs_began(unit.plan, state, unit.step),
        claims: state.claims.clone(),
        undoes,
    }
}

fn undone(unit: &Unit<'_>) -> Undone {
    let task = unit.undone_task();
    Undone {
        outputs: unit.undone(),
        certain: task.is_some_and(|task| task.phase == Phase::Succeeded && !task.unsure),
        first_sent: task.and_then(|task| task.first_sent),
    }
}
