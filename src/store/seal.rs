//! Sealing: the user's key wraps a random key per run, and everything secret in the run is encrypted under that.

use std::sync::Arc;

use aes_gcm_siv::Aes256GcmSiv;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::crypto::{Keyed, cipher, decrypt, digest, encrypt, hex, hmac};
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::{FORMAT, Format};
use super::key::Key;
use crate::entropy::Entropy;
use crate::id::RunId;
use crate::secret::Secret;

/// `seal.json`: in which format the run is stored, and its key, wrapped. It alone changes when a key is rotated.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seal {
    pub format: Format,
    pub run: String,
    /// The id of the key that wraps.
    pub key: String,
    run_key: String,
}

/// Enough of `seal.json` to tell whether the rest can be read.
#[derive(Deserialize)]
struct SealFormat {
    format: Format,
}

impl Seal {
    /// Draws the key of a new run.
    pub fn draw(run: &RunId, key: &Key, entropy: Arc<dyn Entropy>) -> Result<(Self, RunKeys), StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes).map_err(StoreError::Entropy)?;
        let wrapped = encrypt(&cipher(key.wrapping().expose()), &*entropy, &*bytes, &wrapping_place(run))?;
        let seal = Self { format: FORMAT, run: run.to_string(), key: key.id(), run_key: wrapped };
        Ok((seal, RunKeys::derive(run.clone(), &bytes, entropy)))
    }

    /// Reads it, and refuses a format of which this build does not know how to read it.
    pub fn read(disk: &dyn Disk) -> Result<Self, StoreError> {
        let path = disk.path(RunFile::Seal);
        let bytes = disk.read(RunFile::Seal)?.ok_or_else(|| {
            StoreError::damaged(path.clone(), None, "is missing; without it this run cannot be opened")
        })?;
        let broken = || {
            StoreError::damaged(
                path.clone(),
                None,
                "is not what onramp wrote there; without it this run cannot be opened",
            )
        };
        let SealFormat { format } = serde_json::from_slice(&bytes).map_err(|_| broken())?;
        if !format.is_readable() {
            return Err(StoreError::Newer { path, found: format });
        }
        serde_json::from_slice(&bytes).map_err(|_| broken())
    }

    /// Refuses what a newer build wrote: it may hold more than this one would keep.
    pub fn check_writable(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        let path = disk.path(RunFile::Seal);
        if self.format.is_writable() { Ok(()) } else { Err(StoreError::Newer { path, found: self.format }) }
    }

    pub fn run(&self, disk: &dyn Disk) -> Result<RunId, StoreError> {
        RunId::new(&self.run).map_err(|error| StoreError::damaged(disk.path(RunFile::Seal), None, error.to_string()))
    }

    /// Unwraps the run's key.
    pub fn open(&self, disk: &dyn Disk, key: &Key, entropy: Arc<dyn Entropy>) -> Result<RunKeys, StoreError> {
        let run = self.run(disk)?;
        if self.key != key.id() {
            return Err(StoreError::WrongKey { run, sealed_with: self.key.clone(), given: key.id() });
        }
        let opened = decrypt(&cipher(key.wrapping().expose()), &self.run_key, &wrapping_place(&run));
        match opened.as_deref().map(|bytes| <&[u8; 32]>::try_from(bytes.as_slice())) {
            Some(Ok(bytes)) => Ok(RunKeys::derive(run, bytes, entropy)),
            _ => {
                let what = "was changed, or belongs to another run: its key does not open";
                Err(StoreError::damaged(disk.path(RunFile::Seal), None, what))
            }
        }
    }
}

fn wrapping_place(run: &RunId) -> Vec<u8> {
    json!(["onramp", FORMAT.major, run.as_str(), "run key"]).to_string().into_bytes()
}

/// What the run's key is used for: one derived key to seal, one to authenticate.
pub(super) struct RunKeys {
    pub run: RunId,
    cipher: Aes256GcmSiv,
    mac: Keyed,
    entropy: Arc<dyn Entropy>,
}

impl RunKeys {
    fn derive(run: RunId, bytes: &[u8; 32], entropy: Arc<dyn Entropy>) -> Self {
        let sealing = Secret::new(hmac(bytes, &[b"onramp seal"]));
        let authentication = Secret::new(hmac(bytes, &[b"onramp mac"]));
        Self { run, cipher: cipher(sealing.expose()), mac: Keyed::new(authentication.expose()), entropy }
    }

    /// HMAC-SHA256 in hex over the concatenation of `parts`.
    pub fn mac(&self, parts: &[&[u8]]) -> String {
        hex(&self.mac.mac(parts))
    }

    pub fn seal(&self, value: &Value, place: &Place<'_>, field: &str) -> Result<String, StoreError> {
        let mut plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| StoreError::TooLarge)?);
        // Spaces after the value, so that its length does not tell a code from a token.
        let padded = plain.len().next_multiple_of(PADDING);
        plain.resize(padded, b' ');
        let associated = self.associated(place, field).map_err(|_| StoreError::TooLarge)?;
        encrypt(&self.cipher, &*self.entropy, &plain, &associated)
    }

    /// `None` if it was not sealed here.
    pub fn open(&self, sealed: &str, place: &Place<'_>, field: &str) -> Option<Value> {
        let plain = decrypt(&self.cipher, sealed, &self.associated(place, field).ok()?)?;
        let mut json = serde_json::Deserializer::from_slice(&plain);
        json.disable_recursion_limit();
        Value::deserialize(&mut json).ok()
    }

    /// A JSON list, so that no two places read alike.
    fn associated(&self, place: &Place<'_>, field: &str) -> serde_json::Result<Vec<u8>> {
        let Place { file, seq, step, attempt } = place;
        serde_json::to_vec(&("onramp", FORMAT.major, self.run.as_str(), file.name(), seq, step, attempt, field))
    }
}

const PADDING: usize = 32;

/// Where a sealed value stands, to the field. Moved anywhere else it does not open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: RunFile,
    /// The entry's sequence number, or that of the checkpoint.
    pub seq: u64,
    /// As it is shown, such as `invite[ada@onramp.test]`; empty for what belongs to the run.
    pub step: &'a str,
    /// 0 where there is none.
    pub attempt: u32,
}

/// What pins the workflow as it was started.
pub(super) fn workflow_digest(workflow: &str) -> String {
    digest(workflow.as_bytes())
}
