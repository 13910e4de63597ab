//! Another text of the workflow, as it stands in the journal.

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::entry::{ids, steps};
use crate::run::Replanned;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredReplanned {
    version: u32,
    workflow: String,
    recheck: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    succession: Vec<String>,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    inputs: StoredData,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    secrets: StoredData,
}

impl StoredReplanned {
    pub fn seal(replanned: &Replanned, keys: &RunKeys, place: &Place<'_>) -> Result<Self, StoreError> {
        let Replanned { version, workflow, recheck, succession, inputs, secrets } = replanned;
        Ok(Self {
            version: *version,
            workflow: workflow.clone(),
            recheck: ids(recheck),
            succession: ids(succession),
            inputs: StoredData::seal(inputs, keys, place, "inputs")?,
            secrets: StoredData::seal(secrets, keys, place, "secrets")?,
        })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>) -> Result<Replanned, Malformed> {
        Ok(Replanned {
            version: self.version,
            workflow: self.workflow,
            recheck: steps(&self.recheck)?,
            succession: steps(&self.succession)?,
            inputs: self.inputs.open(keys, place, "inputs")?,
            secrets: self.secrets.open(keys, place, "secrets")?,
        })
    }
}
