//! Intents and matrix items as they stand in the journal.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::entry::place;
use super::scalar::{Dollars, task};
use super::words::StoredEffect;
use crate::run::{AttemptStarted, MatrixItem};
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredItem {
    key: String,
    values: StoredData,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredAttempt<'a> {
    task: Cow<'a, str>,
    attempt: u32,
    occurrence: u32,
    effect: StoredEffect,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    idempotency_key: Cow<'a, str>,
    input: StoredData,
    digest: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spends: Option<Dollars>,
}

impl StoredItem {
    pub fn seal(item: &MatrixItem, keys: &RunKeys, place: &Place<'_>) -> Result<Self, StoreError> {
        let MatrixItem { key, values } = item;
        let values = StoredData::seal(values, keys, place, &format!("items[{key}]"))?;
        Ok(Self { key: key.to_string(), values })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>) -> Result<MatrixItem, Malformed> {
        let Self { key, values } = self;
        let values = values.open(keys, place, &format!("items[{key}]"))?;
        Ok(MatrixItem { key: key.into(), values })
    }
}

impl<'a> StoredAttempt<'a> {
    pub fn seal(
        started: &'a AttemptStarted,
        about: Cow<'a, str>,
        keys: &RunKeys,
        seq: u64,
    ) -> Result<Self, StoreError> {
        let AttemptStarted { task: _, attempt, occurrence, effect, idempotency_key, input, digest, spends } = started;
        Ok(Self {
            input: StoredData::seal(input, keys, &place(seq, &about, *attempt), "input")?,
            task: about,
            attempt: *attempt,
            occurrence: *occurrence,
            effect: (*effect).into(),
            idempotency_key: idempotency_key.into(),
            digest: Cow::Borrowed(digest),
            spends: spends.map(Dollars),
        })
    }

    pub fn open(self, keys: &RunKeys, seq: u64) -> Result<AttemptStarted, Malformed> {
        let Self { task: about, attempt, occurrence, effect, idempotency_key, input, digest, spends } = self;
        let input = input.open(keys, &place(seq, &about, attempt), "input")?;
        Ok(AttemptStarted {
            task: task(&about)?,
            attempt,
            occurrence,
            effect: effect.into(),
            idempotency_key: idempotency_key.into_owned(),
            input,
            digest: digest.into(),
            spends: spends.map(|money| money.0),
        })
    }
}
