//! Outcomes, errors and probe answers as they stand in the files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::scalar::{is_zero, to_millis};
use super::words::{StoredClass, StoredErrorKind, StoredHappened};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredError {
    code: String,
    kind: StoredErrorKind,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    class: Option<StoredClass>,
}

impl From<&StepError> for StoredError {
    fn from(error: &StepError) -> Self {
        let StepError { code, kind, message, class } = error.clone();
        Self { code, kind: kind.into(), message, class: class.map(Into::into) }
    }
}

impl From<StoredError> for StepError {
    fn from(stored: StoredError) -> Self {
        let StoredError { code, kind, message, class } = stored;
        Self { code, kind: kind.into(), message, class: class.map(Into::into) }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredOutcome {
    happened: StoredHappened,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    data: StoredData,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<StoredError>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    claims: Vec<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    waited_ms: u64,
}

impl StoredOutcome {
    pub fn seal(outcome: &Outcome, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Self, StoreError> {
        let Outcome { happened, data, error, retry_after, warning, claims, waited } = outcome;
        Ok(Self {
            happened: (*happened).into(),
            data: StoredData::seal(data, keys, place, field)?,
            error: error.as_ref().map(Into::into),
            retry_after_ms: retry_after.map(to_millis),
            warning: warning.clone(),
            claims: claims.clone(),
            waited_ms: to_millis(*waited),
        })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Outcome, Malformed> {
        let Self { happened, data, error, retry_after_ms, warning, claims, waited_ms } = self;
        Ok(Outcome {
            happened: happened.into(),
            data: data.open(keys, place, field)?,
            error: error.map(Into::into),
            retry_after: retry_after_ms.map(Duration::from_millis),
            warning,
            claims,
            waited: Duration::from_millis(waited_ms),
        })
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum StoredAnswer {
    Done(StoredData),
    NotDone,
    /// `again` in milliseconds.
    CannotTell {
        reason: String,
        again: Option<u64>,
    },
    NoWay,
    Seen(Box<StoredOutcome>),
    CutOff,
}

impl StoredAnswer {
    pub fn seal(answer: &ProbeAnswer, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Self, StoreError> {
        Ok(match answer {
            ProbeAnswer::Done(outputs) => Self::Done(StoredData::seal(outputs, keys, place, field)?),
            ProbeAnswer::NotDone => Self::NotDone,
            ProbeAnswer::CannotTell { reason, again } => {
                let again = again.map(|pause| u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
                Self::CannotTell { reason: reason.clone(), again }
            }
            ProbeAnswer::NoWay => Self::NoWay,
            ProbeAnswer::Seen(outcome) => Self::Seen(Box::new(StoredOutcome::seal(outcome, keys, place, field)?)),
            ProbeAnswer::CutOff => Self::CutOff,
        })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<ProbeAnswer, Malformed> {
        Ok(match self {
            Self::Done(outputs) => ProbeAnswer::Done(outputs.open(keys, place, field)?),
            Self::NotDone => ProbeAnswer::NotDone,
            Self::CannotTell { reason, again } => {
                ProbeAnswer::CannotTell { reason, again: again.map(Duration::from_millis) }
            }
            Self::NoWay => ProbeAnswer::NoWay,
            Self::Seen(outcome) => ProbeAnswer::Seen(Box::new(outcome.open(keys, place, field)?)),
            Self::CutOff => ProbeAnswer::CutOff,
        })
    }
}
