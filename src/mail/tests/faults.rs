//! Servers that refuse, lie, hang or talk too much.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::Instant;

use super::server::{Fault, Server};
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_connection_does_not_lose_the_message() {
    let mut all = tokio::task::JoinSet::new();
    for fault in [
        Fault::SilentFromTheStart,
        Fault::EndlessGreeting,
        Fault::Bye,
        Fault::LoginBusy,
        Fault::UntaggedNo,
        Fault::SilentSearch,
        Fault::HugeLiteral,
        Fault::DeepNesting,
        Fault::WrongTag,
    ] {
        all.spawn(async move {
            let server = Server::with_faults(&[fault], 1);
            server.deliver(&message("ada@x.test", "token"), now());
            let found = mail_with(quick()).wait(&mailbox(&server), &query("ada@x.test"), LONG).await;
            (fault, found.map(|found| code(&found).to_owned()))
        });
    }
    while let Some(outcome) = all.join_next().await {
        let (fault, code) = outcome.unwrap();
        assert_eq!(code.as_deref().map_err(ToString::to_string), Ok("token"), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_breaks_each_connection_does_not_hide_the_others_and_is_counted() {
    let endless = ("RFC822.SIZE ", "RFC822.SIZE 99999999999");
    for (text, other) in [
        endless,
        ("INTERNALDATE \"", "INTERNALDATE \"99-Foo-"),
        ("INTERNALDATE \"", "INTERNALDATE NIL X \""),
        ("BODY[]<0> {", "BODY[]<0> {99999999999"),
    ] {
        let server = Server::start();
        server.deliver(&message("ada@x.test", "early"), now());
        server.deliver(&message("ada@x.test", "token"), now());
        server.deliver(&message("ada@x.test", "broken"), now());
        server.state().odd = Some((3, text, other));
        let mail = mail_with(quick());
        let found = mail.wait(&mailbox(&server), &query("ada@x.test"), LONG).await.unwrap();
        assert_eq!(code(&found), "token", "{other}");
        // As long as the outage is not over, a wait without time does not wait for a look.
        let within = Duration::from_secs(1);
        let nobody = mail.wait(&mailbox(&server), &query("eve@x.test"), within).await.unwrap_err();
        assert!(nobody.message.contains("1 not readable"), "{other}: {nobody}");
        // One that comes while others wait, as well.
        let (mail, mailbox) = (mail.clone(), mailbox(&server));
        server.state().odd = Some((4, text, other));
        let waiting = tokio::spawn(async move { mail.wait(&mailbox, &query("lin@x.test"), LONG).await });
        server.until(|state| state.idles > 0);
        server.deliver(&message("lin@x.test", "broken"), now());
        server.deliver(&message("lin@x.test", "late"), now());
        assert_eq!(code(&waiting.await.unwrap().unwrap()), "late", "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_does_not_need_the_newest_message_to_be_readable() {
    for other in [Some("INTERNALDATE \"99-Foo-"), Some("INTERNALDATE NIL X \""), Some("X \""), None] {
        let server = Server::start();
        server.deliver(&message("ada@x.test", "old"), now());
        server.deliver(&message("ada@x.test", "broken"), now());
        match other {
            Some(other) => server.state().odd = Some((2, "INTERNALDATE \"", other)),
            None => server.state().unreadable = Some(2),
        }
        let mail = mail_with(quick());
        for _ in 0..2 {
            let cursor = mail.mark(&mailbox(&server), LONG).await.map_err(|error| format!("{other:?}: {error}"));
            let cursor = cursor.unwrap();
            assert_eq!((cursor.uid_next, cursor.server_time), (3, Some(now())), "{other:?}");
        }
        let query = Query { after: Some(mail.mark(&mailbox(&server), LONG).await.unwrap()), ..query("ada@x.test") };
        server.deliver(&message("ada@x.test", "token"), now());
        assert_eq!(code(&mail.wait(&mailbox(&server), &query, LONG).await.unwrap()), "token", "{other:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_uidnext_is_marked_behind_its_newest_message_whatever_that_is_like() {
    let server = Server::with_faults(&[Fault::NoUidNext], usize::MAX);
    let mail = mail_with(quick());
    assert_eq!(mail.mark(&mailbox(&server), LONG).await.unwrap().uid_next, 1);
    for (uid_next, text, other) in
        [(2, "nothing", ""), (3, "INTERNALDATE \"", "X \""), (4, "INTERNALDATE \"", "INTERNALDATE NIL \"")]
    {
        server.deliver(&message("ada@x.test", "old"), now());
        server.state().odd = Some((uid_next - 1, text, other));
        assert_eq!(mail.mark(&mailbox(&server), LONG).await.unwrap().uid_next, uid_next, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_idle_tells_of_is_fetched_at_once_without_a_search() {
    let server = Server::start();
    let mail = mail_with(Limits { check: LONG, ..quick() });
    let (mailbox, query) = (mailbox(&server), query("ada@x.test"));
    let waiting = tokio::spawn(async move { mail.wait(&mailbox, &query, LONG).await });
    server.until(|state| state.idles > 0);
    let before = server.state().commands.len();
    server.deliver(&message("ada@x.test", "token"), now());
    assert_eq!(code(&waiting.await.unwrap().unwrap()), "token");
    let state = server.state();
    let asked: Vec<&str> = state.commands[before..].iter().map(|command| &command[..command.len().min(13)]).collect();
    assert_eq!(asked[0], "UID FETCH 1:1");
    let fetches = asked.iter().filter(|command| command.starts_with("UID FETCH")).count();
    assert_eq!(fetches, 1, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_while_idling_does_not_lose_the_message() {
    for fault in [
        Fault::IdleSilent,
        Fault::IdleChatter,
        Fault::IdleBye,
        Fault::IdleGarbage,
        Fault::IdleHalfLine,
        Fault::IdleNewsBeforePlus,
        Fault::IdleOkWithoutPlus,
    ] {
        let server = Server::with_faults(&[fault], 1);
        let mail = mail_with(quick());
        let (mailbox, query) = (mailbox(&server), query("ada@x.test"));
        let waiting = tokio::spawn(async move { mail.wait(&mailbox, &query, LONG).await });
        server.until(|state| state.commands.iter().any(|command| command == "IDLE"));
        server.deliver(&message("ada@x.test", "token"), now());
        let found = waiting.await.unwrap().map_err(|error| format!("{fault:?}: {error}"));
        assert_eq!(code(&found.unwrap()), "token", "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_gets_better_is_given_up_in_time() {
    let mut all = tokio::task::JoinSet::new();
    // A message that cannot be shown is passed over, if there is time for it.
    const MAYBE_PASSED: &[MailErrorKind] = &[MailErrorKind::Protocol, MailErrorKind::Timeout];
    for (fault, kinds) in [
        (Fault::SilentFromTheStart, &[MailErrorKind::Network][..]),
        (Fault::EndlessGreeting, &[MailErrorKind::Protocol]),
        (Fault::Bye, &[MailErrorKind::Network]),
        (Fault::LoginBusy, &[MailErrorKind::Network]),
        (Fault::SilentSearch, &[MailErrorKind::Network]),
        (Fault::HugeLiteral, MAYBE_PASSED),
        (Fault::DeepNesting, MAYBE_PASSED),
        (Fault::WrongTag, &[MailErrorKind::Protocol]),
        (Fault::NoUidValidity, &[MailErrorKind::Config]),
    ] {
        all.spawn(async move {
            let server = Server::with_faults(&[fault], usize::MAX);
            server.deliver(&message("ada@x.test", "token"), now());
            let (started, within) = (Instant::now(), Duration::from_millis(100));
            let error = mail_with(quick()).wait(&mailbox(&server), &query("ada@x.test"), within).await.unwrap_err();
            (fault, kinds, error, started.elapsed())
        });
    }
    while let Some(outcome) = all.join_next().await {
        let (fault, kinds, error, took) = outcome.unwrap();
        assert!(kinds.contains(&error.kind), "{fault:?}: {error}");
        assert!(took < Duration::from_secs(10), "{fault:?}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_mail_is_found_where_idle_says_nothing() {
    for fault in [Fault::NoIdle, Fault::IdleRefused, Fault::IdleSilent] {
        let server = Server::with_faults(&[fault], usize::MAX);
        let mail = mail_with(quick());
        let (mailbox, query) = (mailbox(&server), query("ada@x.test"));
        let waiting = tokio::spawn(async move { mail.wait(&mailbox, &query, LONG).await });
        // A second check shows that the first look is over and the mail was not there.
        server.until(|state| state.commands.iter().filter(|command| command.starts_with("UID SEARCH")).count() > 2);
        server.deliver(&message("ada@x.test", "token"), now());
        assert_eq!(code(&waiting.await.unwrap().unwrap()), "token", "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_once() {
    let server = Server::start();
    let mail = mail_with(quick());
    let wrong = Mailbox::parse(&server.url().replace("hunter22", "hunter23")).unwrap();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let (mail, wrong) = (mail.clone(), wrong.clone());
            tokio::spawn(async move { mail.wait(&wrong, &query("ada@x.test"), LONG).await })
        })
        .collect();
    for task in waiting {
        let error = task.await.unwrap().unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("mail.login", false));
        assert!(error.message.contains("app password") && error.message.contains("?????[2J ***"), "{error}");
    }
    assert_eq!(mail.mark(&wrong, LONG).await.unwrap_err().kind, MailErrorKind::Login);
    assert_eq!(server.state().logins, 1);
    assert!(mail.mark(&mailbox(&server), LONG).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_sasl_is_logged_in_to_by_login() {
    let server = Server::start();
    server.state().auth = "";
    assert!(mail_with(quick()).mark(&mailbox(&server), LONG).await.is_ok());
    assert!(server.state().commands.iter().any(|command| command.starts_with("LOGIN")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_is_a_network_error() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nowhere = Mailbox::parse(&format!("imap://a:b@127.0.0.1:{port}")).unwrap();
    let mail = mail_with(quick());
    let error = mail.wait(&nowhere, &query("ada@x.test"), Duration::ZERO).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("mail.network", true));
    assert_eq!(mail.mark(&nowhere, Duration::from_millis(50)).await.unwrap_err().kind, MailErrorKind::Network);
}

/// A server that speaks one line after another, each after a line of ours.
fn script(lines: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut input = BufReader::new(stream.try_clone().unwrap());
            let mut heard = String::new();
            for line in lines {
                let _ = (&stream).write_all(line.as_bytes());
                let _ = input.read_line(&mut heard);
            }
            assert!(!heard.contains("hunter22"));
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn starttls_that_is_absent_or_injected_into_fails() {
    for (lines, says) in [
        (&["* OK hi\r\n", "s0 BAD what?\r\n"][..], "does not offer STARTTLS"),
        (&["* OK hi\r\n", "s0 OK go\r\n* OK injected\r\n"], "no safe connection"),
        (&["* PREAUTH hi\r\n", ""], "does not greet"),
    ] {
        let mailbox = Mailbox::parse(&format!("imap+starttls://ada:hunter22@127.0.0.1:{}", script(lines))).unwrap();
        let error = mail_with(quick()).wait(&mailbox, &query("ada@x.test"), Duration::ZERO).await.unwrap_err();
        assert!(error.message.contains(says), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_port_is_not_taken_for_a_tls_one() {
    let server = Server::start();
    let url = server.url().replace("imap://", "imaps://");
    let error = mail_with(quick()).mark(&Mailbox::parse(&url).unwrap(), LONG).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("mail.tls", false), "{error}");
    assert!(error.message.contains("imap+starttls"), "{error}");
}
