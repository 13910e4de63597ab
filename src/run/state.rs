//! The state of a run: the fold of its journal.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Deref;
use std::sync::Arc;

use super::agenda::Agenda;
use super::entry::{Alarm, Doubt, RunStarted, RunStatus, SkipReason, Stop, Timer};
use super::made::Made;
use super::order::Wake;
use super::outcome::{Outcome, ProbeAnswer, StepError};
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, PlanStep};
use crate::secret::Data;

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

#[derive(Debug, Clone, PartialEq)]
pub struct StepState {
    pub id: StepId,
    /// One for each matrix item; exactly one, without a key, for a step without a matrix. Empty until a matrix is expanded.
    pub tasks: Vec<TaskState>,
    /// The items of the matrix are known.
    pub expanded: bool,
    pub skipped: Option<SkipReason>,
    pub remedy: Option<Box<TaskState>>,
    /// How often the remedy was called for, since the last resume.
    pub rounds: u32,
    /// Items that the matrix no longer has, and of which something came: they are known again should they come back.
    pub former: Vec<TaskState>,
    /// What earlier rounds made, for a teardown; in the order in which they were given up.
    pub made: Vec<Made>,
}

/// One unit of execution.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskState {
    /// The matrix item and its values.
    pub item: Option<Arc<str>>,
    pub values: Data,
    pub phase: Phase,
    pub occurrence: u32,
    /// Attempts started so far, over all occurrences; the last one's number.
    pub attempts: u32,
    /// Attempts that count against the retry policy.
    pub tries: u32,
    pub probes: u32,
    /// When this task began to use its time budget; moved on by every downtime.
    pub since: Option<Timestamp>,
    /// When the idempotency key of this occurrence was first sent.
    pub first_sent: Option<Timestamp>,
    /// No further try before this: the service asked for it.
    pub not_before: Option<Timestamp>,
    /// An attempt of this occurrence may have taken place although nobody saw it: a refusal of a later one may be about that.
    pub unsure: bool,
    /// Somebody has looked whether it took place, or said that there is no need to. Counts where nothing was sent from
    /// here, but a copy of the run may have.
    pub cleared: bool,
    /// When the task ended.
    pub ended: Option<Timestamp>,
    /// The input of an attempt that is running or in doubt.
    pub input: Data,
    /// The answer that a failed verdict was about, kept where its effect took place.
    pub answer: Option<Box<Outcome>>,
    /// The error that a doubt, a delay or a remedy goes back to.
    pub error: Option<StepError>,
    pub outputs: Data,
    pub warning: Option<String>,
    /// Of the last attempt's input.
    pub digest: String,
    /// How it stood before the workflow was edited: a success that still stands if its input is the same.
    pub kept: Option<Box<TaskState>>,
    /// A person said that what it did stands, whatever its input is now.
    pub stands: bool,
    /// How far its undo is.
    pub undo: Option<Box<TaskState>>,
}

/// Where a task stands. The transitions are in `apply`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Phase {
    #[default]
    Waiting,
    Running,
    /// An attempt ended and nothing has been decided about it.
    Ended(Box<Outcome>),
    Delayed {
        timer: Timer,
        due: Timestamp,
    },
    /// The timer fired.
    Due(Timer),
    Probing,
    Probed(ProbeAnswer),
    /// A person must decide.
    InDoubt {
        doubt: Doubt,
        question: String,
    },
    /// `on-error` is at work.
    Remedying,
    Succeeded,
    Failed,
    /// Only ever of an item or an undo; a step as a whole says so itself.
    Skipped(SkipReason),
}

impl Phase {
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped(_))
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ended(_) => "ended",
            Self::Delayed { .. } => "delayed",
            Self::Due(_) => "due",
            Self::Probing => "probing",
            Self::Probed(_) => "probed",
            Self::InDoubt { .. } => "in_doubt",
            Self::Remedying => "remedying",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped(_) => "skipped",
        }
    }
}

