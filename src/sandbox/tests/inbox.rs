//! The inbox over IMAP.

use super::client::{Imap, sandbox};

const ADA: &str = "ada@onramp.test";
const LIN: &str = "lin@onramp.test";

async fn two_mails() -> (crate::sandbox::Sandbox, super::client::Client) {
    let (sandbox, client) = sandbox().await;
    client.signup(ADA).await;
    client.signup(LIN).await;
    (sandbox, client)
}

#[tokio::test]
async fn only_the_right_password_opens_the_inbox() {
    let (_sandbox, client) = sandbox().await;
    let mut imap = Imap::connect(&client.ready).await;
    assert!(imap.refused("SELECT INBOX").await.starts_with("NO"));
    assert!(imap.refused("LOGIN someone wrong").await.contains("[AUTHENTICATIONFAILED]"));
    let address = url::Url::parse(&client.ready.mailbox).unwrap();
    let plain = |password: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("\0{}\0{password}", address.username()))
    };
    assert!(imap.refused(&format!("AUTHENTICATE PLAIN {}", plain("wrong"))).await.contains("[AUTHENTICATIONFAILED]"));
    imap.say("a AUTHENTICATE PLAIN").await;
    assert!(imap.line().await.starts_with('+'));
    imap.say(&plain(address.password().unwrap())).await;
    assert!(imap.line().await.starts_with("a OK"));
    imap.ok("SELECT INBOX").await;
}

#[tokio::test]
async fn examining_says_where_the_inbox_stands_and_changes_nothing() {
    let (_sandbox, client) = two_mails().await;
    let mut imap = Imap::connect(&client.ready).await;
    imap.log_in(&client.ready).await;
    let (lines, status) = imap.command("EXAMINE INBOX").await;
    assert!(status.starts_with("OK [READ-ONLY]"), "{status}");
    let lines = lines.join("\n");
    for part in ["* 2 EXISTS", "[UIDVALIDITY 1795348800]", "[UIDNEXT 3]", "[PERMANENTFLAGS ()]"] {
        assert!(lines.contains(part), "{part} in {lines}");
    }
    imap.ok("UID FETCH 1 BODY[]").await;
    assert_eq!(imap.ok("UID FETCH 1 FLAGS").await, ["* 1 FETCH (UID 1 FLAGS ())"]);
    assert!(imap.refused("UID STORE 1 +FLAGS (\\Seen)").await.contains("read-only"));
    imap.refused("EXPUNGE").await;
    assert!(imap.refused("EXAMINE Spam").await.contains("[NONEXISTENT]"));
    imap.refused("UID FETCH 1 FLAGS").await;
}

#[tokio::test]
async fn selecting_marks_what_is_read_and_removes_what_is_deleted() {
    let (_sandbox, client) = two_mails().await;
    let mut imap = Imap::connect(&client.ready).await;
    imap.log_in(&client.ready).await;
    imap.ok("SELECT INBOX").await;
    imap.ok("FETCH 1 BODY.PEEK[]").await;
    assert_eq!(imap.ok("SEARCH UNSEEN").await, ["* SEARCH 1 2"]);
    imap.ok("FETCH 1 BODY[HEADER]").await;
    assert_eq!(imap.ok("SEARCH UNSEEN").await, ["* SEARCH 2"]);
    assert_eq!(imap.ok("STATUS INBOX (MESSAGES UNSEEN)").await, ["* STATUS INBOX (MESSAGES 2 UNSEEN 1)"]);
    assert_eq!(imap.ok("UID STORE 1 +FLAGS.SILENT (\\Deleted)").await, [""; 0]);
    assert_eq!(imap.ok("UID STORE 1 -FLAGS (\\Seen)").await, ["* 1 FETCH (FLAGS (\\Deleted) UID 1)"]);
    assert_eq!(imap.ok("EXPUNGE").await, ["* 1 EXPUNGE"]);
    assert_eq!(imap.ok("UID SEARCH ALL").await, ["* SEARCH 2"]);
    imap.ok("CLOSE").await;
    let (bye, _) = imap.command("LOGOUT").await;
    assert!(bye[0].starts_with("* BYE"));
}

#[tokio::test]
async fn a_search_finds_by_recipient_date_and_uid() {
    let (_sandbox, client) = two_mails().await;
    let mut imap = client.inbox().await;
    for (keys, found) in [
        ("TO lin@onramp.test", "* SEARCH 2"),
        ("HEADER Delivered-To ADA@onramp", "* SEARCH 1"),
        ("NOT TO lin@onramp.test", "* SEARCH 1"),
        ("OR TO lin@onramp.test TO ada@onramp.test", "* SEARCH 1 2"),
        ("SINCE 22-Nov-2026", "* SEARCH 1 2"),
        ("BEFORE 22-Nov-2026", "* SEARCH"),
        ("SENTON 22-Nov-2026", "* SEARCH 1 2"),
        ("SENTBEFORE 22-Nov-2026", "* SEARCH"),
        ("UID 2:*", "* SEARCH 2"),
        ("UID 9:*", "* SEARCH 2"),
        ("SUBJECT \"verify email\" FROM modelslab", "* SEARCH 1 2"),
        ("LARGER 100000", "* SEARCH"),
    ] {
        assert_eq!(imap.ok(&format!("UID SEARCH {keys}")).await, [found], "{keys}");
    }
    imap.ok("UID SEARCH CHARSET UTF-8 ALL").await;
    assert!(imap.refused("UID SEARCH CHARSET KOI8-R ALL").await.starts_with("NO"));
}

