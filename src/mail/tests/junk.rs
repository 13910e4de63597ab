//! The folder for junk.

use super::server::Server;
use super::*;

const INBOX: &str = "(\\HasNoChildren) \"/\" \"INBOX\"";
const SPAM: &str = "(\\HasNoChildren \\Junk) \"/\" \"Pourriel\"";

fn with_junk() -> Server {
    let server = Server::start();
    server.state().folders = vec![INBOX, SPAM];
    server
}

/// Looks for junk at once.
fn hasty() -> Mail {
    mail_with(Limits { junk: Duration::from_millis(1), ..quick() })
}

fn wanted(to: &str) -> Query {
    Query { junk: true, ..query(to) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_among_junk_is_found_when_that_is_allowed() {
    let server = with_junk();
    let mail = hasty();
    server.deliver_junk(&message("ada@x.test", "token"), now());
    let error = mail.wait(&mailbox(&server), &query("ada@x.test"), Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("no message arrived") && !error.message.contains("Pourriel"), "{error}");
    assert!(!server.state().commands.iter().any(|command| command.starts_with("LIST")), "nobody asked for it");
    let found = mail.wait(&mailbox(&server), &wanted("ada@x.test"), LONG).await.unwrap();
    assert_eq!((code(&found), &*found.message, found.junk), ("token", "junk:7:1", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_only_looks_once_looks_there_too() {
    let server = with_junk();
    server.deliver_junk(&message("ada@x.test", "token"), now());
    let found = mail_with(quick()).wait(&mailbox(&server), &wanted("ada@x.test"), Duration::ZERO).await.unwrap();
    assert_eq!(code(&found), "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_folders_are_watched_over_one_connection() {
    let server = with_junk();
    let mail = hasty();
    let waiting = |to: &str| {
        let (mail, mailbox, wanted) = (mail.clone(), mailbox(&server), wanted(to));
        tokio::spawn(async move { mail.wait(&mailbox, &wanted, LONG).await })
    };
    let (ada, bob) = (waiting("ada@x.test"), waiting("bob@x.test"));
    let looked = |state: &server::State| state.commands.iter().filter(|command| command.contains("Pourriel")).count();
    server.until(|state| looked(state) > 1);
    server.deliver_junk(&message("bob@x.test", "bobs"), now());
    assert_eq!(code(&bob.await.unwrap().unwrap()), "bobs");
    server.deliver(&message("ada@x.test", "adas"), now());
    let found = ada.await.unwrap().unwrap();
    assert_eq!((code(&found), found.junk), ("adas", false));
    assert_eq!(server.state().connections, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_both_folders_with_one_number_are_two() {
    let server = with_junk();
    let mail = hasty();
    server.deliver(&message("ada@x.test", "inbox"), now());
    server.deliver_junk(&message("ada@x.test", "junk"), now());
    let mut taken = Vec::new();
    for _ in 0..2 {
        taken.push(code(&mail.wait(&mailbox(&server), &wanted("ada@x.test"), LONG).await.unwrap()).to_owned());
    }
    assert_eq!(taken, ["inbox", "junk"]);
    let error = mail.wait(&mailbox(&server), &wanted("ada@x.test"), Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("in Pourriel 1 seen, none fits: 1 taken by another waiter"), "{error}");
    let used = Query { used: BTreeSet::from(["7:1".to_owned()]), ..wanted("ada@x.test") };
    assert_eq!(code(&hasty().wait(&mailbox(&server), &used, LONG).await.unwrap()), "junk");
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_from_before_the_wait_does_not_count() {
    let server = with_junk();
    server.deliver_junk(&message("ada@x.test", "old"), Timestamp::from_millis(now().as_millis() - 3_600_000));
    let error = hasty().wait(&mailbox(&server), &wanted("ada@x.test"), Duration::ZERO).await.unwrap_err();
    let unmet = error.unmet.unwrap();
    assert_eq!(unmet.folders, [("INBOX".to_owned(), 0), ("Pourriel".to_owned(), 1)]);
    let old =
        ["60m", "no-reply@modelslab.test", "Verify your address", "too old", "Pourriel", "2026-11-22T11:00:00.000Z"];
    assert_eq!(unmet.rows()[1], old);
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_from_before_the_mark_does_not_count_however_short_before() {
    let server = with_junk();
    server.deliver_junk(&message("ada@x.test", "old"), now());
    let mail = hasty();
    let cursor = mail.mark(&mailbox(&server), LONG).await.unwrap();
    assert_eq!(cursor.junk, Some(JunkCursor { uid_validity: 7, uid_next: 2 }));
    let after = Query { after: Some(cursor), ..wanted("ada@x.test") };
    let error = mail.wait(&mailbox(&server), &after, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind, MailErrorKind::Timeout, "{error}");
    server.deliver_junk(&message("ada@x.test", "new"), now());
    assert_eq!(code(&mail.wait(&mailbox(&server), &after, LONG).await.unwrap()), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_served_among_junk_and_is_moved_does_not_serve_again() {
    let server = with_junk();
    let mail = hasty();
    let moved = format!("Message-ID: <1@modelslab.test>\r\n{}", message("ada@x.test", "token"));
    server.deliver_junk(&moved, now());
    let found = mail.wait(&mailbox(&server), &wanted("ada@x.test"), LONG).await.unwrap();
    server.deliver(&moved, now());
    let again = mail.wait(&mailbox(&server), &query("ada@x.test"), Duration::ZERO).await.unwrap_err();
    assert!(again.message.contains("1 taken by another waiter"), "{again}");
    let used = Query { used: found.identity.into_iter().collect(), ..query("ada@x.test") };
    let in_another_process = hasty().wait(&mailbox(&server), &used, Duration::ZERO).await.unwrap_err();
    assert!(in_another_process.message.contains("1 used before"), "{in_another_process}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_such_a_folder_is_watched_all_the_same() {
    for folders in [vec![], vec![INBOX], vec![INBOX, "(\\Junk) \"/\" \"Gone\" "]] {
        let server = Server::start();
        server.state().folders = folders;
        let mail = hasty();
        let (mailbox, wanted) = (mailbox(&server), wanted("ada@x.test"));
        let waiting = tokio::spawn(async move { mail.wait(&mailbox, &wanted, LONG).await });
        server
            .until(|state| state.commands.iter().filter(|command| command.starts_with("EXAMINE \"INBOX")).count() > 2);
        server.deliver(&message("ada@x.test", "token"), now());
        assert_eq!(code(&waiting.await.unwrap().unwrap()), "token");
        assert_eq!(server.state().connections, 1);
    }
}