/// How a step stands, over all its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepStatus {
    Waiting,
    Running,
    InDoubt,
    Succeeded,
    Failed,
    Skipped,
}

impl StepStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::InDoubt => "in_doubt",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped)
    }
}

impl StepState {
    pub(super) fn new(id: StepId, matrix: bool, remedy: bool) -> Self {
        let tasks = if matrix { Vec::new() } else { vec![TaskState::default()] };
        let remedy = remedy.then(Box::default);
        Self { id, tasks, expanded: !matrix, skipped: None, remedy, rounds: 0, former: Vec::new(), made: Vec::new() }
    }

    pub fn status(&self) -> StepStatus {
        if self.skipped.is_some() {
            return StepStatus::Skipped;
        }
        let any = |wanted: fn(&Phase) -> bool| self.tasks.iter().any(|task| wanted(&task.phase));
        if self.expanded && self.tasks.iter().all(|task| task.phase.is_terminal()) {
            // An item is skipped only where another one failed, or the run came to an end.
            let failed = any(|p| matches!(p, Phase::Failed | Phase::Skipped(_)));
            return if failed { StepStatus::Failed } else { StepStatus::Succeeded };
        }
        if any(|p| !matches!(p, Phase::Waiting | Phase::InDoubt { .. }) && !p.is_terminal()) {
            StepStatus::Running
        } else if any(|p| matches!(p, Phase::InDoubt { .. })) {
            StepStatus::InDoubt
        } else if any(|p| *p != Phase::Waiting) {
            StepStatus::Running
        } else {
            StepStatus::Waiting
        }
    }

    /// All attempts of all items.
    pub fn attempts(&self) -> u32 {
        self.tasks.iter().map(|task| task.attempts).sum()
    }
}

impl TaskState {
    pub fn path(&self, step: &StepId) -> TaskPath {
        TaskPath { step: step.clone(), item: self.item.clone(), role: Role::Step, round: None }
    }

    /// Something may have come of it, now or before it was to run again, that can be taken back.
    pub(super) fn is_of_effect(&self) -> bool {
        let begun = !matches!(self.phase, Phase::Waiting | Phase::Failed | Phase::Skipped(_));
        self.attempts > 0 || self.kept.is_some() || begun
    }

    /// Goes back to what it was before an edit, if that is known to have taken place.
    pub(super) fn stand_again(&mut self) {
        if let Some(kept) = self.kept.take_if(|kept| kept.phase == Phase::Succeeded) {
            *self = *kept;
        }
    }

    /// As it is before it is tried anew, since nothing came of it: its item, its numbers and its occurrence go on.
    pub(super) fn anew(&self) -> Self {
        Self {
            item: self.item.clone(),
            values: self.values.clone(),
            occurrence: self.occurrence,
            attempts: self.attempts,
            digest: self.digest.clone(),
            kept: self.kept.clone(),
            stands: self.stands,
            ..Self::default()
        }
    }

    /// It was done, and waits to be done again as its next occurrence.
    pub(super) fn runs_once_more(&self) -> bool {
        self.attempts > 0 && self.digest.is_empty()
    }

    /// As it is before it runs again: its item and its numbers go on.
    pub(super) fn again(&self) -> Self {
        Self {
            item: self.item.clone(),
            values: self.values.clone(),
            occurrence: self.occurrence + u32::from(self.attempts > 0 || self.phase.is_terminal()),
            attempts: self.attempts,
            ..Self::default()
        }
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

    pub fn task(&self, plan: &Plan, path: &TaskPath) -> Option<&TaskState> {
        let index = plan.index(&path.step)?;
        match path.role {
            Role::Step => self.steps[index].tasks.get(self.position(index, path.item.as_ref())?),
            Role::Remedy => self.steps[index].remedy.as_deref(),
            Role::Undo => self.undo_of(self.target(index, path)?),
        }
    }
}
