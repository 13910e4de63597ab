//! Mail on a real server: Dovecot over IMAPS with its own CA, mail delivered over LMTP. Every test has one of its own.

mod connection;
mod failures;
mod junk;
mod matching;
mod postfix;
mod waiters;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use onramp::clock::{Clock, SystemClock};
use onramp::mail::{Extract, Found, Limits, Mail, MailError, Mailbox, Query};
use tokio::task::JoinHandle;

use crate::support::dovecot::Dovecot;

const LONG: Duration = Duration::from_secs(60);
const ADA: &str = "ada@onramp.test";

/// A server, and who reads the first account's inbox there.
struct Scene {
    dovecot: Dovecot,
    mail: Mail,
    inbox: Mailbox,
}

impl Scene {
    fn new() -> Self {
        Self::with_limits(Limits { reconnect: Duration::from_millis(50), ..Limits::default() })
    }

    fn with_limits(limits: Limits) -> Self {
        let dovecot = Dovecot::start();
        let (mail, inbox) = (reader(&dovecot, limits), Mailbox::parse(&dovecot.url()).unwrap());
        Self { dovecot, mail, inbox }
    }

    /// For the first mail to `to` that comes from now on.
    async fn marked(&self, to: &str) -> Query {
        Query { after: Some(self.mail.mark(&self.inbox, LONG).await.unwrap()), ..query(to) }
    }

    async fn look(&self, query: &Query) -> Result<Found, MailError> {
        self.mail.wait(&self.inbox, query, Duration::ZERO).await
    }

    fn wait(&self, query: &Query) -> JoinHandle<String> {
        let (mail, inbox, query) = (self.mail.clone(), self.inbox.clone(), query.clone());
        tokio::spawn(async move { code(mail.wait(&inbox, &query, LONG).await.unwrap()) })
    }

    fn deliver(&self, to: &str, token: &str) {
        self.dovecot.deliver(to, &message(to, token));
    }
}

fn reader(dovecot: &Dovecot, limits: Limits) -> Mail {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Mail::with_limits(clock, onramp::tls::client_config(Some(&dovecot.ca())).unwrap(), limits)
}

fn query(to: &str) -> Query {
    let extract = Extract::parse(&serde_json::json!({"link": "/verify/{code}"})).unwrap();
    let from = vec!["modelslab.test".to_owned()];
    Query { from, ..Query::new(to, extract) }
}

fn code(found: Found) -> String {
    found.code.unwrap().expose().clone()
}

/// As Laravel sends it: alternatives, quoted-printable, the token in a link that soft line breaks cut.
fn message(to: &str, token: &str) -> String {
    let (first, rest) = token.split_at(token.len() / 2);
    format!(
        "From: ModelsLab <no-reply@mail.modelslab.test>\r\nTo: {to}\r\nSubject: Verify Email Address\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=edge\r\n\r\n--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\nVerify: https://modelslab.test/verify/{first}=\r\n{rest}?a=3D1\r\n\
         --edge\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <a href=3D\"https://modelslab.test/verify/{first}=\r\n{rest}?a=3D1&amp;b=3D2\">Verify</a>\r\n--edge--\r\n"
    )
}
