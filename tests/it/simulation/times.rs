//! Retries to the millisecond.

use std::time::Duration;

use onramp::http::retry_after;
use onramp::run::{Fact, RunStatus};

use super::host::CrashPoint;
use super::life::{BEGIN, Life, plan};
use super::script::Try;
use super::world::World;
use super::yaml_world::smooth;

const BROKEN: Try = Try::Broken { effect: false, retry_after: None };

/// The times at which the attempts of a run began, in milliseconds since its beginning.
fn begins(life: &Life<'_>) -> Vec<i64> {
    let begun = life.entries.iter().filter(|entry| matches!(entry.fact, Fact::AttemptStarted(_)));
    begun.map(|entry| entry.at.as_millis() - BEGIN.as_millis()).collect()
}

/// When the attempts of the one step `s` begin, and how and when the run ends.
fn run(step: &str, tries: &[(Try, u64)]) -> (Vec<i64>, RunStatus, i64) {
    let plan = plan(&format!("steps:\n  s: {{ {step} }}\n"));
    let mut life = Life::new(&plan, World::new(smooth().with("s", tries)));
    let state = life.finish();
    (begins(&life), state.status, state.now.as_millis() - BEGIN.as_millis())
}

#[test]
fn delays_grow_up_to_the_maximum_and_nothing_is_waited_for_after_the_last_try() {
    let retry = "retry: { max-attempts: 5, delay: 100ms, factor: 3, max-delay: 1s, jitter: false }";
    let (begins, status, end) = run(&format!("uses: sim.read, {retry}"), &[(BROKEN, 10); 9]);
    // 10 for each try, and 100, 300, 900, 1000 between.
    assert_eq!(begins, [0, 110, 420, 1330, 2340]);
    assert_eq!((status, end), (RunStatus::Failed, 2350));
}

#[test]
fn jitter_stays_below_the_full_delay_and_repeats_itself() {
    let retry = "retry: { max-attempts: 8, delay: 1s, factor: 2, max-delay: 8s }";
    let (begins, ..) = run(&format!("uses: sim.read, {retry}"), &[(BROKEN, 10); 9]);
    let delays: Vec<i64> = begins.windows(2).map(|pair| pair[1] - pair[0] - 10).collect();
    for (delay, full) in delays.iter().zip([1000, 2000, 4000, 8000, 8000, 8000, 8000]) {
        assert!((0..full).contains(delay), "{delay} of {full}");
    }
    assert!(delays.iter().any(|delay| delay % 1000 != 0), "nothing was drawn: {delays:?}");
    assert_eq!(begins, run(&format!("uses: sim.read, {retry}"), &[(BROKEN, 10); 9]).0);
}

#[test]
fn retry_after_overrules_the_delay_up_to_its_bound() {
    let asks = |seconds| Try::Throttled(Some(seconds));
    let retry = "retry: { max-attempts: 9, delay: 1s, jitter: false }";
    let (begins, status, _) =
        run(&format!("uses: sim.once, {retry}"), &[(asks(0), 10), (asks(7), 10), (asks(300), 10)]);
    assert_eq!((begins, status), (vec![0, 10, 7020, 307_030], RunStatus::Succeeded));
    let (begins, status, end) = run(&format!("uses: sim.once, {retry}"), &[(asks(301), 10)]);
    assert_eq!((begins, status, end), (vec![0], RunStatus::Failed, 10));
}

#[test]
fn no_try_starts_after_max_elapsed_or_at_the_timeout() {
    let retry = |more: &str| format!("uses: sim.read, retry: {{ delay: 90ms, factor: 1, jitter: false{more} }}");
    // Tries at 0, 100, 200, 300.
    let tries = [(BROKEN, 10); 9];
    assert_eq!(run(&retry(", max-elapsed: 200ms"), &tries).0, [0, 100, 200]);
    assert_eq!(run(&retry(", max-elapsed: 199ms"), &tries).0, [0, 100]);
    assert_eq!(run(&format!("{}, timeout: 201ms", retry("")), &tries).0, [0, 100, 200]);
    let (begins, status, end) = run(&format!("{}, timeout: 200ms", retry("")), &tries);
    assert_eq!((begins, status, end), (vec![0, 100], RunStatus::Failed, 110));
}

#[test]
fn an_attempt_is_cut_off_at_the_timeout() {
    let (begins, status, end) = run("uses: sim.read, timeout: 1s", &[(Try::Succeeds, 1001)]);
    assert_eq!((begins, status, end), (vec![0], RunStatus::Failed, 1000));
    assert_eq!(run("uses: sim.read, timeout: 1s", &[(Try::Succeeds, 1000)]).1, RunStatus::Succeeded);
}

