//! What every use case works with: where runs are kept, which key seals them, and the actions that exist.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;

use super::{OpError, TokenSources};
use crate::action::Registry;
use crate::clock::Clock;
use crate::diagnostic::store_to_type;
use crate::entropy::Entropy;
use crate::http::Http;
use crate::id::RunId;
use crate::mail::{Limits, Mail};
use crate::report::command_line;
use crate::secret::Mask;
use crate::store::{Holder, Key, KeySource, Store};
use crate::tls;

pub struct Workspace {
    pub store: PathBuf,
    pub key: KeySource,
    /// Where embedded sandboxes keep their state: the user's state folder, apart from the store. `None` if the user has none.
    pub sandboxes: Option<PathBuf>,
    /// Where it is noted how far each run has come, so that a copy of one is noticed: the user's state folder, too.
    pub witnesses: Option<PathBuf>,
    /// Where it is noted which services' terms the user has read: the user's state folder, too.
    pub terms: Option<PathBuf>,
    pub registry: Arc<Registry>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// What the user typed, without values: the name by which another process is refused.
    pub command: String,
    /// What the service's documented rate limits are multiplied by: for an account that has others.
    pub rate_scale: f64,
    /// A certificate authority that is trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Where the access tokens of mailboxes come from.
    pub tokens: TokenSources,
}

impl Workspace {
    /// The store as a command must name it, unless it is the usual one.
    pub fn store_to_type(&self) -> Option<String> {
        store_to_type(&self.store)
    }

    /// `onramp VERB RUN`, to be typed.
    pub(super) fn command_line(&self, verb: &str, run: &RunId) -> String {
        self.command_line_with(verb, run, "")
    }

    /// The same with flags, which begin with a blank.
    pub(super) fn command_line_with(&self, verb: &str, run: &RunId, flags: &str) -> String {
        command_line(verb, run.as_str(), flags, self.store_to_type().as_deref())
    }

    /// What every connection trusts.
    pub(super) fn tls(&self) -> Result<Arc<ClientConfig>, OpError> {
        tls::client_config(self.ca_file.as_deref()).map_err(|error| OpError::Usage(error.to_string()))
    }

    /// Mail, with the tokens that `http` and `mask` are for. A sandbox needs none, and gets none.
    pub(super) fn mail(&self, tls: Arc<ClientConfig>, http: &Http, mask: &Mask, sandbox: bool) -> Mail {
        let tokens = match sandbox {
            true => None,
            false => self.tokens.open(http.clone(), self.clock.clone(), mask.clone()),
        };
        Mail::with_tokens(self.clock.clone(), tls, Limits::default(), tokens)
    }

    pub(super) fn open(&self) -> Store {
        Store::open(&self.store, self.entropy.clone()).witnessed(self.witnesses.clone())
    }

    /// The user's key, made on first use.
    pub(super) fn own_key(&self) -> Result<Key, OpError> {
        Ok(self.key.load_or_create(self.entropy.as_ref())?)
    }

    pub(super) fn holder(&self) -> Holder {
        Holder::this_process(&self.command, self.clock.now())
    }
}
