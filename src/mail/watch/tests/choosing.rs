//! Against the plainest way to say it: of all messages, the newest that fits and that nobody has.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use proptest::prelude::*;

use crate::clock::Timestamp;
use crate::mail::filter::Refusal;
use crate::mail::message::Envelope;
use crate::mail::watch::choice::{Where, choose};
use crate::mail::watch::known::Summary;
use crate::mail::watch::{JunkWanted, Place, Tally, Wanted};
use crate::mail::{Extract, Query};

const NOW: i64 = 100 * MINUTE;
const MINUTE: i64 = 60_000;
const LARGEST: u32 = 1000;

/// Recipients with the one they are.
const TO: [(&str, usize); 7] = [
    ("ada+1@x.test", 0),
    ("Ada <ADA+1@X.test>", 0),
    ("bob@y.test, ada+1@x.test", 0),
    ("ada+11@x.test", 1),
    ("ada@x.test", 2),
    ("ada+1@x.test.evil", 3),
    ("\"ada+1@x.test\" <eve@x.test>", 4),
];
const WANTED_TO: [&str; 3] = ["Ada+1@x.test", "ada+11@x.test", "ada@x.test"];

/// Senders, and whether they are of good.test.
const FROM: [(&str, bool); 5] = [
    ("no-reply@good.test", true),
    ("Good <x@mail.GOOD.test>", true),
    ("a@evilgood.test", false),
    ("\"a@good.test\" <e@evil.test>", false),
    ("a@good.test, e@evil.test", false),
];

/// Subjects, and whether `verify` is in them.
const SUBJECT: [(&str, bool); 3] = [("Please VERIFY", true), ("verification", false), ("Welcome", false)];

#[derive(Debug, Clone)]
struct Message {
    to: usize,
    from: usize,
    subject: usize,
    /// Minutes before now.
    age: i64,
    size: u32,
    holds_code: bool,
}

#[derive(Debug, Clone)]
struct Waiter {
    to: usize,
    of_good: bool,
    verify: bool,
    /// Minutes before now.
    since: Option<i64>,
    used: BTreeSet<u32>,
}

fn message() -> impl Strategy<Value = Message> {
    let text = (0..TO.len(), 0..FROM.len(), 0..SUBJECT.len());
    (text, 0..20_i64, prop_oneof![8 => Just(10), 1 => Just(LARGEST + 1)], prop::bool::weighted(0.8))
        .prop_map(|((to, from, subject), age, size, holds_code)| Message { to, from, subject, age, size, holds_code })
}

fn waiter() -> impl Strategy<Value = Waiter> {
    let used = prop::collection::btree_set(1..30_u32, 0..4);
    (0..WANTED_TO.len(), any::<bool>(), any::<bool>(), prop::option::of(0..15_i64), used)
        .prop_map(|(to, of_good, verify, since, used)| Waiter { to, of_good, verify, since, used })
}

impl Message {
    fn summary(&self) -> Arc<Summary> {
        let header = format!(
            "To: {}\r\nFrom: {}\r\nSubject: {}\r\n\r\n",
            TO[self.to].0, FROM[self.from].0, SUBJECT[self.subject].0
        );
        let received_at = Timestamp::from_millis(NOW - self.age * MINUTE);
        Arc::new(Summary {
            size: self.size,
            received_at,
            envelope: Envelope::read(header.as_bytes(), &BTreeSet::new()),
        })
    }

    fn serves(&self, uid: u32, waiter: &Waiter) -> bool {
        TO[self.to].1 == waiter.to
            && (!waiter.of_good || FROM[self.from].1)
            && (!waiter.verify || SUBJECT[self.subject].1)
            // Two minutes of difference between clocks.
            && waiter.since.is_none_or(|since| self.age <= since + 2)
            && self.size <= LARGEST
            && self.holds_code
            && !waiter.used.contains(&uid)
    }
}

impl Waiter {
    fn wanted(&self, place: Place) -> Wanted {
        let query = Query {
            from: if self.of_good { vec!["good.test".into()] } else { vec![] },
            subject: self.verify.then(|| "verify".to_owned()),
            since: self.since.map(|since| Timestamp::from_millis(NOW - since * MINUTE)),
            junk: place == Place::Junk,
            used: self.used.iter().map(|uid| place.key(7, *uid)).collect(),
            ..Query::new(WANTED_TO[self.to], Extract::Code)
        };
        let junk = JunkWanted::new(&query, Timestamp::from_millis(0), std::time::Instant::now());
        Wanted::new(query, junk)
    }
}

