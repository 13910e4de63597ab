//! From the delivery of a mail to its code, on a real Dovecot: `cargo bench --bench mail` (`tests/run` installs Dovecot).
//!
//! Beside onramp a bare IMAP client idles, which only notes when the server tells of a message: Dovecot gathers news for half a
//! second, and that is in all times here. It has a mailbox of its own, since two sessions that look into one at the same instant
//! wait for its lock, and is sent a message with each of ours. One waiter is compared with when it was told of that; many, with
//! its median. The targets: 10 ms beyond that for one waiter and for 200 on one mailbox; below 1.1 s at most for 200 mailboxes;
//! at most 100 kB of memory for each that is watched.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod bare;
#[allow(dead_code)]
#[path = "../../tests/it/support/dovecot.rs"]
mod dovecot;
#[path = "../../tests/it/support/net.rs"]
mod net;
#[path = "../../tests/it/support/smtp.rs"]
mod smtp;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bare::Bare;
use dovecot::{Dovecot, PASSWORD};
use onramp::clock::{Clock, SystemClock};
use onramp::mail::{Extract, Mail, Mailbox, Query};
use tokio::task::JoinHandle;

const LONG: Duration = Duration::from_secs(90);
const ADA: &str = "ada@onramp.test";
const BARE: &str = "u0@onramp.test";
const ROUNDS: usize = 20;
const MANY: usize = 200;

#[tokio::main]
async fn main() {
    let bench = Bench::new();
    let told = bench.one_waiter().await;
    bench.many_waiters(told).await;
    bench.many_mailboxes().await;
}

struct Bench {
    dovecot: Dovecot,
    mail: Mail,
}

impl Bench {
    fn new() -> Self {
        let dovecot = Dovecot::start();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mail = Mail::new(clock, onramp::tls::client_config(Some(&dovecot.ca())).unwrap());
        Self { dovecot, mail }
    }

    fn mailbox(&self, user: &str) -> Mailbox {
        Mailbox::parse(&self.dovecot.url_of(user, PASSWORD)).unwrap()
    }

    fn plain_port(&self) -> u16 {
        self.dovecot.starttls_url().rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Delivers a mail with a code; when the server had taken it.
    fn deliver(&self, to: &str) -> Instant {
        let message = format!("From: a@x.test\r\nTo: {to}\r\nSubject: Verify\r\n\r\nYour code is 482911.\r\n");
        self.dovecot.deliver(to, &message);
        Instant::now()
    }

    /// Waits for the next mail to `to` from now on; when its code was there.
    async fn wait(&self, user: &str, to: &str) -> JoinHandle<Instant> {
        let mailbox = self.mailbox(user);
        let after = Some(self.mail.mark(&mailbox, LONG).await.unwrap());
        let extract = Extract::parse(&"code".into()).unwrap();
        let query = Query { after, ..Query::new(to, extract) };
        let mail = self.mail.clone();
        tokio::spawn(async move {
            mail.wait(&mailbox, &query, LONG).await.unwrap();
            Instant::now()
        })
    }

    /// The median time after which the bare client is told, in milliseconds.
    async fn one_waiter(&self) -> f64 {
        let (mut ours, mut bares, mut beyond) = (Vec::new(), Vec::new(), Vec::new());
        let mut bare = Bare::idle(self.plain_port(), BARE);
        for round in 0..ROUNDS {
            let waiting = self.wait(ADA, ADA).await;
            // Onramp looks of its own accord as well: no moment between two looks is preferred.
            settle(700 + round as u64 * 137 % 900).await;
            let (delivered, beside) = (self.deliver(ADA), self.deliver(BARE));
            let (told, found) = (bare.until_told(bare.told() + 1), waiting.await.unwrap());
            ours.push(milliseconds(delivered, found));
            bares.push(milliseconds(beside, told));
            beyond.push(ours[round] - bares[round]);
        }
        let told = report("a bare client that idles", bares);
        report("one waiter", ours);
        report("  beyond the bare client (target: 10 ms)", beyond);
        told
    }

    async fn many_waiters(&self, told: f64) {
        let address = |n| format!("lin+{n}@onramp.test");
        let mut waiting = Vec::new();
        for n in 0..MANY {
            waiting.push(self.wait("lin@onramp.test", &address(n)).await);
        }
        settle(700).await;
        let delivered: Vec<_> = (0..MANY).map(|n| self.deliver(&address(n))).collect();
        let mut ours = Vec::new();
        for (delivered, one) in delivered.into_iter().zip(waiting) {
            ours.push(milliseconds(delivered, one.await.unwrap()));
        }
        report(&format!("{MANY} waiters on one mailbox"), ours.clone());
        report("  beyond the bare client (target: 10 ms)", ours.into_iter().map(|time| time - told).collect());
    }

    async fn many_mailboxes(&self) {
        let before = resident();
        let mut waiting = Vec::new();
        for n in 0..MANY {
            let user = format!("u{n}@onramp.test");
            waiting.push(self.wait(&user, &user).await);
        }
        settle(700).await;
        let each = resident().saturating_sub(before) / MANY;
        let delivered: Vec<_> = (0..MANY).map(|n| self.deliver(&format!("u{n}@onramp.test"))).collect();
        let mut ours = Vec::new();
        for (delivered, one) in delivered.into_iter().zip(waiting) {
            ours.push(milliseconds(delivered, one.await.unwrap()));
        }
        report(&format!("{MANY} mailboxes (target: 1100 ms at most)"), ours);
        println!("{:54} {each} kB each (target: 100)", "  resident memory of those who watch them");
    }
}

/// Until all idle that are going to.
async fn settle(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}

/// The median.
fn report(what: &str, mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    println!("{what:54} median {:7.1}, p95 {:7.1}, at most {:7.1} ms", at(0.5), at(0.95), at(1.0));
    at(0.5)
}

/// Of this process, in kB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
