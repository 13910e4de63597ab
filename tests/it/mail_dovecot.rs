//! Mail on a real server: Dovecot over IMAPS with its own CA, mail delivered over LMTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use onramp::clock::{Clock, SystemClock};
use onramp::mail::{Cursor, Extract, Limits, Mail, MailErrorKind, Mailbox, Query};

use crate::support::dovecot::{Dovecot, PASSWORD};

const LONG: Duration = Duration::from_secs(30);

fn mail(dovecot: &Dovecot) -> Mail {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let limits = Limits { reconnect: Duration::from_millis(50), ..Limits::default() };
    Mail::with_limits(clock, onramp::tls::client_config(Some(&dovecot.ca())).unwrap(), limits)
}

fn inbox(dovecot: &Dovecot) -> Mailbox {
    Mailbox::parse(&dovecot.url()).unwrap()
}

fn query(to: &str) -> Query {
    let extract = Extract::parse(&serde_json::json!({"link": "/verify/{code}"})).unwrap();
    let from = vec!["modelslab.test".to_owned()];
    Query { to: to.into(), from, subject: None, after: None, since: None, extract, used: BTreeSet::new() }
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_code_that_arrives_while_waiting_is_found() {
    let dovecot = Dovecot::start();
    let (mail, inbox) = (mail(&dovecot), inbox(&dovecot));
    dovecot.deliver("ada@onramp.test", &message("ada@onramp.test", "old-token"));
    let after = Some(mail.mark(&inbox, LONG).await.unwrap());
    let wanted = Query { after, ..query("ada@onramp.test") };
    let waiting = tokio::spawn({
        let (mail, inbox, wanted) = (mail.clone(), inbox.clone(), wanted.clone());
        async move { mail.wait(&inbox, &wanted, LONG).await }
    });
    dovecot.deliver("ada+other@onramp.test", &message("ada+other@onramp.test", "others-token"));
    dovecot.deliver("ada@onramp.test", &message("ada@onramp.test", "new-token"));
    let found = waiting.await.unwrap().unwrap();
    assert_eq!(found.code.unwrap().expose(), "new-token");
    assert_eq!((&*found.from, &*found.subject), ("no-reply@mail.modelslab.test", "Verify Email Address"));
    let used = Query { used: BTreeSet::from([found.message]), ..wanted };
    let error = mail.wait(&inbox, &used, Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("1 to another recipient, 1 used before"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn starttls_works_as_well() {
    let dovecot = Dovecot::start();
    dovecot.deliver("ada@onramp.test", &message("ada@onramp.test", "the-token"));
    let mailbox = Mailbox::parse(&dovecot.starttls_url()).unwrap();
    let found = mail(&dovecot).wait(&mailbox, &query("ada@onramp.test"), Duration::ZERO).await.unwrap();
    assert_eq!(found.code.unwrap().expose(), "the-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_session_that_is_kicked_out_comes_back() {
    let dovecot = Dovecot::start();
    let (mail, inbox) = (mail(&dovecot), inbox(&dovecot));
    let after = Some(mail.mark(&inbox, LONG).await.unwrap());
    let wanted = Query { after, ..query("ada@onramp.test") };
    let waiting = tokio::spawn(async move { mail.wait(&inbox, &wanted, LONG).await });
    dovecot.kick("ada@onramp.test");
    dovecot.deliver("ada@onramp.test", &message("ada@onramp.test", "the-token"));
    assert_eq!(waiting.await.unwrap().unwrap().code.unwrap().expose(), "the-token");
}

/// Throws the folder away; where the one that comes in its place stands.
async fn renewed(dovecot: &Dovecot) -> Cursor {
    dovecot.forget_mail("ada@onramp.test");
    dovecot.deliver("ada@onramp.test", &message("ada@onramp.test", "new-token"));
    mail(dovecot).mark(&inbox(dovecot), LONG).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_folder_that_was_thrown_away_is_searched_by_time() {
    let dovecot = Dovecot::start();
    let (first, inbox) = (mail(&dovecot), inbox(&dovecot));
    for n in 0..3 {
        dovecot.deliver("ada@onramp.test", &message("ada@onramp.test", &format!("old-token-{n}")));
    }
    let cursor = first.mark(&inbox, LONG).await.unwrap();
    dovecot.kick("ada@onramp.test");
    drop(first);
    // Dovecot takes the time in seconds for UIDVALIDITY: within one second, a new folder has the old one's.
    while renewed(&dovecot).await.uid_validity == cursor.uid_validity {}
    let wanted = Query { after: Some(cursor.clone()), ..query("ada@onramp.test") };
    let found = mail(&dovecot).wait(&inbox, &wanted, LONG).await.unwrap();
    assert_eq!(found.code.unwrap().expose(), "new-token");
    assert_ne!(found.message.split_once(':').unwrap().0, cursor.uid_validity.to_string());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_server_that_is_not_trusted_gets_no_password() {
    let dovecot = Dovecot::start();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stranger = Mail::new(clock, onramp::tls::client_config(None).unwrap());
    let error = stranger.mark(&inbox(&dovecot), LONG).await.unwrap_err();
    assert_eq!(error.kind, MailErrorKind::Tls);
    assert!(error.message.contains("SSL_CERT_FILE"), "{error}");
    let wrong_name = Mailbox::parse(&dovecot.url().replace("@localhost", "@127.0.0.2")).unwrap();
    assert_ne!(mail(&dovecot).mark(&wrong_name, LONG).await.unwrap_err().kind, MailErrorKind::Login);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_wrong_password_fails_at_once_and_a_missing_folder_too() {
    let dovecot = Dovecot::start();
    let mail = mail(&dovecot);
    let missing =
        Mailbox::parse(&dovecot.url_of("ada@onramp.test", PASSWORD).replace("/INBOX", "/Entw%C3%BCrfe")).unwrap();
    let error = mail.mark(&missing, LONG).await.unwrap_err();
    assert_eq!(error.code(), "mail.config", "{error}");
    // The last one: after a wrong password Dovecot lets every login from this address wait.
    let wrong = Mailbox::parse(&dovecot.url_of("ada@onramp.test", "wrong")).unwrap();
    assert_eq!(mail.wait(&wrong, &query("ada@onramp.test"), LONG).await.unwrap_err().code(), "mail.login");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn two_hundred_waiters_share_a_connection() {
    let dovecot = Dovecot::start();
    let (mail, inbox) = (mail(&dovecot), inbox(&dovecot));
    let after = Some(mail.mark(&inbox, LONG).await.unwrap());
    let waiting: Vec<_> = (0..200)
        .map(|n| {
            let wanted = Query { after: after.clone(), ..query(&format!("ada+{n}@onramp.test")) };
            let (mail, inbox) = (mail.clone(), inbox.clone());
            tokio::spawn(async move { mail.wait(&inbox, &wanted, LONG).await })
        })
        .collect();
    for n in (0..200).rev() {
        let to = format!("ada+{n}@onramp.test");
        dovecot.deliver(&to, &message(&to, &format!("token-{n}")));
    }
    for (n, task) in waiting.into_iter().enumerate() {
        assert_eq!(task.await.unwrap().unwrap().code.unwrap().expose(), &format!("token-{n}"));
    }
}
