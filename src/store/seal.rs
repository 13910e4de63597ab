//! Sealing: the user's key wraps a random key per run, and everything secret in the run is encrypted under that.

use std::path::Path;
use std::sync::Arc;

use aes_gcm_siv::Aes256GcmSiv;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::crypto::{Keyed, cipher, decrypt, encrypt, hmac};
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::{FORMAT, Format};
use super::key::Key;
use super::stored::Moment;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::id::{RunId, hex};
use crate::secret::Secret;

/// `seal.json`: in which format the run is stored, and its key, wrapped. It alone changes when a key is rotated, and when a
/// run's secrets are pruned: then what is left of the run's key authenticates the files and opens nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seal {
    pub format: Format,
    pub run: String,
    /// The id of the key that wraps.
    pub key: String,
    #[serde(flatten)]
    wrapped: Wrapped,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Wrapped {
    Whole { run_key: String },
    WithoutSecrets { mac_key: String, secrets_pruned: Moment },
}

/// What was wrapped, as the associated data calls it.
const RUN_KEY: &str = "run key";
const MAC_KEY: &str = "mac key";

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
        let run_key = wrap(run, key, RUN_KEY, &bytes, &*entropy)?;
        let seal = Self { format: FORMAT, run: run.to_string(), key: key.id(), wrapped: Wrapped::Whole { run_key } };
        Ok((seal, RunKeys::derive(run.clone(), &bytes, entropy)))
    }

    /// Reads it, and refuses a format of which this build does not know how to read it.
    pub fn read(disk: &dyn Disk) -> Result<Self, StoreError> {
        let path = disk.path(RunFile::Seal);
        let bytes = disk.read(RunFile::Seal)?.ok_or_else(|| {
            StoreError::damaged(path.clone(), None, "is missing; without it this run cannot be opened")
        })?;
        let broken = || {
            let what = "is not what onramp wrote there; without it this run cannot be opened";
            StoreError::damaged(path.clone(), None, what)
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

    /// When the run's secrets were made unreadable, if they were.
    pub fn secrets_pruned(&self) -> Option<Timestamp> {
        match &self.wrapped {
            Wrapped::Whole { .. } => None,
            Wrapped::WithoutSecrets { secrets_pruned, .. } => Some(secrets_pruned.0),
        }
    }

    /// Refuses a run that nobody can go on with.
    pub fn check_whole(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        match self.secrets_pruned() {
            None => Ok(()),
            Some(at) => {
                let folder = disk.path(RunFile::Seal).parent().map(Path::to_owned).unwrap_or_default();
                Err(StoreError::SecretsPruned { run: self.run(disk)?, at, folder })
            }
        }
    }

    /// Unwraps the run's key, or what is left of it.
    pub fn open(&self, disk: &dyn Disk, key: &Key, entropy: Arc<dyn Entropy>) -> Result<RunKeys, StoreError> {
        let run = self.run(disk)?;
        let bytes = self.unwrap(disk, key)?;
        Ok(match &self.wrapped {
            Wrapped::Whole { .. } => RunKeys::derive(run, &bytes, entropy),
            Wrapped::WithoutSecrets { .. } => RunKeys::new(run, None, Keyed::new(&bytes), entropy),
        })
    }

    fn unwrap(&self, disk: &dyn Disk, key: &Key) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let run = self.run(disk)?;
        let Some(key) = key.of_id(&self.key) else {
            return Err(StoreError::WrongKey { run, sealed_with: self.key.clone(), given: key.id() });
        };
        let (wrapped, what) = match &self.wrapped {
            Wrapped::Whole { run_key } => (run_key, RUN_KEY),
            Wrapped::WithoutSecrets { mac_key, .. } => (mac_key, MAC_KEY),
        };
        let opened = decrypt(&cipher(key.wrapping().expose()), wrapped, &wrapping_place(&run, what));
        match opened.as_deref().map(|bytes| <[u8; 32]>::try_from(bytes.as_slice())) {
            Some(Ok(bytes)) => Ok(Zeroizing::new(bytes)),
            _ => {
                let what = "was changed, or belongs to another run: its key does not open";
                Err(StoreError::damaged(disk.path(RunFile::Seal), None, what))
            }
        }
    }

    /// The same key of the run, wrapped by `to`.
    pub fn rewrap(&self, disk: &dyn Disk, from: &Key, to: &Key, entropy: &dyn Entropy) -> Result<Self, StoreError> {
        let run = self.run(disk)?;
        let bytes = self.unwrap(disk, from)?;
        let wrapped = match self.wrapped {
            Wrapped::Whole { .. } => Wrapped::Whole { run_key: wrap(&run, to, RUN_KEY, &bytes, entropy)? },
            Wrapped::WithoutSecrets { secrets_pruned, .. } => {
                Wrapped::WithoutSecrets { mac_key: wrap(&run, to, MAC_KEY, &bytes, entropy)?, secrets_pruned }
            }
        };
        Ok(Self { format: self.format, run: self.run.clone(), key: to.id(), wrapped })
    }

    /// Keeps what authenticates the files and drops what opens the secrets in them, for good.
    pub fn without_secrets(
        &self,
        disk: &dyn Disk,
        key: &Key,
        at: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        self.check_whole(disk)?;
        let run = self.run(disk)?;
        let authentication = Secret::new(hmac(&*self.unwrap(disk, key)?, &[b"onramp mac"]));
        let key = key.of_id(&self.key).unwrap_or_else(|| key.clone());
        let mac_key = wrap(&run, &key, MAC_KEY, authentication.expose(), entropy)?;
        let wrapped = Wrapped::WithoutSecrets { mac_key, secrets_pruned: Moment(at) };
        Ok(Self { format: self.format, run: self.run.clone(), key: key.id(), wrapped })
    }

    /// What stands in the file.
    pub fn to_line(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map(|text| format!("{text}\n")).map_err(|_| StoreError::TooLarge)
    }
}

