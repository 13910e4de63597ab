//! The window against a service that counts by itself, with generated calls, delays and answers.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::at;
use crate::clock::Timestamp;
use crate::modelslab::limits::Lesson;
use crate::modelslab::limits::window::{Sent, Turn, Window};
use crate::workflow::Rate;

const RATE: Rate = Rate { count: 3, per: Duration::from_millis(1000) };

/// When a call is wanted after the one before, and how long request and answer are under way.
#[derive(Debug, Clone)]
struct Call {
    gap: u64,
    there: u64,
    back: u64,
}

/// A service as Laravel's: the window opens with the first request.
struct Service {
    limit: u32,
    closes: Timestamp,
    used: u32,
}

impl Service {
    fn answer(&mut self, now: Timestamp) -> Lesson {
        if self.closes <= now {
            (self.closes, self.used) = (now.plus(RATE.per), 0);
        }
        let refused = self.used >= self.limit;
        self.used += u32::from(!refused);
        let reset = Some(self.closes.since(now));
        Lesson { refused, rest: reset.filter(|_| refused), left: Some(self.limit - self.used), reset }
    }
}

enum Event {
    Arrives,
    Answered(Lesson),
}

/// What came of it, all by time.
#[derive(Default)]
struct Seen {
    sent: Vec<Timestamp>,
    arrived: Vec<Timestamp>,
    answered: Vec<(Timestamp, Lesson)>,
}

/// Lets the calls go as the window says, first come first served.
fn carried_out(calls: &[Call], mut answer: impl FnMut(Timestamp) -> Lesson) -> Seen {
    let (mut window, mut seen, mut now) = (Window::new(RATE), Seen::default(), at(0));
    let mut events: BTreeMap<(Timestamp, usize), Event> = BTreeMap::new();
    let mut sent: Vec<Sent> = Vec::new();
    // How many may be under way since the last refusal.
    let (mut in_flight, mut abreast, mut refusals) = (0, usize::MAX, 0);
    let mut epochs: Vec<usize> = Vec::new();
    let mut wanted = at(0);
    loop {
        let next = calls.get(sent.len());
        wanted =
            next.map_or(wanted, |call| wanted.max(seen.sent.last().copied().unwrap_or(at(0)).plus(millis(call.gap))));
        let turn = next.map(|_| match window.turn(now.max(wanted)) {
            Turn::Now => Some(now.max(wanted)),
            Turn::At(later) => Some(later),
            Turn::AfterAnAnswer => None,
        });
        let event = events.keys().next().copied();
        match (turn.flatten(), event) {
            (Some(moment), event) if event.is_none_or(|(due, _)| moment < due) => {
                now = moment;
                if window.turn(now) == Turn::Now {
                    let call = &calls[sent.len()];
                    events.insert((now.plus(millis(call.there)), sent.len()), Event::Arrives);
                    sent.push(window.send());
                    seen.sent.push(now);
                    epochs.push(refusals);
                    in_flight += 1;
                    assert!(in_flight <= abreast, "{in_flight} under way, {abreast} allowed");
                }
            }
            (_, Some((due, number))) => {
                now = due;
                match events.remove(&(due, number)).unwrap() {
                    Event::Arrives => {
                        seen.arrived.push(now);
                        let back = now.plus(millis(calls[number].back));
                        events.insert((back, number), Event::Answered(answer(now)));
                    }
                    Event::Answered(lesson) => {
                        window.end(sent[number], now, Some(&lesson));
                        in_flight -= 1;
                        if lesson.refused {
                            (abreast, refusals) = (1, refusals + 1);
                        } else if epochs[number] == refusals && abreast < usize::MAX {
                            let more = abreast + 1;
                            abreast = if more < 3 { more } else { usize::MAX };
                        }
                        seen.answered.push((now, lesson));
                    }
                }
            }
            (_, None) => {
                assert!(next.is_none(), "a call waits for ever");
                return seen;
            }
        }
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let gap = prop_oneof![3 => Just(0_u64), 1 => 0..1500_u64];
    let call = (gap, 1..400_u64, 1..400_u64).prop_map(|(gap, there, back)| Call { gap, there, back });
    vec(call, 1..25)
}

fn lessons() -> impl Strategy<Value = Vec<Lesson>> {
    let rest = proptest::option::of((0..2500_u64).prop_map(millis));
    let reset = proptest::option::of((0..2500_u64).prop_map(millis));
    let lesson = (proptest::bool::weighted(0.2), rest, proptest::option::of(0..5_u32), reset);
    vec(lesson.prop_map(|(refused, rest, left, reset)| Lesson { refused, rest, left, reset }), 1..25)
}

proptest! {
    #[test]
    fn a_service_that_keeps_to_its_documents_refuses_nothing(calls in calls()) {
        let mut service = Service { limit: RATE.count, closes: at(0), used: 0 };
        let seen = carried_out(&calls, |now| service.answer(now));
        prop_assert!(seen.answered.iter().all(|(_, lesson)| !lesson.refused));
    }

    #[test]
    fn a_service_that_allows_less_is_asked_again_when_it_says_and_one_by_one(calls in calls(), limit in 1..3_u32) {
        let mut service = Service { limit, closes: at(0), used: 0 };
        let seen = carried_out(&calls, |now| service.answer(now));
        let refused = seen.answered.iter().filter(|(_, lesson)| lesson.refused).count();
        // Only what was under way before the first answer can be too much at once.
        prop_assert!(refused <= seen.sent.len() / 2 + 2, "{} of {}", refused, seen.sent.len());
    }

    #[test]
    fn whatever_answers_say_no_period_has_more_than_its_limit(calls in calls(), lessons in lessons()) {
        let mut taught = lessons.iter().cycle().cloned();
        let seen = carried_out(&calls, |_| taught.next().unwrap());
        for &first in &seen.arrived {
            let period = seen.arrived.iter().filter(|&&other| other >= first && other < first.plus(RATE.per));
            prop_assert!(period.count() <= 3);
        }
    }

    #[test]
    fn nothing_is_sent_while_the_service_asks_for_rest_and_no_more_than_it_says_is_left(
        calls in calls(),
        lessons in lessons(),
    ) {
        let mut taught = lessons.iter().cycle().cloned();
        let seen = carried_out(&calls, |_| taught.next().unwrap());
        for (told, lesson) in &seen.answered {
            let sent_until = |end: Timestamp| seen.sent.iter().filter(|&&sent| sent > *told && sent < end).count();
            if let Some(rest) = lesson.rest.filter(|_| lesson.refused) {
                prop_assert_eq!(sent_until(told.plus(rest)), 0);
            }
            if let Some(left) = lesson.left {
                let reset = lesson.reset.map_or(RATE.per, |reset| reset.min(RATE.per));
                prop_assert!(sent_until(told.plus(reset)) <= left as usize);
            }
        }
    }
}
