//! How a connection comes about, and how it is refused.

use super::*;
use crate::support::dovecot::PASSWORD;
use onramp::mail::MailErrorKind;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn starttls_works_as_well() {
    let scene = Scene::new();
    scene.deliver(ADA, "the-token");
    let mailbox = Mailbox::parse(&scene.dovecot.starttls_url()).unwrap();
    let found = scene.mail.wait(&mailbox, &query(ADA), Duration::ZERO).await.unwrap();
    assert_eq!(code(found), "the-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_server_that_is_not_trusted_gets_no_password() {
    let scene = Scene::new();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stranger = Mail::new(clock, onramp::tls::client_config(None).unwrap());
    let error = stranger.mark(&scene.inbox, LONG).await.unwrap_err();
    assert_eq!(error.kind, MailErrorKind::Tls);
    assert!(error.message.contains("SSL_CERT_FILE"), "{error}");
    let wrong_name = Mailbox::parse(&scene.dovecot.url().replace("@localhost", "@127.0.0.2")).unwrap();
    let error = scene.mail.mark(&wrong_name, LONG).await.unwrap_err();
    assert_eq!(error.kind, MailErrorKind::Tls, "the certificate is not for this name: {error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_wrong_password_fails_at_once_and_a_missing_folder_too() {
    let scene = Scene::new();
    let of_ada = |password| scene.dovecot.url_of(ADA, password);
    let missing = Mailbox::parse(&of_ada(PASSWORD).replace("/INBOX", "/Entw%C3%BCrfe")).unwrap();
    let error = scene.mail.mark(&missing, LONG).await.unwrap_err();
    assert_eq!(error.code(), "mail.config", "{error}");
    // The last one: after a wrong password Dovecot lets every login from this address wait.
    let wrong = Mailbox::parse(&of_ada("wrong")).unwrap();
    assert_eq!(scene.mail.wait(&wrong, &query(ADA), LONG).await.unwrap_err().code(), "mail.login");
}
