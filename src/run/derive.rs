//! What is derived for a run from its seed: idempotency keys, digests, jitter. The same after every resume.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::started::RunStarted;
use super::state::RunState;
use crate::id::{RunId, TaskPath, hex};
use crate::secret::{Data, Secret};

/// HMAC-SHA256 of `parts` under the run's seed; each part goes in with its length, so that none runs into the next.
fn derive(run: &RunStarted, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(run.seed.expose()) else { return [0; 32] };
    for part in [run.run.as_str().as_bytes()].iter().chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The `Idempotency-Key` of a task's occurrence: 32 hex digits.
pub fn idempotency_key(run: &RunStarted, task: &TaskPath, occurrence: u32) -> String {
    hex(&derive(run, &[b"idempotency", task.shown().as_bytes(), &occurrence.to_be_bytes()])[..16])
}

/// A name that no other run has, not even one of the same id in another store.
pub fn unique_name(run: &RunStarted) -> String {
    format!("{}-{}", run.run, hex(&derive(run, &[b"name"])[..8]))
}

/// A digest under which two inputs of an action can be compared; says nothing about them without the seed.
pub fn input_digest(run: &RunStarted, action: &str, input: &Data) -> String {
    let mut text = Vec::with_capacity(256);
    for (name, datum) in input {
        text.extend(if text.is_empty() { &b""[..] } else { b"\n" });
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        // A list of bytes takes whatever is written to it, and a value is always JSON.
        let _ = serde_json::to_writer(&mut text, datum.expose());
    }
    hex(&derive(run, &[b"input", action.as_bytes(), &text])[..16])
}

/// The seed of a run that is a part of this one, as a row is of a fleet: for `part`, always the same.
pub fn derived_seed(run: &RunStarted, part: &str) -> Secret<Vec<u8>> {
    Secret::new(derive(run, &[b"part", part.as_bytes()]).to_vec())
}

/// The name of a secret matrix item, which must not be shown.
pub(super) fn opaque_item(run: &RunStarted, text: &str) -> String {
    format!("secret-{}", hex(&derive(run, &[b"item", text.as_bytes()])[..10]))
}

/// An even draw from 0 to below 1, fixed for each attempt of each task.
pub(super) fn fraction(run: &RunStarted, task: &TaskPath, attempt: u32) -> f64 {
    let bytes = derive(run, &[b"jitter", task.shown().as_bytes(), &attempt.to_be_bytes()]);
    let draw = bytes.iter().take(6).fold(0u64, |draw, byte| draw << 8 | u64::from(*byte));
    draw as f64 / (1u64 << 48) as f64
}

/// What onramp writes into things that it creates, so that a look knows them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    run: RunId,
    task: TaskPath,
    occurrence: u32,
    attempt: u32,
    /// The processes that worked on the run, the last one last. What another one left may be a copy's.
    epochs: Vec<String>,
    /// A copy of the run may be about.
    wary: bool,
}

impl Mark {
    pub(super) fn new(state: &RunState, task: &TaskPath, occurrence: u32, attempt: u32) -> Self {
        let (run, task) = (state.started.run.clone(), task.clone());
        Self { run, task, occurrence, attempt, epochs: state.epochs.clone(), wary: state.wary }
    }

    /// Common to all attempts of this step, or of this item of it.
    fn stem(&self) -> String {
        format!("onramp {} {}#", self.run, self.task)
    }

    /// Whether `text` carries the mark of this attempt or of an earlier one of this occurrence, made by this very run.
    pub fn is_on(&self, text: &str) -> bool {
        let counts = |found: Found| found.own && found.attempt <= self.attempt;
        self.found_on(text).is_some_and(|found| found.occurrence == self.occurrence && counts(found))
    }

    /// Whether `text` carries the mark of any attempt of this step, of whatever occurrence.
    pub fn is_of_step(&self, text: &str) -> bool {
        self.found_on(text).is_some_and(|found| found.own)
    }

    /// The same for an earlier attempt.
    pub fn is_of_earlier(&self, text: &str) -> bool {
        let of_occurrence = |found: &Found| found.occurrence == self.occurrence;
        self.found_on(text).filter(of_occurrence).is_some_and(|found| found.own && found.attempt < self.attempt)
    }

    /// Whether `text` carries the mark of this occurrence, and a copy of the run may have made what bears it: it must not
    /// be touched. Where a copy may be about, that is so of all marks: a copy of the journal knows the same processes.
    pub fn may_be_a_copys(&self, text: &str) -> bool {
        self.found_on(text).is_some_and(|found| found.occurrence == self.occurrence && !found.own)
    }

    fn found_on(&self, text: &str) -> Option<Found> {
        let (_, rest) = text.split_once(&self.stem())?;
        let (occurrence, rest) = rest.split_once('.')?;
        let mark = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?;
        let (attempt, epoch) = mark.split_once('-').unwrap_or((mark, ""));
        let own = !self.wary && (epoch.is_empty() || self.epochs.iter().any(|known| known == epoch));
        Some(Found { occurrence: occurrence.parse().ok()?, attempt: attempt.parse().ok()?, own })
    }
}

/// What a mark tells.
struct Found {
    occurrence: u32,
    attempt: u32,
    /// Its process is one of this journal.
    own: bool,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}", self.stem(), self.occurrence, self.attempt)?;
        match self.epochs.last() {
            Some(epoch) if !epoch.is_empty() => write!(f, "-{epoch}"),
            _ => Ok(()),
        }
    }
}
