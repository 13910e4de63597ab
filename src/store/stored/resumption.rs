//! How another process goes on, as it stands in the journal.

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::scalar::{step, task};
use crate::run::Resumption;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredResumption {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    epoch: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wary: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    again: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keep: Vec<String>,
}

impl From<&Resumption> for StoredResumption {
    fn from(how: &Resumption) -> Self {
        let Resumption { epoch, wary, until, again, keep } = how;
        Self {
            epoch: epoch.clone(),
            wary: *wary,
            until: until.as_ref().map(ToString::to_string),
            again: again.iter().map(ToString::to_string).collect(),
            keep: keep.iter().map(ToString::to_string).collect(),
        }
    }
}

impl StoredResumption {
    pub fn open(self) -> Result<Resumption, Malformed> {
        let Self { epoch, wary, until, again, keep } = self;
        let until = until.map(|id| step(&id)).transpose()?;
        let tasks = |paths: Vec<String>| paths.iter().map(|path| task(path)).collect::<Result<_, _>>();
        Ok(Resumption { epoch, wary, until, again: tasks(again)?, keep: tasks(keep)? })
    }
}
