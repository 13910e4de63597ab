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
    assert!(matches!(arrival, Arrival { told: Told::Idle(_), removed: true }), "{arrival:?}");
    let state = server.state();
    assert_eq!(state.messages.iter().map(|message| message.uid).collect::<Vec<_>>(), [1]);
    assert!(state.commands.contains(&"UID EXPUNGE 2".to_owned()), "{:?}", state.commands);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_message_alone_cannot_be_removed_it_stays() {
    let server = server(&[]);
    server.state().extensions = "";
    let arrival = inspect(&server, Some("word")).await.arrival.unwrap();
    assert!(!arrival.removed);
    assert_eq!(server.state().messages.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_idle_tells_by_noop() {
    let server = server(&[Fault::NoIdle]);
    let arrival = inspect(&server, Some("word")).await.arrival.unwrap();
    assert_eq!(arrival, Arrival { told: Told::Noop, removed: true });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_idle_is_deaf_tells_by_noop() {
    let server = server(&[Fault::IdleDeaf]);
    let inspected =
        mail_with(Limits { connect: LONG, ..quick() }).inspect(&mailbox(&server), Some("word".into())).await;
    assert_eq!(inspected.unwrap().arrival, Some(Arrival { told: Told::Noop, removed: true }));
}
