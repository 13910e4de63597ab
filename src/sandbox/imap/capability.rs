//! What the server says it can do, and the commands that only tell.

use imap_next::imap_types::auth::AuthMechanism;
use imap_next::imap_types::core::{IString, NString, QuotedChar, Tag, Vec1};
use imap_next::imap_types::extensions::namespace::Namespace;
use imap_next::imap_types::response::{Capability, Code, Data, Status};

use super::session::Session;

/// STARTTLS and the ways to log in are offered until they were used.
pub fn capabilities(starttls: bool, logged_in: bool) -> Vec<Capability<'static>> {
    use Capability::{Auth, Id, Idle, Imap4Rev1, Move, SaslIr, StartTls, UidPlus, Unselect};
    let always = [Imap4Rev1, SaslIr, Id, Idle, Capability::Namespace, UidPlus, Unselect, Move];
    let special_use = Capability::try_from("SPECIAL-USE").ok();
    let tls = (starttls && !logged_in).then_some(StartTls);
    let login = (!logged_in).then_some(Auth(AuthMechanism::Plain));
    always.into_iter().chain(special_use).chain(tls).chain(login).collect()
}

impl Session {
    fn capabilities(&self) -> Option<Vec1<Capability<'static>>> {
        let starttls = self.service.site.tls.is_some() && !self.secure;
        Vec1::try_from(capabilities(starttls, self.user.is_some())).ok()
    }

    pub(super) fn capability(&mut self, tag: Tag<'static>) {
        if let Some(all) = self.capabilities() {
            self.server.enqueue_data(Data::Capability(all));
        }
        self.ok(tag, None, "Done.");
    }

    /// What a client may do changes with the login, so it is told.
    pub(super) fn capability_code(&self) -> Option<Code<'static>> {
        self.capabilities().map(Code::Capability)
    }

    pub(super) fn start_tls(&mut self, tag: Tag<'static>) {
        if self.service.site.tls.is_none() {
            return self.bad(tag, "There is no TLS here; start the sandbox with --tls.");
        }
        if self.secure || self.user.is_some() {
            return self.bad(tag, "It is too late for that.");
        }
        if let Ok(status) = Status::ok(Some(tag), None, "Begin TLS now.") {
            self.handshake = Some(self.server.enqueue_status(status));
        }
    }

    pub(super) fn id(&mut self, tag: Tag<'static>) {
        let pair = |name: &'static str, value: &'static str| {
            Some((IString::try_from(name).ok()?, NString::try_from(value).ok()?))
        };
        let parameters = [pair("name", "onramp sandbox"), pair("version", env!("CARGO_PKG_VERSION"))];
        self.server.enqueue_data(Data::Id { parameters: parameters.into_iter().collect() });
        self.ok(tag, None, "Done.");
    }

    /// One namespace, one's own, whose names begin with nothing.
    pub(super) fn namespace(&mut self, tag: Tag<'static>) {
        if let Ok(prefix) = IString::try_from("") {
            let own = Namespace::new(prefix, QuotedChar::try_from('/').ok());
            let (personal, other, shared) = (vec![own], Vec::new(), Vec::new());
            self.server.enqueue_data(Data::Namespace { personal, other, shared });
        }
        self.ok(tag, None, "Done.");
    }
}
