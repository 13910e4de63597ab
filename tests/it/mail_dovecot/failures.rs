//! What happens to connections and folders while somebody waits.

use super::*;
use onramp::mail::Cursor;
use rustix::process::Signal;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_session_that_is_kicked_out_comes_back() {
    let scene = Scene::new();
    let waiting = scene.wait(&scene.marked(ADA).await);
    scene.dovecot.kick(ADA);
    scene.deliver(ADA, "the-token");
    assert_eq!(waiting.await.unwrap(), "the-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_session_whose_process_is_killed_comes_back() {
    let scene = Scene::new();
    let waiting = scene.wait(&scene.marked(ADA).await);
    scene.dovecot.signal_sessions(ADA, Signal::KILL);
    scene.deliver(ADA, "the-token");
    assert_eq!(waiting.await.unwrap(), "the-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_session_that_freezes_is_left_for_another() {
    let limits = Limits { check: Duration::from_millis(100), command: Duration::from_secs(2), ..Limits::default() };
    let scene = Scene::with_limits(limits);
    let waiting = scene.wait(&scene.marked(ADA).await);
    scene.dovecot.signal_sessions(ADA, Signal::STOP);
    scene.deliver(ADA, "the-token");
    assert_eq!(waiting.await.unwrap(), "the-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_hundred_who_wait_while_the_server_restarts_get_their_mail() {
    let mut scene = Scene::new();
    let address = |n| format!("ada+{n}@onramp.test");
    let beginning = scene.marked(ADA).await;
    let waiting: Vec<_> = (0..100).map(|n| scene.wait(&Query { to: address(n), ..beginning.clone() })).collect();
    (0..50).for_each(|n| scene.deliver(&address(n), &format!("before-{n}")));
    scene.dovecot.restart();
    (50..100).for_each(|n| scene.deliver(&address(n), &format!("after-{n}")));
    for (n, one) in waiting.into_iter().enumerate() {
        let when = if n < 50 { "before" } else { "after" };
        assert_eq!(one.await.unwrap(), format!("{when}-{n}"));
    }
}

/// Throws the folder away; where the one that comes in its place stands.
async fn renewed(scene: &Scene) -> Cursor {
    scene.dovecot.forget_mail(ADA);
    scene.deliver(ADA, "new-token");
    reader(&scene.dovecot, Limits::default()).mark(&scene.inbox, LONG).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_folder_that_was_thrown_away_is_searched_by_time() {
    let mut scene = Scene::new();
    (0..3).for_each(|n| scene.deliver(ADA, &format!("old-token-{n}")));
    let wanted = scene.marked(ADA).await;
    let validity = wanted.after.as_ref().unwrap().uid_validity;
    scene.dovecot.kick(ADA);
    scene.mail = reader(&scene.dovecot, Limits::default());
    // Dovecot takes the time in seconds for UIDVALIDITY: within one second, a new folder has the old one's.
    while renewed(&scene).await.uid_validity == validity {}
    let found = scene.mail.wait(&scene.inbox, &wanted, LONG).await.unwrap();
    assert_ne!(found.message.split_once(':').unwrap().0, validity.to_string());
    assert_eq!(code(found), "new-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_message_of_200_megabytes_is_passed_over() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    let line = format!("{}\r\n", "x".repeat(998));
    scene.dovecot.deliver(ADA, &format!("{}{}", message(ADA, "huge-token"), line.repeat(200_000)));
    let error = scene.look(&wanted).await.unwrap_err();
    assert!(error.message.contains("1 too large"), "{error}");
    scene.deliver(ADA, "small-token");
    assert_eq!(scene.wait(&wanted).await.unwrap(), "small-token");
}