#[tokio::test]
async fn a_fetch_gives_headers_pieces_and_sizes() {
    let (_sandbox, client) = two_mails().await;
    let mut imap = client.inbox().await;
    let header = imap.ok("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (TO SUBJECT)])").await.concat();
    assert!(header.contains("To: ada@onramp.test\r\nSubject: Verify Email Address\r\n\r\n"), "{header}");
    let piece = imap.ok("UID FETCH 1 (BODY.PEEK[]<6.5>)").await.concat();
    assert!(piece.contains("BODY[]<6> \"-Path\""), "{piece}");
    let size = imap.ok("UID FETCH 1 (RFC822.SIZE INTERNALDATE)").await.concat();
    assert!(size.contains("RFC822.SIZE 2") && size.contains("\"22-Nov-2026 12:00:00 +0000\""), "{size}");
    assert_eq!(imap.ok("UID FETCH 9 FLAGS").await, [""; 0]);
}

#[tokio::test]
async fn an_idling_client_is_told_at_once_and_others_when_they_ask() {
    let (_sandbox, client) = sandbox().await;
    let (mut idling, mut asking) = (client.inbox().await, client.inbox().await);
    idling.say("i IDLE").await;
    assert!(idling.line().await.starts_with('+'));
    client.signup(ADA).await;
    assert_eq!(idling.line().await, "* 1 EXISTS");
    assert_eq!(asking.ok("UID SEARCH ALL").await, ["* SEARCH"], "a search does not look for new mail");
    assert_eq!(asking.ok("NOOP").await[0], "* 1 EXISTS");
    assert_eq!(asking.ok("UID SEARCH ALL").await, ["* SEARCH 1"]);
    client.signup(LIN).await;
    assert_eq!(idling.line().await, "* 0 RECENT");
    assert_eq!(idling.line().await, "* 2 EXISTS");
    idling.line().await;
    idling.say("DONE").await;
    assert!(idling.line().await.starts_with("i OK"));
}

#[tokio::test]
async fn a_message_can_be_appended_with_its_date() {
    let (_sandbox, client) = sandbox().await;
    let mut imap = client.inbox().await;
    imap.say("a APPEND INBOX (\\Seen) \"01-Jan-2020 10:00:00 +0100\" {12}").await;
    assert!(imap.line().await.starts_with('+'));
    imap.say("Subject: a\r\n").await;
    assert_eq!(imap.line().await, "* 1 EXISTS");
    imap.line().await;
    assert!(imap.line().await.starts_with("a OK [APPENDUID 1795348800 1]"));
    let fetched = imap.ok("FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])").await.concat();
    assert!(fetched.contains("\\Seen") && fetched.contains("01-Jan-2020 09:00:00 +0000"), "{fetched}");
}

/// The library that our own mail client is built on must get along with this server.
#[tokio::test]
async fn the_imap_crate_reads_and_idles() {
    let (_sandbox, client) = sandbox().await;
    client.signup(ADA).await;
    let address = url::Url::parse(&client.ready.mailbox).unwrap();
    let (ready_to_idle, idling) = tokio::sync::oneshot::channel();
    let reader = tokio::task::spawn_blocking(move || {
        let stream = std::net::TcpStream::connect(("127.0.0.1", address.port().unwrap())).unwrap();
        let mut client = imap::Client::new(stream);
        client.read_greeting().unwrap();
        let login = client.login(address.username(), address.password().unwrap());
        let mut session = login.map_err(|(error, _)| error).unwrap();
        let inbox = session.examine("INBOX").unwrap();
        assert_eq!((inbox.exists, inbox.uid_next, inbox.uid_validity), (1, Some(2), Some(1_795_348_800)));
        assert_eq!(session.uid_search("UID 1:*").unwrap(), [1].into());
        let fetched = session.uid_fetch("1", "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[])").unwrap();
        let message = fetched.iter().next().unwrap();
        assert_eq!(message.size, message.body().map(|body| u32::try_from(body.len()).unwrap()));
        ready_to_idle.send(()).unwrap();
        let seen =
            session.idle().wait_while(|response| !matches!(response, imap::types::UnsolicitedResponse::Exists(2)));
        seen.unwrap();
        session.logout().unwrap();
    });
    idling.await.unwrap();
    client.signup(LIN).await;
    reader.await.unwrap();
}
