//! What a run starts from, as it stands in the files.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Malformed;
use super::data::StoredData;
use super::scalar::{Dollars, malformed, step, to_millis};
use crate::id::RunId;
use crate::run::{RunStarted, Settings};
use crate::secret::Secret;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredStarted {
    run: String,
    workflow: String,
    /// Sealed.
    seed: String,
    inputs: StoredData,
    secrets: StoredData,
    settings: StoredSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredSettings {
    base_url: String,
    sandbox: bool,
    settle_ms: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allow_hosts: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    typed_origins: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allow_spend: Option<Dollars>,
}

impl StoredStarted {
    pub fn seal(started: &RunStarted, keys: &RunKeys, place: &Place<'_>) -> Result<Self, StoreError> {
        let RunStarted { run, workflow, seed, inputs, secrets, settings, until } = started;
        let Settings { base_url, sandbox, settle, allow_hosts, typed_origins, allow_spend } = settings.clone();
        let allow_spend = allow_spend.map(Dollars);
        let settle_ms = to_millis(settle);
        let seed = Zeroizing::new(STANDARD.encode(seed.expose()));
        Ok(Self {
            run: run.to_string(),
            workflow: workflow.clone(),
            seed: keys.seal(&*seed, place, "seed")?,
            inputs: StoredData::seal(inputs, keys, place, "inputs")?,
            secrets: StoredData::seal(secrets, keys, place, "secrets")?,
            settings: StoredSettings { base_url, sandbox, settle_ms, allow_hosts, typed_origins, allow_spend },
            until: until.as_ref().map(ToString::to_string),
        })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>) -> Result<RunStarted, Malformed> {
        let StoredSettings { base_url, sandbox, settle_ms, allow_hosts, typed_origins, allow_spend } = self.settings;
        let allow_spend = allow_spend.map(|money| money.0);
        let settle = Duration::from_millis(settle_ms);
        let seed = match keys.are_pruned() {
            true => Some(Vec::new()), // nothing is derived for a run that nobody can go on with
            false => keys
                .open(&self.seed, place, "seed")
                .map(Zeroizing::<String>::new)
                .and_then(|text| STANDARD.decode(&*text).ok()),
        };
        Ok(RunStarted {
            run: RunId::new(&self.run).map_err(malformed)?,
            workflow: self.workflow,
            seed: Secret::new(seed.ok_or_else(|| Malformed("`seed` does not open here".into()))?),
            inputs: self.inputs.open(keys, place, "inputs")?,
            secrets: self.secrets.open(keys, place, "secrets")?,
            settings: Settings { base_url, sandbox, settle, allow_hosts, typed_origins, allow_spend },
            until: self.until.map(|id| step(&id)).transpose()?,
        })
    }
}
