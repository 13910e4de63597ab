//! Logging in by access tokens.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::server::{Fault, Server};
use super::*;
use crate::secret::Secret;

/// Gives its tokens one after the other, the last for ever, and remembers which were refused.
struct Purse {
    tokens: Mutex<Vec<&'static str>>,
    refused: Mutex<Vec<Option<String>>>,
}

impl Tokens for Purse {
    fn token(&self, _: &Mailbox, refused: Option<&Secret<String>>) -> Result<Secret<String>, MailError> {
        self.refused.lock().unwrap().push(refused.map(|token| token.expose().clone()));
        let mut tokens = self.tokens.lock().unwrap();
        let next = if tokens.len() > 1 { tokens.remove(0) } else { tokens[0] };
        Ok(Secret::new(next.to_owned()))
    }
}

impl Purse {
    fn of(tokens: &[&'static str]) -> Arc<Self> {
        Arc::new(Self { tokens: Mutex::new(tokens.to_vec()), refused: Mutex::default() })
    }

    fn refused(&self) -> Vec<Option<String>> {
        self.refused.lock().unwrap().clone()
    }
}

/// A server that takes `fresh-hunter22` by either mechanism; the first `faulty` connections meet the faults.
fn server(faults: &[Fault], faulty: usize) -> Server {
    let server = Server::with_faults(faults, faulty);
    let mut state = server.state();
    (state.auth, state.token) = ("AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER", "fresh-hunter22");
    drop(state);
    server
}

fn mailbox(server: &Server, auth: &str) -> Mailbox {
    Mailbox::parse(&format!("imap://{auth}@127.0.0.1:{}/INBOX", server.port)).unwrap()
}

fn mail(purse: &Arc<Purse>) -> Mail {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(now()));
    Mail::with_tokens(clock, crate::tls::client_config(None).unwrap(), quick(), Some(purse.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn xoauth2_is_what_its_documents_say_to_the_byte() {
    let server = server(&[], 0);
    mail_with(quick()).mark(&mailbox(&server, "ada;AUTH=XOAUTH2:fresh-hunter22"), LONG).await.unwrap();
    assert_eq!(server.state().sasl, ["dXNlcj1hZGEBYXV0aD1CZWFyZXIgZnJlc2gtaHVudGVyMjIBAQ=="]);
    assert!(server.state().commands.contains(&"AUTHENTICATE XOAUTH2".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn oauthbearer_is_what_its_rfc_says_to_the_byte() {
    let server = server(&[], 0);
    let mailbox = mailbox(&server, "ada%2C%3D;AUTH=OAUTHBEARER:fresh-hunter22");
    mail_with(quick()).mark(&mailbox, LONG).await.unwrap();
    let sent =
        format!("n,a=ada=2C=3D,\u{1}host=127.0.0.1\u{1}port={}\u{1}auth=Bearer fresh-hunter22\u{1}\u{1}", server.port);
    assert_eq!(server.state().sasl, [STANDARD.encode(sent)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_answered_as_its_mechanism_wants_and_told_with_the_reason() {
    for (auth, answer) in [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")] {
        let server = server(&[], 0);
        let mailbox = mailbox(&server, &format!("ada;AUTH={auth}:stale-hunter22"));
        let error = mail_with(quick()).mark(&mailbox, LONG).await.unwrap_err();
        assert_eq!((error.kind, server.state().logins), (MailErrorKind::Login, 1), "{error}");
        assert!(error.message.contains("status 401, error \\u{1b}[2J ***"), "{error}");
        assert!(!error.message.contains("hunter22"), "{error}");
        assert_eq!(server.state().sasl[1], answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_replaced_by_a_fresh_one() {
    let (server, purse) = (server(&[], 0), Purse::of(&["stale-hunter22", "fresh-hunter22"]));
    mail(&purse).mark(&mailbox(&server, "ada;AUTH=XOAUTH2"), LONG).await.unwrap();
    assert_eq!(purse.refused(), [None, Some("stale-hunter22".to_owned())]);
    assert_eq!(server.state().logins, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_token_that_is_refused_too_is_the_end() {
    let (server, purse) = (server(&[], 0), Purse::of(&["stale-hunter22", "stale-hunter23", "fresh-hunter22"]));
    let error = mail(&purse).mark(&mailbox(&server, "ada;AUTH=XOAUTH2"), LONG).await.unwrap_err();
    assert_eq!((error.kind, server.state().logins, purse.refused().len()), (MailErrorKind::Login, 2, 2), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_token_is_not_tried_twice() {
    let (server, purse) = (server(&[], 0), Purse::of(&["stale-hunter22"]));
    let error = mail(&purse).mark(&mailbox(&server, "ada;AUTH=OAUTHBEARER"), LONG).await.unwrap_err();
    assert_eq!((error.kind, server.state().logins), (MailErrorKind::Login, 1), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_asks_for_its_token_anew() {
    let (server, purse) = (server(&[Fault::IdleBye], 1), Purse::of(&["fresh-hunter22"]));
    let mail = mail(&purse);
    let waiting = tokio::spawn({
        let (mailbox, query) = (mailbox(&server, "ada;AUTH=XOAUTH2"), query("ada@x.test"));
        async move { mail.wait(&mailbox, &query, LONG).await }
    });
    server.until(|state| state.logins == 2);
    server.deliver(&message("ada@x.test", "token"), now());
    assert_eq!(code(&waiting.await.unwrap().unwrap()), "token");
    assert_eq!(purse.refused(), [None, None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_mechanism_says_what_it_has() {
    let (server, purse) = (server(&[], 0), Purse::of(&["fresh-hunter22"]));
    server.state().auth = "AUTH=PLAIN AUTH=XOAUTH2";
    let error = mail(&purse).mark(&mailbox(&server, "ada;AUTH=OAUTHBEARER"), LONG).await.unwrap_err();
    assert_eq!((error.kind, server.state().logins), (MailErrorKind::Config, 0), "{error}");
    assert!(error.message.contains("OAUTHBEARER; it offers \"PLAIN, XOAUTH2\""), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_without_a_token_says_where_to_write_one() {
    let server = server(&[], 0);
    let error = mail_with(quick()).mark(&mailbox(&server, "ada;AUTH=XOAUTH2"), LONG).await.unwrap_err();
    assert_eq!((error.kind, server.state().connections), (MailErrorKind::Config, 0), "{error}");
    assert!(error.message.contains("`token-command`") && error.message.contains("onramp.toml"), "{error}");
}
