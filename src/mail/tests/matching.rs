//! Which messages count.

use super::server::Server;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn header_fields_are_asked_for_when_somebody_needs_them() {
    let server = Server::start();
    let mail = mail_with(quick());
    server.deliver(&format!("X-Service: Sign-Up\r\n{}", message("ada@x.test", "wanted")), now());
    server.deliver(&format!("X-Service: news\r\n{}", message("ada@x.test", "other")), now());
    let header = |part: &str| [("x-service".to_owned(), part.to_owned())].into();
    // The first wait knows the folder without the field.
    assert_eq!(mail.mark(&mailbox(&server), LONG).await.unwrap().uid_next, 3);
    assert!(mail.wait(&mailbox(&server), &query("bob@x.test"), Duration::ZERO).await.is_err());
    let wanted = Query { header: header("sign-up"), ..query("ada@x.test") };
    assert_eq!(code(&mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap()), "wanted");
    let error = mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("x-service has \"sign-up\""), "{error}");
    assert!(error.message.contains("1 without the header field, 1 taken by another waiter"), "{error}");
    assert_eq!(code(&mail.wait(&mailbox(&server), &query("ada@x.test"), Duration::ZERO).await.unwrap()), "other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_required_of_the_senders_domain() {
    let server = Server::start();
    let mail = mail_with(quick());
    let signed = |by: &str, token: &str| {
        format!("Authentication-Results: mx.x.test; dkim=pass header.d={by}\r\n{}", message("ada@x.test", token))
    };
    server.deliver(&signed("modelslab.test", "genuine"), now());
    server.deliver(&signed("evil.test", "spoofed"), now());
    server.deliver(&message("ada@x.test", "unsigned"), now());
    let wanted = Query { dkim_pass_by: Some("mx.x.test".into()), ..query("ada@x.test") };
    assert_eq!(code(&mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap()), "genuine");
    let error = mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("2 not signed by the sender's domain"), "{error}");
    assert!(error.message.contains("dkim=pass by mx.x.test"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_damaged_does_not_hide_the_others() {
    let server = Server::start();
    for broken in [
        "",
        "\r\n",
        "To: ada@x.test\r\nSubject: =?utf-8?b?////\r\nContent-Type: multipart/mixed; boundary=\"\r\n\r\n--\r\n--",
        "no header at all, \u{0}\u{1b}",
        "To: ada@x.test\r\nContent-Type: text/html; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!<a href=",
    ] {
        server.deliver(broken, now());
    }
    server.deliver(&message("ada@x.test", "token"), now());
    for _ in 0..2 {
        server.deliver("To: ada@x.test\r\n\r\n<table><td", now());
    }
    server.state().unreadable = Some(7);
    let found = mail_with(quick()).wait(&mailbox(&server), &query("ada@x.test"), Duration::ZERO).await.unwrap();
    assert_eq!((code(&found), server.state().connections), ("token", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_folder_the_newest_are_looked_at() {
    let server = Server::start();
    let old = message("ada@x.test", "too-far-back");
    server.deliver(&old, now());
    for _ in 0..2000 {
        server.deliver("To: others@x.test\r\n\r\n", now());
    }
    let mail = mail_with(Limits { command: LONG, ..quick() });
    let error = mail.wait(&mailbox(&server), &query("ada@x.test"), Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("2000 seen, none fits: 2000 to another recipient"), "{error}");
    server.deliver(&message("ada@x.test", "token"), now());
    assert_eq!(code(&mail.wait(&mailbox(&server), &query("ada@x.test"), LONG).await.unwrap()), "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_shows_messages_to_this_recipient_only_and_no_code() {
    let server = Server::start();
    let to_ada = |subject: &str, minutes: i64| {
        let text = message("ada@x.test", "secret-token").replace("Verify your address", subject);
        server.deliver(&text, Timestamp::from_millis(now().as_millis() - minutes * 60_000));
    };
    for n in 0..12 {
        to_ada(&format!("Old {}", "x".repeat(n)), 600);
    }
    to_ada("482911 is your code\u{1b}[2J\tnow", 1);
    to_ada("Your link: https://modelslab.test/verify/abc", 0);
    server.deliver(&message("eve@x.test", "evil-token").replace("Verify", "Eves"), now());
    let wanted = Query { subject: Some("welcome".into()), since: Some(now()), ..query("ada@x.test") };
    let error = mail_with(quick()).wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap_err();
    let unmet = error.unmet.as_ref().unwrap();
    assert_eq!((unmet.folders.clone(), unmet.to_others), (vec![("INBOX".to_owned(), 15)], 1));
    let from = "no-reply@modelslab.test";
    let rows = unmet.rows();
    assert_eq!(rows[0], ["age", "from", "subject", "why not", "folder", "received"]);
    let other = "with another subject";
    assert_eq!(rows[1], ["0s", from, "Your link: ***", other, "INBOX", "2026-11-22T12:00:00.000Z"]);
    let earlier = "2026-11-22T11:59:00.000Z";
    assert_eq!(rows[2], ["60s", from, "*** is your code\\u{1b}[2J now", other, "INBOX", earlier]);
    let old = ["10h", from, "Old xxxxxxxxxxx", "too old", "INBOX", "2026-11-22T02:00:00.000Z"].map(str::to_owned);
    assert_eq!((rows.len(), rows[3].clone()), (11, old));
    assert!(error.message.contains("; the newest 10 are listed, and 4 more are not; "), "{}", error.message);
    assert!(!format!("{unmet:?}").contains("ve@x") && !format!("{unmet:?}").contains("oken"), "{unmet:?}");
}
