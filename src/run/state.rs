//! The state of a run: the fold of its journal.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agenda::Agenda;
use super::entry::{RunStarted, RunStatus, SkipReason, Timer};
use super::outcome::{Outcome, ProbeAnswer, StepError};
use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
use crate::plan::Plan;
use crate::secret::Data;

/// Everything that is known of a run after some entry of its journal.
#[derive(Debug, Clone)]
pub struct RunState {
    pub started: Arc<RunStarted>,
    /// The sequence number of the last entry.
    pub seq: u64,
    pub began: Timestamp,
    /// The time of the last entry.
    pub now: Timestamp,
    pub status: RunStatus,
    /// The user asked to stop.
    pub stopping: bool,
    /// In the order of the plan.
    pub steps: Vec<StepState>,
    /// What attempts of this run used up.
    pub claims: BTreeSet<String>,
    /// The workflow's outputs, once it ended.
    pub outputs: Data,
    pub notes: Vec<String>,
    /// Derived from the rest: what there is to decide.
    pub(super) agenda: Agenda,
}

/// A [`RunState`] without what is derived: as it comes back from where it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RunParts {
    pub started: Arc<RunStarted>,
    pub seq: u64,
    pub began: Timestamp,
    pub now: Timestamp,
    pub status: RunStatus,
    pub stopping: bool,
    pub steps: Vec<StepState>,
    pub claims: BTreeSet<String>,
    pub outputs: Data,
    pub notes: Vec<String>,
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
    /// Of the whole step; a matrix collects each output in a list. Empty until it succeeded.
    pub outputs: Data,
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
    /// An attempt of this occurrence may have taken place although nobody saw it: a refusal of a later one may be about that.
    pub unsure: bool,
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
        question: String,
    },
    /// `on-error` is at work.
    Remedying,
    Succeeded,
    Failed,
}

impl Phase {
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
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
        Self { id, tasks, expanded: !matrix, skipped: None, remedy, rounds: 0, outputs: Data::new() }
    }

    pub fn status(&self) -> StepStatus {
        if self.skipped.is_some() {
            return StepStatus::Skipped;
        }
        let any = |wanted: fn(&Phase) -> bool| self.tasks.iter().any(|task| wanted(&task.phase));
        if self.expanded && self.tasks.iter().all(|task| task.phase.is_terminal()) {
            return if any(|p| *p == Phase::Failed) { StepStatus::Failed } else { StepStatus::Succeeded };
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
        TaskPath { step: step.clone(), item: self.item.clone(), remedy: false }
    }
}

impl RunState {
    /// The state after a run's first entry.
    pub fn new(plan: &Plan, started: RunStarted, at: Timestamp) -> Self {
        let steps = plan
            .steps
            .iter()
            .map(|step| StepState::new(step.id.clone(), step.matrix.is_some(), step.on_error.is_some()))
            .collect();
        let mut state = Self {
            started: Arc::new(started),
            seq: 1,
            began: at,
            now: at,
            status: RunStatus::Running,
            stopping: false,
            steps,
            claims: BTreeSet::new(),
            outputs: Data::new(),
            notes: Vec::new(),
            agenda: Agenda::default(),
        };
        state.reindex(plan);
        state
    }

    /// A state from its parts. Before anything is decided about it, [`RunState::reindex`] derives the rest.
    pub fn from_parts(parts: RunParts) -> Self {
        let RunParts { started, seq, began, now, status, stopping, steps, claims, outputs, notes } = parts;
        let agenda = Agenda::default();
        Self { started, seq, began, now, status, stopping, steps, claims, outputs, notes, agenda }
    }

    pub fn task(&self, plan: &Plan, path: &TaskPath) -> Option<&TaskState> {
        let index = plan.index(&path.step)?;
        let step = self.steps.get(index)?;
        if path.remedy {
            return step.remedy.as_deref();
        }
        step.tasks.get(self.position(index, path.item.as_ref())?)
    }
}
