//! What is derived for a run from its seed: idempotency keys, digests, jitter. The same after every resume.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::entry::RunStarted;
use crate::id::TaskPath;
use crate::secret::Data;

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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The `Idempotency-Key` of a task's occurrence: 32 hex digits.
pub fn idempotency_key(run: &RunStarted, task: &TaskPath, occurrence: u32) -> String {
    hex(&derive(run, &[b"idempotency", task.to_string().as_bytes(), &occurrence.to_be_bytes()])[..16])
}

/// A digest under which two inputs can be compared; says nothing about them without the seed.
pub fn input_digest(run: &RunStarted, input: &Data) -> String {
    let text: Vec<String> = input.iter().map(|(name, datum)| format!("{name}={}", datum.expose())).collect();
    hex(&derive(run, &[b"input", text.join("\n").as_bytes()])[..16])
}

/// The name of a secret matrix item, which must not be shown.
pub(super) fn opaque_item(run: &RunStarted, text: &str) -> String {
    format!("secret-{}", hex(&derive(run, &[b"item", text.as_bytes()])[..10]))
}

/// An even draw from 0 to below 1, fixed for each attempt of each task.
pub(super) fn fraction(run: &RunStarted, task: &TaskPath, attempt: u32) -> f64 {
    let bytes = derive(run, &[b"jitter", task.to_string().as_bytes(), &attempt.to_be_bytes()]);
    let draw = bytes.iter().take(6).fold(0u64, |draw, byte| draw << 8 | u64::from(*byte));
    draw as f64 / (1u64 << 48) as f64
}

/// What onramp writes into things that it creates, so that a probe knows them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Common to all attempts of this occurrence.
    pub prefix: String,
    pub attempt: u32,
}

impl Mark {
    pub(super) fn new(run: &RunStarted, task: &TaskPath, occurrence: u32, attempt: u32) -> Self {
        Self { prefix: format!("onramp {} {task}#{occurrence}.", run.run), attempt }
    }

    /// Whether `text` carries the mark of this attempt or of an earlier one of this occurrence.
    pub fn is_on(&self, text: &str) -> bool {
        self.attempt_on(text).is_some_and(|attempt| attempt <= self.attempt)
    }

    /// Whether `text` carries the mark of an earlier attempt.
    pub fn is_of_earlier(&self, text: &str) -> bool {
        self.attempt_on(text).is_some_and(|attempt| attempt < self.attempt)
    }

    fn attempt_on(&self, text: &str) -> Option<u32> {
        let (_, rest) = text.split_once(&self.prefix)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok()
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.prefix, self.attempt)
    }
}
