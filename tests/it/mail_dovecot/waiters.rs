//! Many who wait on one inbox.

use super::*;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn two_hundred_waiters_share_a_connection_and_get_their_own_mail_out_of_a_burst() {
    let scene = Scene::new();
    let address = |n| format!("ada+{n}@onramp.test");
    let beginning = scene.marked(ADA).await;
    let waiting: Vec<_> = (0..200).map(|n| scene.wait(&Query { to: address(n), ..beginning.clone() })).collect();
    // 73 and 200 have no common divisor: each comes once, in no order.
    let shuffled: Vec<usize> = (0..200).map(|n| n * 73 % 200).collect();
    std::thread::scope(|scope| {
        for share in shuffled.chunks(50) {
            scope.spawn(|| share.iter().for_each(|n| scene.deliver(&address(*n), &format!("token-{n}"))));
        }
    });
    for (n, one) in waiting.into_iter().enumerate() {
        assert_eq!(one.await.unwrap(), format!("token-{n}"));
    }
    assert_eq!(scene.dovecot.sessions(ADA).len(), 1);
}