fn wrap(run: &RunId, key: &Key, what: &str, bytes: &[u8; 32], entropy: &dyn Entropy) -> Result<String, StoreError> {
    let plain = Zeroizing::new(bytes.to_vec());
    encrypt(&cipher(key.wrapping().expose()), entropy, plain, &wrapping_place(run, what))
}

fn wrapping_place(run: &RunId, what: &str) -> Vec<u8> {
    json!(["onramp", FORMAT.major, run.as_str(), what]).to_string().into_bytes()
}

/// What a sealed value reads as when nothing can open it any more.
pub const PRUNED: &str = "(pruned)";

/// What the run's key is used for: one derived key to seal, one to authenticate.
#[derive(Clone)]
pub(super) struct RunKeys {
    pub run: RunId,
    keys: Arc<Derived>,
}

struct Derived {
    /// `None` if the run's secrets were pruned.
    cipher: Option<Aes256GcmSiv>,
    mac: Keyed,
    entropy: Arc<dyn Entropy>,
}

impl RunKeys {
    fn derive(run: RunId, bytes: &[u8; 32], entropy: Arc<dyn Entropy>) -> Self {
        let sealing = Secret::new(hmac(bytes, &[b"onramp seal"]));
        let authentication = Secret::new(hmac(bytes, &[b"onramp mac"]));
        Self::new(run, Some(cipher(sealing.expose())), Keyed::new(authentication.expose()), entropy)
    }

    fn new(run: RunId, cipher: Option<Aes256GcmSiv>, mac: Keyed, entropy: Arc<dyn Entropy>) -> Self {
        Self { run, keys: Arc::new(Derived { cipher, mac, entropy }) }
    }

    /// The same keys for a run that is kept in this one's files, as a row is in its fleet's: what is sealed for one opens for
    /// no other.
    pub fn part(&self, run: RunId) -> Self {
        Self { run, keys: self.keys.clone() }
    }

    /// HMAC-SHA256 in hex over the concatenation of `parts`.
    pub fn mac(&self, parts: &[&[u8]]) -> String {
        hex(&self.keys.mac.mac(parts))
    }

    pub fn seal(
        &self,
        value: &impl Serialize,
        place: &Place<'_>,
        field: &(impl Serialize + ?Sized),
    ) -> Result<String, StoreError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(MOST));
        serde_json::to_writer(&mut *plain, value).map_err(|_| StoreError::TooLarge)?;
        // Spaces after the value, so that its length does not tell a code from a token.
        let padded = plain.len().next_multiple_of(PADDING);
        plain.resize(padded, b' ');
        let associated = self.associated(place, field).map_err(|_| StoreError::TooLarge)?;
        let cipher = self.keys.cipher.as_ref().ok_or(StoreError::TooLarge)?;
        encrypt(cipher, &*self.keys.entropy, plain, &associated)
    }

    /// The run's secrets were pruned.
    pub fn are_pruned(&self) -> bool {
        self.keys.cipher.is_none()
    }

    /// `None` if it was not sealed here, or if nothing can be opened any more.
    pub fn open<T: DeserializeOwned>(
        &self,
        sealed: &str,
        place: &Place<'_>,
        field: &(impl Serialize + ?Sized),
    ) -> Option<T> {
        let plain = decrypt(self.keys.cipher.as_ref()?, sealed, &self.associated(place, field).ok()?)?;
        let mut json = serde_json::Deserializer::from_slice(&plain);
        json.disable_recursion_limit();
        T::deserialize(&mut json).ok()
    }

    /// A JSON list, so that no two places read alike.
    fn associated(&self, place: &Place<'_>, field: &(impl Serialize + ?Sized)) -> serde_json::Result<Vec<u8>> {
        let Place { file, seq, step, attempt } = place;
        serde_json::to_vec(&("onramp", FORMAT.major, self.run.as_str(), file.name(), seq, step, attempt, field))
    }
}

const PADDING: usize = 32;

/// What most sealed values take, in bytes: while such a one is written, no copies of its beginning are left behind.
const MOST: usize = 256;

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
