//! What a login sends first, and in which spellings a secret goes over the wire by it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{Auth, Mailbox};
use crate::secret::Secret;

impl Mailbox {
    /// The client's first words of the SASL mechanism by which `secret` is given: PLAIN (RFC 4616), XOAUTH2, or OAUTHBEARER
    /// (RFC 7628).
    pub(in crate::mail) fn first_response(&self, secret: &Secret<String>) -> Secret<String> {
        let (user, secret) = (&self.user, secret.expose());
        Secret::new(match self.auth {
            Auth::Password => format!("\0{user}\0{secret}"),
            Auth::XOAuth2 => format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}"),
            Auth::OAuthBearer => {
                let (host, port) = (&self.host, self.port);
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {secret}\u{1}\u{1}")
            }
        })
    }

    /// All that a server is sent of `secret` and could repeat: itself, and the first words in base64.
    pub fn spellings(&self, secret: &Secret<String>) -> Vec<Secret<String>> {
        let first = self.first_response(secret);
        let encoded = [STANDARD, STANDARD_NO_PAD].map(|engine| Secret::new(engine.encode(first.expose())));
        [secret.clone()].into_iter().chain(encoded).collect()
    }

    /// The same of the password or token that it has.
    pub fn secrets(&self) -> Vec<Secret<String>> {
        self.secret.iter().flat_map(|secret| self.spellings(secret)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Mask;

    fn mask(url: &str) -> Mask {
        let mask = Mask::default();
        Mailbox::parse(url).unwrap().secrets().iter().for_each(|secret| mask.learn_text(secret.expose()));
        mask
    }

    #[test]
    fn nothing_that_a_login_sends_is_shown_in_part() {
        for (auth, first) in [
            ("", "\0ada\0hunter22".to_owned()),
            (";AUTH=XOAUTH2", "user=ada\u{1}auth=Bearer hunter22\u{1}\u{1}".to_owned()),
            (";AUTH=OAUTHBEARER", "n,a=ada,\u{1}host=h\u{1}port=993\u{1}auth=Bearer hunter22\u{1}\u{1}".to_owned()),
        ] {
            let mask = mask(&format!("imaps://ada{auth}:hunter22@h"));
            let (padded, bare) = (STANDARD.encode(&first), STANDARD_NO_PAD.encode(&first));
            let said = format!("no hunter22, {padded}, {bare}!");
            assert_eq!(mask.apply(&said), "no ***, ***, ***!", "{auth}");
        }
    }

    #[test]
    fn a_mailbox_that_asks_for_its_token_has_no_secret_yet() {
        let mailbox = Mailbox::parse("imaps://ada;AUTH=XOAUTH2@h").unwrap();
        assert!(mailbox.secrets().is_empty());
        assert_eq!(mailbox.spellings(&Secret::new("token".to_owned())).len(), 3);
    }
}
