//! Who may come in, and as whom.

use imap_next::imap_types::auth::{AuthMechanism, AuthenticateData};
use imap_next::imap_types::core::Tag;
use imap_next::imap_types::response::{CommandContinuationRequest, Status};
use imap_next::types::CommandAuthenticate;

use super::session::Session;
use crate::sandbox::http::is_email;
use crate::sandbox::state::account_of;

pub const WRONG_PASSWORD: &str = "[AUTHENTICATIONFAILED] Authentication failed.";

/// Who logged in: an account, or the catch-all's user.
pub struct User(pub Option<String>);

impl Session {
    pub(super) fn authenticate(&mut self, asked: CommandAuthenticate) {
        match asked.initial_response {
            _ if self.user.is_some() => self.refuse_authentication(asked.tag, "Logged in already."),
            _ if asked.mechanism != AuthMechanism::Plain => {
                self.refuse_authentication(asked.tag, "[CANNOT] The one mechanism is PLAIN.");
            }
            Some(response) => self.finish_plain(asked.tag, Some(response.declassify().as_ref())),
            None => {
                self.authenticating = Some(asked.tag);
                let go_on = CommandContinuationRequest::base64(&b""[..]);
                // It fails only out of turn, and this is the turn.
                let _ = self.server.authenticate_continue(go_on);
            }
        }
    }

    pub(super) fn finish_authentication(&mut self, response: AuthenticateData<'_>) {
        let Some(tag) = self.authenticating.take() else { return };
        match response {
            AuthenticateData::Continue(response) => self.finish_plain(tag, Some(response.declassify().as_ref())),
            AuthenticateData::Cancel => self.finish_plain(tag, None),
        }
    }

    fn refuse_authentication(&mut self, tag: Tag<'static>, text: &'static str) {
        if let Ok(status) = Status::no(Some(tag), None, text) {
            let _ = self.server.authenticate_finish(status);
        }
    }

    /// SASL PLAIN (RFC 4616): authorisation id, user and password, with a zero byte between.
    fn finish_plain(&mut self, tag: Tag<'static>, response: Option<&[u8]>) {
        let parts: Vec<&[u8]> = response.unwrap_or_default().split(|byte| *byte == 0).collect();
        let good = matches!(parts.as_slice(), [_, user, password] if self.log_in(user, password));
        if !good {
            return self.refuse_authentication(tag, WRONG_PASSWORD);
        }
        if let Ok(status) = Status::ok(Some(tag), self.capability_code(), "Logged in.") {
            let _ = self.server.authenticate_finish(status);
        }
    }

    /// Whether there is such a user and this is the password; if so, the session is logged in. Every address without a
    /// plus tag is a user.
    pub(super) fn log_in(&mut self, user: &[u8], password: &[u8]) -> bool {
        let site = &self.service.site;
        let name = String::from_utf8_lossy(user).to_lowercase();
        let user = match name == site.inbox_user {
            true => Some(User(None)),
            false => (is_email(&name) && account_of(&name) == name).then_some(User(Some(name))),
        };
        self.user = user.filter(|_| password == site.inbox_password.expose().as_bytes());
        self.user.is_some()
    }
}
