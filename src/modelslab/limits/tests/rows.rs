//! Many rows through one `Limits` under a manual clock, against a service that counts by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use proptest::collection::vec;
use proptest::prelude::*;

use super::at;
use crate::clock::{ManualClock, Timestamp};
use crate::http::Response;
use crate::modelslab::ApiError;
use crate::modelslab::limits::{Key, Limits, Permit, Subject};
use crate::workflow::{Rate, RateClass};

const PERIOD: Duration = Duration::from_millis(1000);
const CLASS: RateClass = RateClass { name: "rows", rate: Rate { count: 3, per: PERIOD }, per: "row" };
const TICK: u64 = 100;

/// A row wants a call from `wanted` on; its answer takes `delay`. Both in ticks.
#[derive(Debug, Clone)]
struct Call {
    row: u8,
    wanted: u64,
    delay: u64,
    is_lost: bool,
}

/// Windows as Laravel's: each opens with its first request.
#[derive(Default)]
struct Counter {
    closes: Timestamp,
    used: u32,
}

impl Counter {
    /// Whether one more is too many.
    fn refuses(&mut self, now: Timestamp) -> bool {
        if self.closes <= now {
            *self = Self { closes: now.plus(PERIOD), used: 0 };
        }
        self.used += 1;
        self.used > CLASS.rate.count
    }
}

/// One that counts each row, or all of them together.
struct Service {
    together: bool,
    counters: BTreeMap<u8, Counter>,
}

impl Service {
    fn refuses(&mut self, row: u8, now: Timestamp) -> bool {
        self.counters.entry(if self.together { 0 } else { row }).or_default().refuses(now)
    }
}

struct Answer {
    at: Timestamp,
    row: u8,
    refused: bool,
}

/// What came of it, by time.
#[derive(Default)]
struct Seen {
    sent: Vec<(Timestamp, u8)>,
    answers: Vec<Answer>,
    /// How late each call went.
    late: Vec<Duration>,
}

impl Seen {
    /// From when on it was plain that rows are counted together: three of them refused within a period.
    fn widened(&self) -> Option<Timestamp> {
        let refused: Vec<&Answer> = self.answers.iter().filter(|answer| answer.refused).collect();
        refused.iter().map(|last| last.at).find(|end| {
            let of_late = refused.iter().filter(|answer| answer.at <= *end && answer.at.plus(PERIOD) > *end);
            of_late.map(|answer| answer.row).collect::<BTreeSet<_>>().len() >= 3
        })
    }

    fn sent_within(&self, from: Timestamp, to: Timestamp, of: impl Fn(u8) -> bool) -> usize {
        self.sent.iter().filter(|(at, row)| *at > from && *at <= to && of(*row)).count()
    }
}

async fn turn(limits: &Limits, row: u8) -> Result<Permit, ApiError> {
    let subject = Subject::Email(row.to_string());
    limits.turn(Key { origin: "https://x.test".into(), class: CLASS.name, subject }, &CLASS, None).await
}

fn answered(permit: Permit, refused: bool) {
    let answer = if refused { Response::of(429, &[("retry-after", "1")], "") } else { Response::of(200, &[], "") };
    permit.end(Ok(&answer));
}

/// Asks at each tick for all that wait, first come first served, until all have gone.
fn carried_out(calls: &[Call], together: bool) -> Seen {
    let clock = ManualClock::at(at(0));
    let limits = Limits::new(Arc::new(clock.clone()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _inside = runtime.enter();
    let (mut service, mut seen) = (Service { together, counters: BTreeMap::new() }, Seen::default());
    let mut waiting: Vec<&Call> = calls.iter().collect();
    waiting.sort_by_key(|call| call.wanted);
    let mut under_way: Vec<(u64, &Call, Permit, bool)> = Vec::new();
    for tick in 0.. {
        if waiting.is_empty() && under_way.is_empty() {
            break;
        }
        assert!(tick < 100_000, "{} calls wait for ever", waiting.len());
        let now = at(tick * TICK);
        clock.advance_to(now);
        for (_, call, permit, refused) in under_way.extract_if(.., |(due, ..)| *due <= tick) {
            if call.is_lost {
                drop(permit);
            } else {
                seen.answers.push(Answer { at: now, row: call.row, refused });
                answered(permit, refused);
            }
        }
        waiting.retain(|call| {
            let went = (call.wanted <= tick).then(|| turn(&limits, call.row).now_or_never()).flatten();
            let Some(permit) = went else { return true };
            seen.sent.push((now, call.row));
            seen.late.push(now.since(at(call.wanted * TICK)));
            under_way.push((tick + call.delay, call, permit.unwrap(), service.refuses(call.row, now)));
            false
        });
    }
    seen
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = (0..12_u8, 0..30_u64, 0..6_u64, proptest::bool::weighted(0.1));
    vec(call.prop_map(|(row, wanted, delay, is_lost)| Call { row, wanted, delay, is_lost }), 1..40)
}

proptest! {
    #[test]
    fn no_row_sends_more_than_its_limit_in_any_window(calls in calls(), together: bool) {
        let seen = carried_out(&calls, together);
        for (end, row) in &seen.sent {
            let from = Timestamp::from_millis(end.as_millis() - 1000);
            prop_assert!(seen.sent_within(from, *end, |other| other == *row) <= 3);
        }
    }

    #[test]
    fn once_refusals_show_that_rows_are_counted_together_all_keep_to_one_limit(calls in calls()) {
        let seen = carried_out(&calls, true);
        let Some(widened) = seen.widened() else { return Ok(()) };
        for (end, _) in seen.sent.iter().filter(|(sent, _)| *sent > widened) {
            let from = Timestamp::from_millis(end.as_millis() - 1000);
            prop_assert!(seen.sent_within(from, *end, |_| true) <= 3, "at {end}");
        }
    }

    #[test]
    fn where_each_is_counted_by_itself_nobody_is_refused_and_no_row_holds_up_another(calls in calls()) {
        let seen = carried_out(&calls, false);
        prop_assert!(seen.answers.iter().all(|answer| !answer.refused));
        let alone = |row| calls.iter().filter(|call| call.row == row).cloned().collect::<Vec<_>>();
        let mut late: Vec<Duration> = (0..12).flat_map(|row| carried_out(&alone(row), false).late).collect();
        let mut beside = seen.late;
        late.sort();
        beside.sort();
        prop_assert_eq!(beside, late);
    }
}

#[test]
fn rows_that_are_counted_together_all_come_to_their_turn() {
    let calls: Vec<Call> = (0..40).map(|row| Call { row, wanted: 0, delay: 1, is_lost: false }).collect();
    let seen = carried_out(&calls, true);
    let refused = seen.answers.iter().filter(|answer| answer.refused).count();
    assert_eq!((seen.sent.len(), refused), (40, 37), "all were under way before the first answer");
    let later: Vec<Call> = (0..40).map(|row| Call { row, wanted: row.into(), delay: 1, is_lost: false }).collect();
    let seen = carried_out(&later, true);
    let refused = seen.answers.iter().filter(|answer| answer.refused).count();
    assert!(seen.sent.len() == 40 && refused < 10, "{refused} refused");
}
