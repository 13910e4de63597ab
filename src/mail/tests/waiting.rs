//! What waiting promises.

use super::server::Server;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_came_after_the_mark_is_found_at_once() {
    let server = Server::start();
    let mail = mail_with(quick());
    server.deliver(&message("ada@x.test", "old"), now());
    let cursor = mail.mark(&mailbox(&server), LONG).await.unwrap();
    assert_eq!((cursor.uid_validity, cursor.uid_next, cursor.server_time), (7, 2, Some(now())));
    let query = Query { after: Some(cursor), ..query("ada@x.test") };
    server.deliver(&message("ada@x.test", "new"), now());
    let found = mail.wait(&mailbox(&server), &query, Duration::ZERO).await.unwrap();
    assert_eq!((code(&found), &*found.message, &*found.from), ("new", "7:2", "no-reply@modelslab.test"));
    assert_eq!((found.subject.as_str(), found.received_at), ("Verify your address", now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_message_is_old_if_it_lies_below_the_cursor() {
    let server = Server::start();
    let mail = mail_with(quick());
    server.deliver(&message("ada@x.test", "old"), now());
    let after = Some(mail.mark(&mailbox(&server), LONG).await.unwrap());
    let error =
        mail.wait(&mailbox(&server), &Query { after, ..query("ada@x.test") }, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind, MailErrorKind::Timeout);
    assert!(error.message.contains("no message arrived"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_while_idling_is_found() {
    let server = Server::start();
    // The next check would come too late.
    let mail = mail_with(Limits { check: 3 * LONG, command: LONG, ..quick() });
    let (mailbox, query) = (mailbox(&server), query("ada@x.test"));
    let waiting = tokio::spawn(async move { mail.wait(&mailbox, &query, LONG).await });
    server.until(|state| state.idles > 0);
    server.deliver(&message("ada@x.test", "token"), now());
    assert_eq!(code(&waiting.await.unwrap().unwrap()), "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_wins_and_each_message_serves_once() {
    let server = Server::start();
    let mail = mail_with(quick());
    for token in ["first", "second", "third"] {
        server.deliver(&message("ada@x.test", token), now());
    }
    let used = Query { used: BTreeSet::from(["7:3".to_owned()]), ..query("ada@x.test") };
    let found = mail.wait(&mailbox(&server), &used, Duration::ZERO).await.unwrap();
    assert_eq!(code(&found), "second");
    let again = mail.wait(&mailbox(&server), &used, Duration::ZERO).await.unwrap();
    assert_eq!(code(&again), "first");
    let error = mail.wait(&mailbox(&server), &used, Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("1 used before, 2 taken by another waiter"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_waiters_share_one_connection_and_get_their_own_mail() {
    let server = Server::start();
    let mail = mail_with(quick());
    let waiting: Vec<_> = (0..50)
        .map(|n| {
            let (mail, mailbox, query) = (mail.clone(), mailbox(&server), query(&format!("user+{n}@x.test")));
            tokio::spawn(async move { mail.wait(&mailbox, &query, LONG).await })
        })
        .collect();
    server.until(|state| state.idles > 0);
    for n in (0..50).rev() {
        server.deliver(&message(&format!("user+{n}@x.test"), &format!("token-{n}")), now());
    }
    for (n, task) in waiting.into_iter().enumerate() {
        assert_eq!(code(&task.await.unwrap().unwrap()), format!("token-{n}"));
    }
    let state = server.state();
    assert_eq!((state.connections, state.logins), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_before_its_wait_is_fetched_once() {
    let server = Server::start();
    let mail = mail_with(quick());
    let (other, of_another) = (mail.clone(), mailbox(&server));
    let waiting = tokio::spawn(async move { other.wait(&of_another, &query("bob@x.test"), LONG).await });
    server.until(|state| state.idles > 0);
    server.deliver(&message("ada@x.test", "token"), now());
    let shows = |command: &&String| command.contains("BODY.PEEK[]");
    server.until(|state| state.commands.iter().any(|command| shows(&command)));
    assert_eq!(code(&mail.wait(&mailbox(&server), &query("ada@x.test"), LONG).await.unwrap()), "token");
    assert_eq!(server.state().commands.iter().filter(shows).count(), 1);
    waiting.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_nobody_waited_is_not_searched_for() {
    let server = Server::start();
    let mail = mail_with(quick());
    mail.mark(&mailbox(&server), LONG).await.unwrap();
    server.until(|state| state.idles > 0);
    server.deliver(&message("ada@x.test", "token"), now());
    server.until(|state| state.idles > 1);
    assert_eq!(code(&mail.wait(&mailbox(&server), &query("ada@x.test"), LONG).await.unwrap()), "token");
    assert!(!server.state().commands.iter().any(|command| command.starts_with("UID SEARCH")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_wait_gives_its_place_up_and_the_others_go_on() {
    let server = Server::start();
    let mail = mail_with(quick());
    let (first, second) = (mailbox(&server), mailbox(&server));
    let dropped = tokio::spawn({
        let mail = mail.clone();
        async move { mail.wait(&first, &query("ada@x.test"), LONG).await.map(|_| ()) }
    });
    server.until(|state| state.idles > 0);
    let other = tokio::spawn(async move { mail.wait(&second, &query("ada@x.test"), LONG).await });
    dropped.abort();
    assert!(dropped.await.unwrap_err().is_cancelled());
    server.deliver(&message("ada@x.test", "token"), now());
    assert_eq!(code(&other.await.unwrap().unwrap()), "token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_nobody_needs_is_closed() {
    let server = Server::start();
    let mail = mail_with(Limits { linger: Duration::from_millis(50), ..quick() });
    mail.mark(&mailbox(&server), LONG).await.unwrap();
    server.until(|state| state.connections == 1 && state.open == 0);
    assert!(server.state().commands.contains(&"LOGOUT".to_owned()));
    mail.mark(&mailbox(&server), LONG).await.unwrap();
    assert_eq!(server.state().connections, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_service_ends_its_connections() {
    let server = Server::start();
    let mail = mail_with(Limits { command: LONG, ..quick() });
    mail.mark(&mailbox(&server), LONG).await.unwrap();
    server.until(|state| state.idles > 0);
    drop(mail);
    server.until(|state| state.open == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_reading_commands_are_sent() {
    let server = Server::start();
    let mail = mail_with(quick());
    server.deliver(&message("ada@x.test", "token"), now());
    mail.mark(&mailbox(&server), LONG).await.unwrap();
    mail.wait(&mailbox(&server), &query("ada@x.test"), LONG).await.unwrap();
    for command in &server.state().commands {
        let word = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let reads = [
            "CAPABILITY",
            "AUTHENTICATE",
            "EXAMINE",
            "NOOP",
            "IDLE",
            "FETCH",
            "UID SEARCH",
            "UID FETCH",
            "LIST",
            "STATUS",
        ];
        assert!(reads.iter().any(|read| word.starts_with(read)), "{command}");
        assert!(!command.contains("BODY["), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_folder_is_searched_by_time() {
    let server = Server::start();
    let mail = mail_with(quick());
    let after = Some(mail.mark(&mailbox(&server), LONG).await.unwrap());
    {
        let mut state = server.state();
        (state.uid_validity, state.next_uid) = (8, 1);
    }
    let (early, late) = (Timestamp::from_millis(now().as_millis() - 3_600_000), now().plus(Duration::from_secs(5)));
    server.deliver(&message("ada@x.test", "new"), late);
    server.deliver(&message("ada@x.test", "old"), early);
    // The connection of the mark knows the old folder only.
    let mail = mail_with(quick());
    let wanted = Query { after, ..query("ada@x.test") };
    let found = mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap();
    assert_eq!((code(&found), &*found.message), ("new", "8:1"));
    let error = mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("1 too old"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cursor_the_time_decides() {
    let server = Server::start();
    let mail = mail_with(quick());
    server.deliver(&message("ada@x.test", "old"), Timestamp::from_millis(now().as_millis() - 3_600_000));
    let wanted = Query { since: Some(now()), ..query("ada@x.test") };
    assert!(mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.is_err());
    server.deliver(&message("ada@x.test", "new"), now());
    assert_eq!(code(&mail.wait(&mailbox(&server), &wanted, LONG).await.unwrap()), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_says_what_was_seen_and_shows_nobody_elses_mail() {
    let server = Server::start();
    let mail = mail_with(quick());
    server.deliver(&message("eve@x.test", "secret-token"), now());
    server.deliver(&message("ada@x.test", "secret-token").replace("modelslab.test>", "evil.test>"), now());
    server.deliver(&message("ada@x.test", "secret-token").replace("/verify/", "/welcome/"), now());
    let wanted = Query { from: vec!["modelslab.test".into()], subject: Some("verify".into()), ..query("ada@x.test") };
    let error = mail.wait(&mailbox(&server), &wanted, Duration::ZERO).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("mail.timeout", true));
    for says in [
        "imap://ada@127.0.0.1",
        "to ada@x.test, from modelslab.test, subject has \"verify\"",
        "3 seen, none fits: 1 to another recipient, 1 from another sender, 1 without the code or link",
        "compare the pattern",
    ] {
        assert!(error.message.contains(says), "{error}\nlacks {says}");
    }
    for hides in ["eve@", "evil", "secret-token", "hunter22"] {
        assert!(!error.message.contains(hides), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ambiguous_message_is_refused_at_once_and_stays_for_another_try() {
    let server = Server::start();
    let mail = mail_with(quick());
    server
        .deliver(&format!("{}or https://modelslab.test/verify/another\r\n", message("ada@x.test", "token-one")), now());
    let error = mail.wait(&mailbox(&server), &query("ada@x.test"), LONG).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("mail.ambiguous", false));
    assert!(error.message.contains("2 candidates") && !error.message.contains("token-one"), "{error}");
    let named = "(from no-reply@modelslab.test, \"Verify your address\", 2026-11-22T12:00:00.000Z)";
    assert!(error.message.contains(named), "{error}");
    let link = Query {
        extract: Extract::parse(&serde_json::json!({"link": "/verify/token-{code}"})).unwrap(),
        ..query("ada@x.test")
    };
    assert_eq!(code(&mail.wait(&mailbox(&server), &link, LONG).await.unwrap()), "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_the_bound_is_not_read() {
    let server = Server::start();
    let mail = mail_with(Limits { message_bytes: 100, ..quick() });
    server.deliver(&message("ada@x.test", "token"), now());
    let error = mail.wait(&mailbox(&server), &query("ada@x.test"), Duration::ZERO).await.unwrap_err();
    assert!(error.message.contains("1 too large"), "{error}");
    assert!(!server.state().commands.iter().any(|command| command.contains("BODY.PEEK[]")));
}
