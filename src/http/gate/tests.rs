//! Runs that share their ways to services.

use std::time::Duration;

use futures_util::FutureExt as _;

use super::pass::{LONGEST_PAUSE, pause};
use super::*;
use crate::clock::{ManualClock, Timestamp};

const PLACE: &str = "service.test:443";

async fn enter(gate: &Gate) -> Pass {
    gate.enter(PLACE, true, Timeout::default()).await.unwrap().0
}

/// A service that two runs found silent.
async fn silent() -> (ManualClock, Gate, Gate) {
    let clock = ManualClock::at(Timestamp::default());
    let gate = Gate::new(Arc::new(clock.clone()));
    let (one, other) = (gate.shared(), gate.shared());
    for number in 0..5 {
        enter(if number % 2 == 0 { &one } else { &other }).await.silent("refused");
    }
    (clock, one, other)
}

#[tokio::test]
async fn who_waits_goes_one_after_another_and_the_first_first() {
    let (clock, one, other) = silent().await;
    let (mut first, mut second) = (Box::pin(enter(&one)), Box::pin(enter(&other)));
    assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
    clock.advance(LONGEST_PAUSE);
    // Whoever came later looks first, and does not go first.
    assert!((&mut second).now_or_never().is_none());
    drop(first);
    let trial = (&mut second).now_or_never().unwrap();
    let mut third = Box::pin(enter(&one));
    assert!((&mut third).now_or_never().is_none());
    trial.answered();
    assert!(third.now_or_never().is_some());
}

#[tokio::test]
async fn a_run_that_stops_ends_its_own_waits_alone() {
    let (_clock, one, other) = silent().await;
    let mut mine = Box::pin(one.enter(PLACE, true, Timeout::default()));
    let mut theirs = Box::pin(other.enter(PLACE, true, Timeout::default()));
    assert!((&mut mine).now_or_never().is_none() && (&mut theirs).now_or_never().is_none());
    one.release();
    let error = mine.now_or_never().unwrap().err().unwrap();
    assert!(error.withdrawn && !error.sent && !error.transient);
    assert!(theirs.now_or_never().is_none());
}

#[tokio::test]
async fn nobody_waits_beyond_a_deadline() {
    let (_clock, one, _) = silent().await;
    let timeout = Timeout { left: Some(Duration::ZERO), ..Timeout::default() };
    let error = one.enter(PLACE, true, timeout).await.err().unwrap();
    assert!(error.transient && error.timeout && !error.sent);
}

#[tokio::test]
async fn another_service_is_not_waited_for() {
    let (_clock, one, _) = silent().await;
    assert!(one.enter("other.test:443", true, Timeout::default()).now_or_never().is_some());
    assert_eq!(one.silent(), [PLACE]);
}

#[tokio::test]
async fn after_a_refusal_rows_go_one_by_one_and_those_with_limits_of_their_own_are_not_held() {
    let clock = ManualClock::at(Timestamp::default());
    let gate = Gate::new(Arc::new(clock.clone()));
    let (one, other) = (gate.shared(), gate.shared());
    enter(&one).await.refused(|_| Some(Duration::from_secs(20)));
    let (mut mine, mut theirs) = (Box::pin(enter(&one)), Box::pin(enter(&other)));
    assert!((&mut mine).now_or_never().is_none() && (&mut theirs).now_or_never().is_none());
    assert!(other.enter(PLACE, false, Timeout::default()).now_or_never().is_some());
    clock.advance(Duration::from_secs(20));
    // Whoever is woken looks again.
    drop(mine);
    let first = (&mut theirs).now_or_never().unwrap();
    let mut next = Box::pin(enter(&one));
    assert!((&mut next).now_or_never().is_none());
    first.answered();
    assert!(next.now_or_never().is_some());
}

#[test]
fn pauses_grow_to_a_minute() {
    assert!(pause(0) <= Duration::from_millis(1200));
    assert!(pause(3) > pause(0));
    assert!(pause(u32::MAX) <= Duration::from_secs(72));
}
