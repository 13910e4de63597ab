//! What every use case works with: where runs are kept, which key seals them, and the actions that exist.

use std::path::PathBuf;
use std::sync::Arc;

use crate::action::Registry;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::store::{Holder, Key, KeySource, Store};

pub struct Workspace {
    pub store: PathBuf,
    pub key: KeySource,
    /// Where embedded sandboxes keep their state: the user's state folder, apart from the store. `None` if the user has none.
    pub sandboxes: Option<PathBuf>,
    /// Where it is noted how far each run has come, so that a copy of one is noticed: the user's state folder, too.
    pub witnesses: Option<PathBuf>,
    pub registry: Arc<Registry>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// What the user typed, without values: the name by which another process is refused.
    pub command: String,
}

impl Workspace {
    pub(super) fn open(&self) -> Store {
        Store::open(&self.store, self.entropy.clone()).witnessed(self.witnesses.clone())
    }

    /// The user's key, made on first use.
    pub(super) fn own_key(&self) -> Result<Key, super::OpError> {
        Ok(self.key.load_or_create(self.entropy.as_ref())?)
    }

    pub(super) fn holder(&self) -> Holder {
        Holder::this_process(&self.command, self.clock.now())
    }
}
