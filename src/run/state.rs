//! The state of a run: the fold of its journal.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Deref;
use std::sync::Arc;

use super::agenda::Agenda;
use super::order::Wake;
use super::recall::Text;
use super::started::RunStarted;
use super::step_state::StepState;
use super::task_state::{Phase, TaskState};
use super::words::{Alarm, RunStatus, Stop};
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, PlanStep};
use crate::secret::Data;
use crate::workflow::Money;

/// Everything that is known of a run after some entry of its journal, and what there is to decide.
#[derive(Debug, Clone)]
pub struct RunState {
    pub(super) recorded: Recorded,
    /// Derived from the rest.
    pub(super) agenda: Agenda,
}

/// What is known of a run: what a checkpoint holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub started: Arc<RunStarted>,
    /// The sequence number of the last entry.
    pub seq: u64,
    pub began: Timestamp,
    /// The time of the last entry.
    pub now: Timestamp,
    pub status: RunStatus,
    /// Which text of the workflow this is, from 1.
    pub version: u32,
    /// Its digest, if it is not the one that the run was started with.
    pub workflow: Option<String>,
    pub stopping: Option<Stop>,
    /// What the run made is being taken back, or has been.
    pub teardown: bool,
    /// How it stood before that.
    pub before_teardown: Option<RunStatus>,
    /// Only this step and what it needs.
    pub until: Option<StepId>,
    /// The folder may be a copy.
    pub wary: bool,
    /// Of the processes that worked on this run, the last one last.
    pub epochs: Vec<String>,
    /// When the run's time began; moved on by every downtime.
    pub since: Timestamp,
    pub alarms: BTreeMap<Alarm, Timestamp>,
    /// When the attempts began that count against the workflow's `rate`.
    pub paced: VecDeque<Timestamp>,
    /// In the order of the plan.
    pub steps: Vec<StepState>,
    /// Steps that an edit took out, as they stood then: they may come back.
    pub removed: Vec<StepState>,
    /// The text in which each of these last stood, also once it is there again for its undo.
    pub last_stood: BTreeMap<StepId, Text>,
    /// What was asked for that costs money, each purchase by its idempotency key.
    pub purchases: BTreeMap<String, Money>,
    /// What attempts of this run used up.
    pub claims: Arc<BTreeSet<String>>,
    /// The workflow's outputs, once it ended.
    pub outputs: Data,
    pub notes: Vec<String>,
}

impl Deref for RunState {
    type Target = Recorded;

    fn deref(&self) -> &Recorded {
        &self.recorded
    }
}

impl Recorded {
    fn begin(plan: &Plan, started: RunStarted, at: Timestamp) -> Self {
        Self {
            seq: 1,
            began: at,
            now: at,
            status: RunStatus::Running,
            version: 1,
            workflow: None,
            stopping: None,
            teardown: false,
            before_teardown: None,
            until: started.until.clone(),
            wary: false,
            epochs: Vec::new(),
            since: at,
            alarms: BTreeMap::new(),
            paced: VecDeque::new(),
            steps: new_steps(plan),
            removed: Vec::new(),
            last_stood: BTreeMap::new(),
            purchases: BTreeMap::new(),
            claims: Arc::default(),
            outputs: Data::new(),
            notes: Vec::new(),
            started: Arc::new(started),
        }
    }
}

fn new_steps(plan: &Plan) -> Vec<StepState> {
    let new = |step: &PlanStep| StepState::new(step.id.clone(), step.matrix.is_some(), step.on_error.is_some());
    plan.steps.iter().map(new).collect()
}

impl RunState {
    /// The state after a run's first entry.
    pub fn new(plan: &Plan, started: RunStarted, at: Timestamp) -> Self {
        Self::restore(plan, Recorded::begin(plan, started, at))
    }

    /// A state from what was recorded of it.
    pub fn restore(plan: &Plan, recorded: Recorded) -> Self {
        let mut state = Self { recorded, agenda: Agenda::default() };
        state.reindex(plan);
        state
    }

    pub fn recorded(&self) -> &Recorded {
        &self.recorded
    }

    /// Whether a timer that is due at `due` has not been overtaken.
    pub fn awaits(&self, plan: &Plan, whom: &Wake, due: Timestamp) -> bool {
        match whom {
            Wake::Run(alarm) => self.alarms.get(alarm) == Some(&due),
            Wake::Task(path) => self
                .task(plan, path)
                .is_some_and(|task| matches!(task.phase, Phase::Delayed { due: set, .. } if set == due)),
        }
    }

    /// Whether a request to stop changes anything. A pause also ends the orderly end of a run that was told to end.
    pub fn heeds(&self, stop: Stop) -> bool {
        self.stopping.is_none() || (stop == Stop::Interrupt && self.stopping != Some(Stop::Interrupt))
    }

    /// It was asked to go as far as one step, and that has ended.
    pub fn has_reached(&self, plan: &Plan) -> bool {
        let until = self.until.as_ref().and_then(|step| plan.index(step));
        until.is_some_and(|index| self.steps[index].status().is_terminal())
    }

    /// It comes to an end: what has not begun does not, and what failed is not tried again.
    pub(super) fn is_closing(&self) -> bool {
        self.teardown || matches!(self.stopping, Some(Stop::Cancel | Stop::Timeout))
    }

    /// The same run as nobody works on it any more.
    pub fn abandoned(mut self) -> Self {
        self.recorded.status = RunStatus::Interrupted;
        self
    }

    /// Where a step stands in the plan. Facts come in the order of the plan more often than not, and in a large one it is
    /// looking up that takes time.
    pub(super) fn index(&self, plan: &Plan, id: &StepId) -> Option<usize> {
        let near = [self.agenda.last, self.agenda.last + 1];
        let here = |at: &usize| plan.steps.get(*at).is_some_and(|step| step.id == *id);
        near.into_iter().find(here).or_else(|| plan.index(id))
    }

    pub fn task(&self, plan: &Plan, path: &TaskPath) -> Option<&TaskState> {
        let index = self.index(plan, &path.step)?;
        match path.role {
            Role::Step => self.steps[index].tasks.get(self.position(index, path.item.as_ref())?),
            Role::Remedy => self.steps[index].remedy.as_deref(),
            Role::Undo => self.undo_of(self.target(index, path)?),
        }
    }
}
