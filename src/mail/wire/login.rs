//! Logging in: by a password (AUTHENTICATE PLAIN, or LOGIN), or by an access token (XOAUTH2, and OAUTHBEARER of RFC 7628).

use std::cell::{Cell, RefCell};

use imap::types::Capabilities;
use imap_proto::Capability;
use serde_json::Value;
use zeroize::Zeroizing;

use super::connect::failed;
use super::guard::Guard;
use crate::mail::error::{MailError, MailErrorKind, quoted};
use crate::mail::mailbox::{Auth, Mailbox};
use crate::secret::{Secret, hide};

type LoggedIn = Result<imap::Session<Guard>, MailError>;

/// Logs in; a session comes with the name of the way that was taken.
pub(super) fn log_in(
    mut client: imap::Client<Guard>,
    mailbox: &Mailbox,
    secret: &Secret<String>,
) -> Result<(imap::Session<Guard>, &'static str), MailError> {
    let can = client.capabilities().map_err(|error| failed("tell its capabilities", error))?;
    let (mechanism, then) = match mailbox.auth {
        Auth::Password if !can.has_str("AUTH=PLAIN") => return by_login(client, mailbox, secret, &can),
        Auth::Password => ("PLAIN", ""),
        Auth::XOAuth2 => ("XOAUTH2", ""),
        // RFC 7628, 3.2.3: what ends an exchange that has failed.
        Auth::OAuthBearer => ("OAUTHBEARER", "\u{1}"),
    };
    if !can.has_str(format!("AUTH={mechanism}")) {
        return Err(not_offered(mechanism, &can));
    }
    let first = mailbox.first_response(secret);
    let exchange = Exchange { first: Cell::new(Some(first)), then, told: RefCell::default() };
    let outcome = client.authenticate(mechanism, &exchange);
    ended(outcome, &exchange.told.borrow(), mailbox, secret).map(|session| (session, mechanism))
}

fn by_login(
    client: imap::Client<Guard>,
    mailbox: &Mailbox,
    secret: &Secret<String>,
    can: &Capabilities,
) -> Result<(imap::Session<Guard>, &'static str), MailError> {
    if can.has_str("LOGINDISABLED") {
        let offers = offers(can);
        let reason = format!("the server takes no password here (LOGINDISABLED and no AUTH=PLAIN; {offers})");
        return Err(MailError::new(MailErrorKind::Config, reason));
    }
    let outcome = client.login(&mailbox.user, secret.expose());
    ended(outcome, &[], mailbox, secret).map(|session| (session, "LOGIN"))
}

/// A SASL exchange in which the client speaks first. A server that asks again has refused, and tells why.
struct Exchange {
    first: Cell<Option<Secret<String>>>,
    then: &'static str,
    told: RefCell<Vec<u8>>,
}

impl imap::Authenticator for Exchange {
    type Response = Zeroizing<Vec<u8>>;

    fn process(&self, challenge: &[u8]) -> Self::Response {
        let answer = match self.first.take() {
            Some(first) => first.expose().clone(),
            None => {
                self.told.replace(challenge.to_owned());
                self.then.to_owned()
            }
        };
        Zeroizing::new(answer.into_bytes())
    }
}

fn not_offered(mechanism: &str, can: &Capabilities) -> MailError {
    let offers = offers(can);
    let text =
        format!("the server takes no token by {mechanism}; {offers}; set `auth`, or the URL's ;AUTH=, to one of them");
    MailError::new(MailErrorKind::Config, text)
}

fn offers(can: &Capabilities) -> String {
    let mut names: Vec<&str> = can
        .iter()
        .filter_map(|one| if let Capability::Auth(name) = one { Some(&**name) } else { None })
        .take(20)
        .collect();
    names.sort_unstable();
    if names.is_empty() {
        "it offers no AUTH= at all".to_owned()
    } else {
        format!("it offers {}", quoted(&names.join(", ")))
    }
}

fn ended(
    outcome: Result<imap::Session<Guard>, (imap::Error, imap::Client<Guard>)>,
    told: &[u8],
    mailbox: &Mailbox,
    secret: &Secret<String>,
) -> LoggedIn {
    outcome.map_err(|(error, _)| match error {
        imap::Error::No(no) => refused(&no.information, told, mailbox, secret),
        imap::Error::Bad(bad) => refused(&bad.information, told, mailbox, secret),
        other => failed("answer the login", other),
    })
}

/// A refusal that speaks of a passing state (RFC 5530, or in words) is not about the password.
fn refused(information: &str, told: &[u8], mailbox: &Mailbox, secret: &Secret<String>) -> MailError {
    const PASSING: [&str; 8] =
        ["[unavailable]", "[inuse]", "[limit]", "[serverbug]", "too many", "simultaneous", "try again", "temporar"];
    let words = information.to_lowercase();
    let secrets = mailbox.spellings(secret);
    let shown = |text: &str| quoted(&hide(text, &secrets));
    let said = shown(information);
    if PASSING.iter().any(|sign| words.contains(sign)) {
        return MailError::new(MailErrorKind::Network, format!("the server puts the login off: {said}"));
    }
    let because = reason(told).map(|reason| format!(" ({})", shown(&reason))).unwrap_or_default();
    let advice = match (mailbox.provider(), mailbox.auth) {
        (Some(provider), _) => provider.advice,
        (None, Auth::Password) => "check user and password; many providers want an app password, and IMAP switched on",
        (None, _) => "check the user, and whether the token is for IMAP (its scope) and still valid",
    };
    let text = format!("the server refuses the login of {}: {said}{because}; {advice}", mailbox.user);
    MailError::new(MailErrorKind::Login, text)
}

/// What a server tells of a token that it does not take: `{"status":"invalid_token", …}` (RFC 7628, 3.2.2).
fn reason(told: &[u8]) -> Option<String> {
    let told: Value = serde_json::from_slice(told).ok()?;
    let word = |name: &str| match &told[name] {
        Value::String(text) => Some(format!("{name} {text}")),
        Value::Number(number) => Some(format!("{name} {number}")),
        _ => None,
    };
    let words: Vec<String> = ["status", "error", "error_description"].into_iter().filter_map(word).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_by_a_known_provider_comes_with_what_it_wants() {
        let secret = Secret::new("hunter22".to_owned());
        for (url, advice) in [
            ("imaps://me:hunter22@imap.gmail.com", "apppasswords"),
            ("imaps://me;AUTH=XOAUTH2:hunter22@outlook.office365.com", "IMAP.AccessAsUser.All"),
            ("imaps://me:hunter22@imap.fastmail.com", "app password"),
            ("imaps://me:hunter22@mail.test", "check user and password"),
            ("imaps://me;AUTH=OAUTHBEARER:hunter22@mail.test", "its scope"),
        ] {
            let error =
                refused("[AUTHENTICATIONFAILED] no hunter22", b"no JSON", &Mailbox::parse(url).unwrap(), &secret);
            assert!(error.message.contains(advice) && !error.message.contains("hunter22"), "{error}");
            assert_eq!(error.kind, MailErrorKind::Login);
        }
    }
}
