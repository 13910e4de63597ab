//! The folder for junk, beside the inbox.

use super::*;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_mail_that_the_server_took_for_junk_is_found_when_that_is_allowed() {
    let limits = Limits { junk: Duration::from_millis(50), ..Limits::default() };
    let scene = Scene::with_limits(limits);
    let wanted = Query { junk: true, ..scene.marked(ADA).await };
    scene.dovecot.put(ADA, "Junk", &message(ADA, "junk-token"));
    assert!(scene.look(&Query { junk: false, ..wanted.clone() }).await.is_err());
    let found = scene.look(&wanted).await.unwrap();
    assert!(found.junk && found.message.starts_with("junk:"), "{found:?}");
    assert_eq!(code(found), "junk-token");
    // The inbox is watched again.
    let waiting = scene.wait(&wanted);
    scene.deliver(ADA, "inbox-token");
    assert_eq!(waiting.await.unwrap(), "inbox-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn header_fields_are_compared_on_a_real_server() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    let with = |field: &str, token: &str| scene.dovecot.deliver(ADA, &format!("{field}\r\n{}", message(ADA, token)));
    with("X-Service: news", "news-token");
    with("X-Service: =?utf-8?q?Anmelde=2DBest=C3=A4tigung?=", "service-token");
    with("Authentication-Results: mx.x.test;\r\n\tdkim=pass (good) header.d=modelslab.test", "signed-token");
    with("X-Service: other", "other-token");
    assert_eq!(code(scene.look(&wanted).await.unwrap()), "other-token");
    let header = [("x-service".to_owned(), "BEST\u{c4}TIGUNG".to_owned())].into();
    assert_eq!(code(scene.look(&Query { header, ..wanted.clone() }).await.unwrap()), "service-token");
    let signed = Query { dkim_pass_by: Some("mx.x.test".into()), ..wanted };
    assert_eq!(code(scene.look(&signed).await.unwrap()), "signed-token");
    let error = scene.look(&signed).await.unwrap_err();
    assert!(error.message.contains("3 not signed by the sender's domain"), "{error}");
}
