//! Which message is taken.

use super::*;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_code_that_arrives_while_waiting_is_found() {
    let scene = Scene::new();
    scene.deliver(ADA, "old-token");
    let wanted = scene.marked(ADA).await;
    let waiting = scene.wait(&wanted);
    scene.deliver("ada+other@onramp.test", "others-token");
    scene.deliver(ADA, "new-token");
    assert_eq!(waiting.await.unwrap(), "new-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_code_that_came_before_the_wait_but_after_the_mark_is_found_at_once() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    scene.deliver(ADA, "early-token");
    let found = scene.look(&wanted).await.unwrap();
    assert_eq!((&*found.from, &*found.subject), ("no-reply@mail.modelslab.test", "Verify Email Address"));
    let used = Query { used: BTreeSet::from([found.message.clone()]), ..wanted };
    assert_eq!(code(found), "early-token");
    let error = scene.look(&used).await.unwrap_err();
    assert!(error.message.contains("used before"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_mail_that_comes_twice_serves_two_who_wait_once_each() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    (0..2).for_each(|_| scene.deliver(ADA, "the-token"));
    let (one, other) = (scene.look(&wanted).await.unwrap(), scene.look(&wanted).await.unwrap());
    assert_ne!(one.message, other.message);
    assert!(scene.look(&wanted).await.is_err(), "both have served");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn an_old_mail_that_comes_first_is_passed_over() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    let old = message(ADA, "old-token").replacen("To:", "Date: Wed, 1 Jan 2020 08:00:00 +0000\r\nTo:", 1);
    scene.dovecot.deliver(ADA, &old);
    let error = scene.look(&wanted).await.unwrap_err();
    assert!(error.message.contains("too old"), "{error}");
    scene.deliver(ADA, "new-token");
    assert_eq!(scene.wait(&wanted).await.unwrap(), "new-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn of_a_mail_and_the_one_sent_again_the_newer_is_taken() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    scene.deliver(ADA, "first-token");
    scene.deliver(ADA, "second-token");
    assert_eq!(code(scene.look(&wanted).await.unwrap()), "second-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn recipients_that_are_nearly_the_same_are_others() {
    let scene = Scene::new();
    let wanted = scene.marked("ada+1@onramp.test").await;
    let others =
        ["ada+11@onramp.test", "ada@onramp.test", "ada+1@sub.onramp.test", "\"ada+1@onramp.test\" <lin@x.test>"];
    for other in others {
        // The envelope is Dovecot's; what the header says is the sender's.
        let envelope = if other.ends_with("@onramp.test") { other } else { ADA };
        scene.dovecot.deliver(envelope, &message(other, "others-token"));
    }
    let error = scene.look(&wanted).await.unwrap_err();
    assert!(error.message.contains("4 to another recipient"), "{error}");
    scene.deliver("Ada+1@Onramp.test", "own-token");
    assert_eq!(scene.wait(&wanted).await.unwrap(), "own-token");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_sender_that_only_pretends_is_passed_over() {
    let scene = Scene::new();
    let wanted = scene.marked(ADA).await;
    let real = "From: ModelsLab <no-reply@mail.modelslab.test>";
    for spoofed in [
        "From: \"no-reply@mail.modelslab.test\" <eve@evil.test>".to_owned(),
        "From: no-reply@mail.modelslab.test <eve@evil.test>".to_owned(),
        "From: ModelsLab <no-reply@mail.modelslab.test.evil.test>".to_owned(),
        "From: ModelsLab <no-reply@evilmodelslab.test>".to_owned(),
        format!("{real}\r\nFrom: eve@evil.test"),
        format!("From: eve@evil.test\r\n{real}"),
        "From: no-reply@mail.modelslab.test, eve@evil.test".to_owned(),
    ] {
        scene.dovecot.deliver(ADA, &message(ADA, "evil-token").replacen(real, &spoofed, 1));
    }
    let error = scene.look(&wanted).await.unwrap_err();
    assert!(error.message.contains("7 from another sender"), "{error}");
}
