//! How the steps of a run that is torn down stand, in the words that people and programs see.

use serde::Serialize;

use super::look::Tone;
use super::summary::ErrorView;
use crate::plan::{Plan, PlanStep};
use crate::run::{RunState, TaskState, TeardownStatus, Undoing};
use crate::secret::Mask;

/// What became of what a step had made. The spelling is part of the JSON output; of two, the later matters more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoStatus {
    NothingToUndo,
    Undone,
    CannotUndo,
    Waiting,
    Running,
    InDoubt,
    UndoFailed,
}

/// The undo of a task, or of a whole step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UndoView {
    pub status: UndoStatus,
    /// Why it cannot be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

impl UndoStatus {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NothingToUndo => "nothing to undo",
            Self::Undone => "undone",
            Self::CannotUndo => "cannot be undone",
            Self::Waiting => "not undone yet",
            Self::Running => "being undone",
            Self::InDoubt => "left, since it is in doubt",
            Self::UndoFailed => "undo failed",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            Self::NothingToUndo | Self::Waiting => Tone::Faint,
            Self::Undone => Tone::Good,
            Self::CannotUndo | Self::InDoubt => Tone::Care,
            Self::Running => Tone::Busy,
            Self::UndoFailed => Tone::Bad,
        }
    }
}

/// The undo of what an earlier round of a step made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundView {
    /// Counted from 1.
    pub round: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(flatten)]
    pub undo: UndoView,
}

impl RoundView {
    /// Of all earlier rounds of a step that a teardown asks for, in their order.
    pub(super) fn all(plan: &Plan, state: &RunState, step: usize, mask: &Mask) -> Vec<Self> {
        let made = state.undoing_earlier(plan, step);
        let views = made.map(|(made, undoing)| Self {
            round: made.round().get(),
            item: made.item.as_deref().map(str::to_owned),
            undo: UndoView::of(undoing, made.undo.as_deref(), mask),
        });
        views.collect()
    }

    pub fn name(&self) -> String {
        let round = format!("round {}", self.round);
        self.item.as_ref().map_or_else(|| round.clone(), |item| format!("{item}, {round}"))
    }
}

impl UndoView {
    pub(super) fn new(state: &RunState, planned: &PlanStep, task: &TaskState, mask: &Mask) -> Option<Self> {
        Some(Self::of(state.undoing(planned, task)?, task.undo.as_deref(), mask))
    }

    fn of(undoing: Undoing, undo: Option<&TaskState>, mask: &Mask) -> Self {
        let warning = undo.and_then(|undo| undo.warning.as_deref()).map(|text| mask.apply(text));
        let view = |status| Self { status, reason: None, error: None, warning };
        match undoing {
            Undoing::Waiting => view(UndoStatus::Waiting),
            Undoing::Running => view(UndoStatus::Running),
            Undoing::Undone => view(UndoStatus::Undone),
            Undoing::NothingToUndo => view(UndoStatus::NothingToUndo),
            Undoing::InDoubt => view(UndoStatus::InDoubt),
            Undoing::CannotUndo(why) => Self { reason: Some(mask.apply(&why)), ..view(UndoStatus::CannotUndo) },
            Undoing::Failed(error) => {
                Self { error: Some(ErrorView::new(&error, mask)), ..view(UndoStatus::UndoFailed) }
            }
        }
    }

    /// It needs no more of anybody.
    pub fn is_clean(&self) -> bool {
        matches!(self.status, UndoStatus::Undone | UndoStatus::NothingToUndo)
    }

    /// The one of several that matters most, as that of the whole; of equals the first.
    pub(super) fn of_all<'a>(state: &RunState, views: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let most = views.reduce(|most, next| if next.status > most.status { next } else { most });
        let nothing = || Self { status: UndoStatus::NothingToUndo, reason: None, error: None, warning: None };
        most.cloned().or_else(|| state.teardown.then(nothing))
    }
}

/// How far a teardown came, as programs read it.
pub(super) const fn teardown_word(status: TeardownStatus) -> &'static str {
    match status {
        TeardownStatus::Running => "running",
        TeardownStatus::Done => "done",
        TeardownStatus::Failed => "failed",
        TeardownStatus::InDoubt => "in_doubt",
        TeardownStatus::Interrupted => "interrupted",
    }
}
