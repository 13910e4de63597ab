//! What an inspection finds, and what it leaves behind.

use super::server::{Fault, Server};
use super::*;

async fn inspect(server: &Server, append: Option<&str>) -> Inspection {
    mail_with(Limits { command: LONG, connect: LONG, ..quick() })
        .inspect(&mailbox(server), append.map(str::to_owned))
        .await
        .unwrap()
}

/// A server that can remove one message alone, with a message of somebody's.
fn server(faults: &[Fault]) -> Server {
    let server = Server::with_faults(faults, usize::MAX);
    server.state().extensions = "UIDPLUS ID";
    server.state().folders = vec!["(\\HasNoChildren) \"/\" \"INBOX\"", "(\\Junk) \"/\" \"Pourriel\""];
    server.deliver(&message("ada@x.test", "token"), now());
    server
}

fn can(inspection: &Inspection) -> Vec<&str> {
    inspection.capabilities.iter().filter(|(_, can)| *can).map(|(name, _)| *name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_what_there_is_and_changes_nothing() {
    let server = server(&[]);
    let found = inspect(&server, None).await;
    assert_eq!(can(&found), ["IDLE", "UIDPLUS", "ID"]);
    assert_eq!((found.login, found.tls, found.arrival), ("PLAIN", None, None));
    assert_eq!((&*found.folder, found.messages, found.uid_validity), ("INBOX", 1, 7));
    assert_eq!((found.junk.as_deref(), found.address), (Some("Pourriel"), Some(format!("127.0.0.1:{}", server.port))));
    let changing = ["SELECT", "APPEND", "STORE", "EXPUNGE"];
    let commands = server.state().commands.clone();
    assert!(!commands.iter().any(|command| changing.iter().any(|word| command.contains(word))), "{commands:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_our_own_is_told_of_and_removed() {
    let server = server(&[]);
    let arrival = inspect(&server, Some("word")).await.arrival.unwrap();
    assert!(matches!(arrival, Arrival { told: Told::Idle(_), fate: Fate::Removed, .. }), "{arrival:?}");
    let state = server.state();
    assert_eq!(state.messages.iter().map(|message| message.uid).collect::<Vec<_>>(), [1]);
    assert!(state.commands.contains(&"UID EXPUNGE 2".to_owned()), "{:?}", state.commands);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_message_alone_cannot_be_removed_it_stays() {
    let server = server(&[]);
    server.state().extensions = "";
    let arrival = inspect(&server, Some("word")).await.arrival.unwrap();
    assert_eq!(arrival.fate, Fate::Kept);
    assert_eq!(server.state().messages.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_idle_tells_by_noop() {
    let server = server(&[Fault::NoIdle]);
    let arrival = inspect(&server, Some("word")).await.arrival.unwrap();
    assert_eq!((arrival.told, arrival.fate), (Told::Noop, Fate::Removed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_idle_is_deaf_tells_by_noop() {
    let server = server(&[Fault::IdleDeaf]);
    let inspected =
        mail_with(Limits { connect: LONG, ..quick() }).inspect(&mailbox(&server), Some("word".into())).await;
    let arrival = inspected.unwrap().arrival.unwrap();
    assert_eq!((arrival.told, arrival.fate), (Told::Noop, Fate::Removed));
}

/// Inspects with an own message, and looks that somebody's message was never touched.
async fn arrival(server: &Server) -> Result<Arrival, MailError> {
    let mail = mail_with(Limits { command: LONG, connect: LONG, ..quick() });
    let inspected = mail.inspect(&mailbox(server), Some("word".into())).await;
    let state = server.state();
    assert!(state.messages.iter().any(|message| message.uid == 1), "somebody's mail is gone");
    let touches = |command: &&String| command.starts_with("UID STORE 1 ") || command.ends_with("EXPUNGE 1");
    assert_eq!(state.commands.iter().find(touches), None);
    drop(state);
    inspected.map(|found| found.arrival.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_names_an_older_message_removes_nothing() {
    let server = server(&[Fault::NoIdle]);
    server.state().searches = Some(" 1");
    assert_eq!(arrival(&server).await.unwrap().fate, Fate::Unclear);
    assert_eq!(server.state().messages.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_names_another_new_message_removes_nothing() {
    let server = server(&[Fault::NoIdle]);
    server.state().searches = Some(" 3");
    server.state().arrives_too = Some(message("ada@x.test", "other"));
    assert_eq!(arrival(&server).await.unwrap().fate, Fate::Unclear);
    assert_eq!(server.state().messages.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_uid_that_append_told_is_removed_without_a_search() {
    let server = server(&[Fault::NoIdle]);
    server.state().append_uid = Some(2);
    server.state().searches = Some("");
    assert_eq!(arrival(&server).await.unwrap().fate, Fate::Removed);
    assert_eq!(server.state().messages.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_uid_that_append_told_wrongly_is_left_alone() {
    let server = server(&[Fault::NoIdle]);
    server.state().append_uid = Some(1);
    assert_eq!(arrival(&server).await.unwrap().fate, Fate::Unclear);
    assert_eq!(server.state().messages.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_somebody_else_removed_is_not_said_to_be_there() {
    let server = server(&[Fault::NoIdle]);
    server.state().append_uid = Some(9);
    assert_eq!(arrival(&server).await.unwrap().fate, Fate::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_after_the_message_was_sent_says_how_to_find_it() {
    for fault in [Fault::AppendBreaks, Fault::StoreRefused] {
        let server = server(&[Fault::NoIdle, fault]);
        let error = arrival(&server).await.unwrap_err();
        for part in ["may be in INBOX still", "\"onramp mail test\"", "<onramp-mail-test-word@onramp.invalid>"] {
            assert!(error.message.contains(part), "{fault:?}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_refused_is_not_looked_for() {
    let server = server(&[Fault::NoIdle, Fault::AppendRefused]);
    let error = arrival(&server).await.unwrap_err();
    assert!(error.kind == MailErrorKind::Config && !error.message.contains("still"), "{error}");
}
