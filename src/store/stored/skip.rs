//! Why something did not run, as it stands in the files.

use serde::{Deserialize, Serialize};

use crate::run::SkipReason;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub(in crate::store) enum StoredSkip {
    Condition,
    Upstream { step: String },
    FailFast { item: String },
    Cancelled,
    TimedOut,
    NothingToUndo,
    CannotUndo { why: String },
}

impl From<&SkipReason> for StoredSkip {
    fn from(reason: &SkipReason) -> Self {
        match reason.clone() {
            SkipReason::Condition => Self::Condition,
            SkipReason::Upstream { step } => Self::Upstream { step },
            SkipReason::FailFast { item } => Self::FailFast { item },
            SkipReason::Cancelled => Self::Cancelled,
            SkipReason::TimedOut => Self::TimedOut,
            SkipReason::NothingToUndo => Self::NothingToUndo,
            SkipReason::CannotUndo { why } => Self::CannotUndo { why },
        }
    }
}

impl From<StoredSkip> for SkipReason {
    fn from(stored: StoredSkip) -> Self {
        match stored {
            StoredSkip::Condition => Self::Condition,
            StoredSkip::Upstream { step } => Self::Upstream { step },
            StoredSkip::FailFast { item } => Self::FailFast { item },
            StoredSkip::Cancelled => Self::Cancelled,
            StoredSkip::TimedOut => Self::TimedOut,
            StoredSkip::NothingToUndo => Self::NothingToUndo,
            StoredSkip::CannotUndo { why } => Self::CannotUndo { why },
        }
    }
}
