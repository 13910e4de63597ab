//! How far a step is: all of its tasks.

use super::made::Made;
use super::task_state::{Phase, TaskState};
use super::words::SkipReason;
use crate::id::StepId;

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
    /// Its matrix was edited and its items have not been found since: a new one may be an old one under another name.
    pub succession: bool,
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
        let (former, made) = (Vec::new(), Vec::new());
        Self { id, tasks, expanded: !matrix, skipped: None, remedy, rounds: 0, former, made, succession: false }
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

    /// Whether it is one of many items, also if these are none or could not be found.
    pub(super) fn is_matrix(&self) -> bool {
        let unfound = |task: &TaskState| task.error.as_ref().is_some_and(|error| error.code == "config.matrix");
        !self.expanded || !matches!(self.tasks.as_slice(), [task] if task.item.is_none() && !unfound(task))
    }

    /// Whether a task's `on-error` waits for a person.
    pub(super) fn has_stuck_remedy(&self, position: usize) -> bool {
        let in_doubt = |remedy: &TaskState| matches!(remedy.phase, Phase::InDoubt { .. });
        self.tasks[position].phase == Phase::Remedying && self.remedy.as_deref().is_some_and(in_doubt)
    }

    /// All attempts of all items.
    pub fn attempts(&self) -> u32 {
        self.tasks.iter().map(|task| task.attempts).sum()
    }
}