/// Who is given what, one waiter after the other.
fn chosen(messages: &BTreeMap<u32, Message>, waiters: &[Waiter], place: Place) -> Vec<Option<u32>> {
    let known: BTreeMap<u32, Arc<Summary>> = messages.iter().map(|(uid, message)| (*uid, message.summary())).collect();
    let mut claims = BTreeSet::new();
    let at = Where { place, uid_validity: 7, largest: LARGEST };
    let choose_for = |waiter: &Waiter| {
        let mut tally = Tally::default();
        let newest = known.iter().rev().map(|(uid, summary)| (*uid, summary));
        let open = |uid: u32, key: &str, _: &Summary| {
            assert_eq!(key, place.key(7, uid));
            let refusal = if !claims.insert(uid) {
                Refusal::Claimed
            } else if !messages[&uid].holds_code {
                claims.remove(&uid);
                Refusal::NothingInside
            } else {
                return Ok::<_, Infallible>(Ok(uid));
            };
            Ok(Err(refusal))
        };
        let Ok(chosen) = choose(&waiter.wanted(place), at, newest, &mut tally, open);
        // What was passed over was counted: all that is newer than what was chosen.
        let passed = known.keys().filter(|uid| chosen.is_none_or(|chosen| **uid > chosen)).count();
        assert_eq!(tally.seen() as usize, passed);
        assert!(tally.own().count() <= 10);
        chosen
    };
    waiters.iter().map(choose_for).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_waiter_gets_the_newest_that_fits_and_that_nobody_has(
        messages in prop::collection::vec(message(), 0..30),
        waiters in prop::collection::vec(waiter(), 1..12),
        junk in any::<bool>(),
    ) {
        let messages: BTreeMap<u32, Message> = (1..).zip(messages).collect();
        let mut taken = BTreeSet::new();
        let expected: Vec<Option<u32>> = waiters
            .iter()
            .map(|waiter| {
                let free = messages.iter().filter(|(uid, message)| message.serves(**uid, waiter) && !taken.contains(*uid));
                let newest = free.map(|(uid, _)| *uid).max();
                taken.extend(newest);
                newest
            })
            .collect();
        let place = if junk { Place::Junk } else { Place::Inbox };
        prop_assert_eq!(chosen(&messages, &waiters, place), expected);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing_for_recipients_of_their_own(order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let address = |n: usize| format!("ada+{n}@x.test");
        let summary = |n: usize| {
            let header = format!("To: {}\r\n\r\n", address(n));
            let envelope = Envelope::read(header.as_bytes(), &BTreeSet::new());
            Arc::new(Summary { size: 1, received_at: Timestamp::from_millis(NOW), envelope })
        };
        let known: BTreeMap<u32, (usize, Arc<Summary>)> = (1..).zip(order.iter().map(|n| (*n, summary(*n)))).collect();
        for n in 0..60 {
            let wanted = Wanted::new(Query::new(address(n), Extract::Code), None);
            let newest = known.iter().rev().map(|(uid, (_, summary))| (*uid, summary));
            let at = Where { place: Place::Inbox, uid_validity: 7, largest: LARGEST };
            let open = |uid, _: &str, _: &Summary| Ok::<_, Infallible>(Ok(known[&uid].0));
            prop_assert_eq!(choose(&wanted, at, newest, &mut Tally::default(), open), Ok(Some(n)));
        }
    }
}

#[test]
fn the_folders_count_apart() {
    let wanted = |used: &str| {
        let used = BTreeSet::from([used.to_owned()]);
        Wanted::new(Query { used, ..Query::new("ada@x.test", Extract::Code) }, None)
    };
    let envelope = Envelope::read(b"To: ada@x.test\r\n\r\n", &BTreeSet::new());
    let summary = Arc::new(Summary { size: 1, received_at: Timestamp::from_millis(NOW), envelope });
    for (used, place, free) in [
        ("7:3", Place::Inbox, false),
        ("7:3", Place::Junk, true),
        ("junk:7:3", Place::Junk, false),
        ("junk:7:3", Place::Inbox, true),
    ] {
        let at = Where { place, uid_validity: 7, largest: LARGEST };
        let open = |uid, _: &str, _: &Summary| Ok::<_, Infallible>(Ok(uid));
        let chosen = choose(&wanted(used), at, std::iter::once((3, &summary)), &mut Tally::default(), open);
        assert_eq!(chosen, Ok(free.then_some(3)), "{used} {place:?}");
    }
}
