//! Mail as it comes from outside: by SMTP to Postfix, by LMTP to Dovecot, into the inbox of a catch-all.

use super::*;
use crate::support::dovecot::PASSWORD;
use crate::support::postfix::Postfix;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs postfix, dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn each_recipient_of_a_catch_all_gets_its_own_mail_even_where_the_message_names_none() {
    let mut scene = Scene::new();
    scene.inbox = Mailbox::parse(&scene.dovecot.url_of("catchall@onramp.test", PASSWORD)).unwrap();
    let postfix = Postfix::in_front_of(scene.dovecot.lmtp_port());
    let beginning = scene.marked("").await;
    let waiting: Vec<_> = ["agent1", "agent2", "agent+1"]
        .map(|name| scene.wait(&Query { to: format!("{name}@onramp.test"), ..beginning.clone() }))
        .into();
    for name in ["agent+1", "agent11", "agent2", "agent1"] {
        let message = message("undisclosed-recipients:;", &format!("token-of-{name}"));
        postfix.send(&format!("{name}@onramp.test"), &message);
    }
    for (name, one) in ["agent1", "agent2", "agent+1"].iter().zip(waiting) {
        assert_eq!(one.await.unwrap(), format!("token-of-{name}"));
    }
}
