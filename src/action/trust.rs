//! Where a secret may go: to what the user named, never to a host that stands only in a workflow file.

use url::Url;

use crate::http::origin;
use crate::mail::Mailbox;
use crate::run::Settings;

/// What the user named: by the settings of a run, and by the mailboxes among its secrets and inputs.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    pub settings: &'a Settings,
    /// Origins ([`Mailbox::origin`]).
    pub mailboxes: &'a [String],
}

impl Trust<'_> {
    /// Why no secret goes there.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        if self.allows(url) {
            return Ok(());
        }
        let (target, host) = (origin(url.as_str()).unwrap_or_default(), url.host_str().unwrap_or_default());
        Err(format!(
            "would send a secret to {target}, which stands only in the workflow file: pass the address as an input, or \
             allow it with `--allow-host {host}`"
        ))
    }

    /// The same for a mailbox, to whose server its password goes.
    pub fn check_mailbox(&self, mailbox: &Mailbox) -> Result<(), String> {
        if self.allows_mailbox(mailbox) {
            return Ok(());
        }
        Err(format!(
            "would send a password to {}, which stands only in the workflow file: pass the whole mailbox URL as a secret \
             or an input, or allow its server with `--allow-host {}`",
            mailbox.origin(),
            mailbox.host()
        ))
    }

    /// The base URL, an origin that was typed, or what `--allow-host` names.
    fn allows(&self, url: &Url) -> bool {
        let Some(target) = origin(url.as_str()) else { return false };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let settings = self.settings;
        let named = settings.typed_origins.iter().chain([&settings.base_url]).chain(&settings.allow_hosts);
        named.filter_map(|text| origin(text)).any(|named| named == target)
            || settings.allow_hosts.iter().any(|allowed| allowed.trim_matches(['[', ']']).eq_ignore_ascii_case(host))
    }

    /// A mailbox that was named as a whole, or whose server `--allow-host` names.
    fn allows_mailbox(&self, mailbox: &Mailbox) -> bool {
        self.settings.allow_hosts.iter().any(|allowed| mailbox.is_at(allowed))
            || self.mailboxes.contains(&mailbox.origin())
    }
}
