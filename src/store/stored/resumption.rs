//! How another process goes on, as it stands in the journal.

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::scalar::{Dollars, step, task};
use crate::run::Resumption;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredResumption {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    epoch: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wary: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    trusted: bool,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    secrets: StoredData,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allow_spend: Option<Dollars>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    again: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keep: Vec<String>,
}

impl StoredResumption {
    pub fn seal(how: &Resumption, keys: &RunKeys, place: &Place<'_>) -> Result<Self, StoreError> {
        let Resumption { epoch, wary, trusted, secrets, allow_spend, until, again, keep } = how;
        Ok(Self {
            epoch: epoch.clone(),
            wary: *wary,
            trusted: *trusted,
            secrets: StoredData::seal(secrets, keys, place, "secrets")?,
            allow_spend: allow_spend.map(Dollars),
            until: until.as_ref().map(ToString::to_string),
            again: again.iter().map(ToString::to_string).collect(),
            keep: keep.iter().map(ToString::to_string).collect(),
        })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>) -> Result<Resumption, Malformed> {
        let Self { epoch, wary, trusted, secrets, allow_spend, until, again, keep } = self;
        let secrets = secrets.open(keys, place, "secrets")?;
        let allow_spend = allow_spend.map(|money| money.0);
        let until = until.map(|id| step(&id)).transpose()?;
        let tasks = |paths: Vec<String>| paths.iter().map(|path| task(path)).collect::<Result<_, _>>();
        Ok(Resumption { epoch, wary, trusted, secrets, allow_spend, until, again: tasks(again)?, keep: tasks(keep)? })
    }
}