/// Dies in `commit`, is gone for so many milliseconds, and ends: when it was back, when attempts began, and how it ended.
fn over(away: u64, step: &str, tries: &[(Try, u64)], commit: u64) -> (i64, Vec<i64>, RunStatus) {
    let plan = plan(&format!("steps:\n  s: {{ {step} }}\n"));
    let mut life = Life::new(&plan, World::new(smooth().with("s", tries)));
    let (state, died) = life.live(Some(CrashPoint { commit, launched: true }));
    assert!(died);
    life.killed(&state, away, || true);
    let state = life.finish();
    let resumed = life.entries.iter().find(|entry| matches!(entry.fact, Fact::Resumed(_))).unwrap();
    (resumed.at.as_millis() - BEGIN.as_millis(), begins(&life), state.status)
}

/// The same with a day away, which is taken off again.
fn over_a_day(step: &str, tries: &[(Try, u64)], commit: u64) -> (Vec<i64>, RunStatus) {
    const DAY: i64 = 24 * 3600 * 1000;
    let (back, begins, status) = over(DAY as u64, step, tries, commit);
    (begins.into_iter().map(|at| if at >= back { at - DAY } else { at }).collect(), status)
}

#[test]
fn downtime_counts_against_no_budget() {
    let retry = "retry: { max-attempts: 9, delay: 90ms, factor: 1, jitter: false, max-elapsed: 200ms }";
    let tries = [(BROKEN, 10); 9];
    // In the second commit the first retry is waited for; when the process is back, it is due.
    let (begins, status) = over_a_day(&format!("uses: sim.read, {retry}"), &tries, 2);
    assert_eq!((begins, status), (vec![0, 10, 110], RunStatus::Failed));
    let (begins, _) =
        over_a_day("uses: sim.read, timeout: 150ms, retry: { delay: 90ms, factor: 1, jitter: false }", &tries, 2);
    assert_eq!(begins, [0, 10, 110]);
}

#[test]
fn an_interrupted_step_keeps_its_tries_and_a_failed_one_gets_fresh_ones() {
    let step = "uses: sim.repeat, retry: { max-attempts: 3, delay: 90ms, factor: 1, jitter: false }";
    let tries = [(BROKEN, 10); 9];
    // The first attempt is cut off and does not count: three more follow.
    assert_eq!(over_a_day(step, &tries, 1).0, [0, 0, 100, 200]);
    let plan = plan(&format!("steps:\n  s: {{ {step} }}\n"));
    let mut life = Life::new(&plan, World::new(smooth().with("s", &tries)));
    assert_eq!(life.finish().status, RunStatus::Failed);
    assert_eq!(life.finish().status, RunStatus::Failed);
    assert_eq!(begins(&life), [0, 100, 200, 210, 310, 410]);
}

/// Throttled after a second each time, and asked to rest for seven more.
const RESTS: [(Try, u64); 9] = [(Try::Throttled(Some(7)), 1000); 9];

#[test]
fn a_rest_that_a_service_asked_for_ends_when_it_said_whoever_died_meanwhile() {
    let once = &RESTS[..1];
    let step = "uses: sim.once, retry: { max-attempts: 9, delay: 1s, jitter: false }";
    for away in [1, 3000, 7000] {
        assert_eq!(over(away, step, once, 2).1, [0, 8000], "back after {away} ms");
    }
    assert_eq!(over(7001, step, once, 2).1, [0, 8001], "the time away is part of the rest");
}

#[test]
fn a_rest_until_a_date_ends_then_whoever_died_meanwhile() {
    let answered = BEGIN.plus(Duration::from_secs(1));
    let date = |name: &str| (name == "retry-after").then_some("Sun, 22 Nov 2026 01:34:25 GMT");
    let rest = retry_after(date, answered).unwrap();
    let tries = [(Try::Throttled(Some(rest.as_secs())), 1000)];
    let step = "uses: sim.once, retry: { max-attempts: 9, delay: 1s, jitter: false }";
    assert_eq!(run(step, &tries).0, [0, 20_000]);
    assert_eq!(over(3000, step, &tries, 2).1, [0, 20_000]);
    assert_eq!(over(60_000, step, &tries, 2).1, [0, 61_000]);
}

#[test]
fn the_time_away_from_a_rest_counts_against_no_budget() {
    let step = "uses: sim.once, retry: { max-attempts: 9, delay: 1s, jitter: false, max-elapsed: 9s }";
    // A second for the try; a minute away; a second, seven of rest.
    assert_eq!(over(60_000, step, &RESTS, 2), (61_000, vec![0, 61_000, 69_000], RunStatus::Failed));
    // Of the rest, four seconds were waited for here; with the next it would be thirteen.
    assert_eq!(over(3000, step, &RESTS, 2), (4000, vec![0, 8000], RunStatus::Failed));
    assert_eq!(over(3000, &step.replace("9s", "13s"), &RESTS, 2).1, [0, 8000, 16_000]);
}
