//! Where the access tokens of mailboxes come from: a command, a file, or a refresh token.

mod command;
mod file;
mod refresh;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;

pub use refresh::{Grant, Refresh, token_url};

use crate::clock::Clock;
use crate::diagnostic::escape;
use crate::http::Http;
use crate::mail::{MailError, MailErrorKind, Mailbox, Tokens, no_token_source};
use crate::secret::{Mask, Secret};
use refresh::Refreshing;

/// The longest token that is believed to be one.
const MAX_TOKEN: usize = 16 * 1024;

/// Where one token comes from.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// A program and its arguments, which prints the token.
    Command(Vec<String>),
    /// A file that holds the token; something else keeps it fresh.
    File(PathBuf),
    Refresh(Refresh),
}

/// All that the user named.
#[derive(Debug, Clone, Default)]
pub struct TokenSources {
    /// By [`Mailbox::account`].
    pub by_account: BTreeMap<String, TokenSource>,
    /// Variables of our own environment that a command must not see.
    pub withheld: Vec<OsString>,
    /// How the person is told what must not be missed, whatever is logged.
    pub say: Option<fn(&str)>,
}

impl TokenSources {
    /// Whether there is what `mailbox` is logged in to with.
    pub(super) fn check(&self, mailbox: &Mailbox) -> Result<(), MailError> {
        match mailbox.needs_token() && !self.by_account.contains_key(&mailbox.account()) {
            true => Err(no_token_source(mailbox)),
            false => Ok(()),
        }
    }

    /// The sources in use. `mask` learns each token.
    pub(super) fn open(&self, http: Http, clock: Arc<dyn Clock>, mask: Mask) -> Option<Arc<dyn Tokens>> {
        if self.by_account.is_empty() {
            return None;
        }
        let open = |source: &TokenSource| match source {
            TokenSource::Command(words) => Live::Command(words.clone()),
            TokenSource::File(path) => Live::File(path.clone()),
            TokenSource::Refresh(refresh) => Live::Refresh(Box::new(Refreshing::new(refresh.clone()))),
        };
        let live = self.by_account.iter().map(|(account, source)| (account.clone(), open(source))).collect();
        let world = World { http, runtime: Handle::try_current().ok(), clock, mask, say: self.say };
        Some(Arc::new(Open { live, withheld: self.withheld.clone(), world }))
    }
}

/// What a refresh needs of the world.
struct World {
    http: Http,
    /// Mail's threads block; what is asked over HTTP runs where everything else does.
    runtime: Option<Handle>,
    clock: Arc<dyn Clock>,
    mask: Mask,
    say: Option<fn(&str)>,
}

enum Live {
    Command(Vec<String>),
    File(PathBuf),
    Refresh(Box<Refreshing>),
}

struct Open {
    live: BTreeMap<String, Live>,
    withheld: Vec<OsString>,
    world: World,
}

impl Tokens for Open {
    fn token(&self, mailbox: &Mailbox, refused: Option<&Secret<String>>) -> Result<Secret<String>, MailError> {
        let account = mailbox.account();
        let live = self.live.get(&account).ok_or_else(|| no_token_source(mailbox))?;
        let token = match live {
            Live::Command(words) => command::run(words, &self.withheld, &self.world.mask).map_err(config),
            Live::File(path) => file::read(path).map_err(config),
            Live::Refresh(refreshing) => refreshing.token(&self.world, refused),
        };
        let token = token.map_err(|error| {
            let message = format!("no token for {}: {}", escape(&account), self.world.mask.apply(&error.message));
            MailError { message, ..error }
        })?;
        self.world.mask.learn_texts(&mailbox.spellings(&token));
        Ok(token)
    }
}

fn config(message: String) -> MailError {
    MailError::new(MailErrorKind::Config, message)
}

/// The token that `text` is, but for white space around it.
fn token_in(text: &str) -> Option<Secret<String>> {
    let token = text.trim();
    let fits = !token.is_empty() && token.len() <= MAX_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| Secret::new(token.to_owned()))
}
