//! Who goes when, and what ends a wait.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::at;
use crate::clock::{ManualClock, Timestamp};
use crate::http::Response;
use crate::modelslab::ApiError;
use crate::modelslab::catalogue::{AGENT_AUTH, AGENT_BILLING};
use crate::modelslab::limits::{Key, Limits, Permit, Subject};
use crate::workflow::RateClass;

fn key(class: &RateClass, email: &str) -> Key {
    Key { origin: "https://x.test".into(), class: class.name, subject: Subject::Email(email.into()) }
}

async fn turn(limits: &Limits, email: &str, deadline: Option<Timestamp>) -> Result<Permit, ApiError> {
    limits.turn(key(&AGENT_AUTH, email), &AGENT_AUTH, deadline).await
}

fn answered(permit: Permit, status: u16, headers: &[(&'static str, &'static str)]) {
    permit.end(Ok(&Response::of(status, headers, "")));
}

/// One call at a time may go, and one is under way.
async fn narrow() -> (ManualClock, Limits, Permit) {
    let clock = ManualClock::at(at(0));
    let limits = Limits::new(Arc::new(clock.clone()));
    answered(turn(&limits, "ada", None).await.unwrap(), 429, &[]);
    let under_way = turn(&limits, "ada", None).await.unwrap();
    (clock, limits, under_way)
}

#[tokio::test]
async fn who_comes_first_goes_first() {
    let (_clock, limits, under_way) = narrow().await;
    let (mut first, mut second) = (Box::pin(turn(&limits, "ada", None)), Box::pin(turn(&limits, "ada", None)));
    assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
    drop(under_way);
    assert!((&mut second).now_or_never().is_none(), "the first has not gone");
    let permit = (&mut first).now_or_never().unwrap().unwrap();
    assert!((&mut second).now_or_never().is_none(), "the first is under way");
    drop(permit);
    assert!(second.now_or_never().unwrap().is_ok());
}

#[tokio::test]
async fn who_gives_up_leaves_the_place_to_the_next() {
    let (_clock, limits, under_way) = narrow().await;
    let (mut first, mut second) = (Box::pin(turn(&limits, "ada", None)), Box::pin(turn(&limits, "ada", None)));
    assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
    drop((first, under_way));
    assert!(second.now_or_never().unwrap().is_ok());
}

#[tokio::test]
async fn subjects_classes_and_hosts_do_not_wait_for_each_other() {
    let (_clock, limits, _under_way) = narrow().await;
    assert!(turn(&limits, "ada", None).now_or_never().is_none());
    assert!(turn(&limits, "lin", None).now_or_never().unwrap().is_ok());
    assert!(limits.turn(key(&AGENT_BILLING, "ada"), &AGENT_BILLING, None).now_or_never().unwrap().is_ok());
    let elsewhere = Key { origin: "https://y.test".into(), ..key(&AGENT_AUTH, "ada") };
    assert!(limits.turn(elsewhere, &AGENT_AUTH, None).now_or_never().unwrap().is_ok());
}

#[tokio::test]
async fn a_wait_that_would_end_too_late_is_none() {
    let clock = ManualClock::at(at(0));
    let limits = Limits::new(Arc::new(clock.clone())).scaled(0.0);
    answered(turn(&limits, "ada", None).await.unwrap(), 200, &[]);
    let error = turn(&limits, "ada", Some(at(60_000))).now_or_never().unwrap().err().unwrap();
    assert_eq!((error.status, error.sent, error.transient), (Some(429), false, true));
    assert_eq!(error.retry_after, Some(Duration::from_secs(60)));
    assert!(turn(&limits, "ada", Some(at(60_001))).now_or_never().is_none(), "there is time to wait");
    clock.advance_to(at(60_000));
    assert!(turn(&limits, "ada", Some(at(60_001))).now_or_never().unwrap().is_ok());
}

#[tokio::test]
async fn nobody_waits_for_an_hour() {
    let (_clock, limits, under_way) = narrow().await;
    answered(under_way, 429, &[("retry-after", "3600")]);
    let error = turn(&limits, "ada", None).now_or_never().unwrap().err().unwrap();
    assert_eq!(error.retry_after, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn what_came_to_nothing_does_not_count() {
    let clock = ManualClock::at(at(0));
    let limits = Limits::new(Arc::new(clock)).scaled(0.0);
    let permit = turn(&limits, "ada", None).await.unwrap();
    permit.end(Err(&ApiError::not_sent("cannot connect".into())));
    assert!(turn(&limits, "ada", None).now_or_never().unwrap().is_ok());
}

#[tokio::test]
async fn a_run_that_stops_ends_all_waits() {
    let (_clock, limits, under_way) = narrow().await;
    let mut waiting = Box::pin(turn(&limits, "ada", None));
    assert!((&mut waiting).now_or_never().is_none());
    limits.release();
    assert!(waiting.now_or_never().unwrap().err().unwrap().is(ApiError::WITHDRAWN));
    drop(under_way);
    assert!(turn(&limits, "ada", None).now_or_never().unwrap().is_ok(), "who comes later may wait");
}

#[tokio::test]
async fn the_services_clock_need_not_agree_with_ours() {
    let clock = ManualClock::at(at(0));
    let limits = Limits::new(Arc::new(clock));
    let told = [
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1795309230"),
        ("date", "Sun, 22 Nov 2026 01:00:00 GMT"),
    ];
    answered(turn(&limits, "ada", None).await.unwrap(), 200, &told);
    let error = turn(&limits, "ada", Some(at(1))).now_or_never().unwrap().err().unwrap();
    assert_eq!(error.retry_after, Some(Duration::from_secs(30)));
}
