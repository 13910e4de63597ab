//! A fleet as a page of text.

use std::time::Duration;

use super::*;
use crate::clock::Timestamp;
use crate::fleet::fixture::{self, started};
use crate::fleet::{FleetEntry, FleetFact, FleetState, Happening, Row, RowEvent, RowId, RowTrouble};
use crate::id::{StepId, TaskPath};
use crate::report::look::Look;
use crate::run::{ErrorKind, RunStatus, StepError};

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000)
}

fn step(name: &str) -> StepId {
    StepId::new(name).unwrap()
}

/// Rows of agents 1 to 5, of which so many have begun in the first second.
fn fleet(begun: u32) -> FleetState {
    let row = |number: u64| Row { number, ..fixture::row(&format!("agent+{number}@onramp.test")) };
    let mut state = FleetState::new(started(), "sha256:a".into(), at(0));
    state.apply(&FleetEntry { at: at(0), fact: FleetFact::RowsAdded((1..=5).map(row).collect()) }).unwrap();
    (1..=begun).for_each(|number| happens(&mut state, number, 1, Happening::Began));
    state
}

fn happens(state: &mut FleetState, number: u32, second: i64, what: Happening) {
    state.apply_row(RowId::new(number).unwrap(), RowEvent { at: at(second), what }, 0).unwrap();
}

fn ends(state: &mut FleetState, number: u32, second: i64, status: RunStatus) {
    happens(state, number, second, Happening::Ended(status));
}

fn troubled(name: &str, kind: ErrorKind, code: &str, message: &str) -> Happening {
    let (task, error) = (TaskPath::step(step(name)), StepError::new(kind, code, message));
    Happening::Troubled(Box::new(RowTrouble { task, error }))
}

fn shown(state: &FleetState, is_live: bool) -> String {
    page(&FleetSummary::new(state, is_live, ".onramp/fleets/q4".into(), None), &Look::plain(80))
}

#[test]
fn a_fleet_says_what_failed_and_what_does_it_again() {
    let mut state = fleet(4);
    ends(&mut state, 1, 9, RunStatus::Succeeded);
    for number in [2, 3] {
        happens(&mut state, number, 5, troubled("code", ErrorKind::Mail, "mail.timeout", "no mail within 180 s"));
        ends(&mut state, number, 6, RunStatus::Failed);
    }
    happens(&mut state, 4, 5, troubled("invite", ErrorKind::Service, RowTrouble::IN_DOUBT, "was ada invited?"));
    ends(&mut state, 4, 7, RunStatus::InDoubt);
    insta::assert_snapshot!(shown(&state, false), @r#"
    q4  bootstrap  5 rows  stopped after 9.0 s
    ✓ 1 succeeded  ✗ 2 failed  ? 1 in doubt  1 waiting

    2 rows  mail.timeout at code
      agent+2@onramp.test: no mail within 180 s
      onramp fleet resume q4 --failed --where 'error.code == "mail.timeout" && error.step == "code"'
    1 row  in_doubt at invite
      agent+4@onramp.test: was ada invited?
      onramp fleet resolve q4 --where 'error.code == "in_doubt" && error.step == "invite"' --done  # where it took place
      onramp fleet resolve q4 --where 'error.code == "in_doubt" && error.step == "invite"' --redo  # where it did not

     TOOK  SLOWEST ROWS
    8.0 s  agent+1@onramp.test
    6.0 s  agent+4@onramp.test
    5.0 s  agent+2@onramp.test
    5.0 s  agent+3@onramp.test

    onramp fleet resume q4
    "#);
}

#[test]
fn waits_are_told_where_they_matter() {
    let mut state = fleet(5);
    let waited = |name: &str, millis| Happening::Waited(step(name), Duration::from_millis(millis));
    for (number, what) in [(1, waited("signup", 999)), (2, waited("verify", 60_000)), (3, waited("verify", 30_000))] {
        happens(&mut state, number, 90, what);
    }
    (1..=5).for_each(|number| ends(&mut state, number, 100 + i64::from(number), RunStatus::Succeeded));
    insta::assert_snapshot!(shown(&state, false), @r"
    q4  bootstrap  5 rows  over after 1m 45s
    ✓ 5 succeeded

      TOOK  SLOWEST ROWS
    1m 44s  agent+5@onramp.test
    1m 43s  agent+4@onramp.test
    1m 42s  agent+3@onramp.test
    1m 41s  agent+2@onramp.test
    1m 40s  agent+1@onramp.test

    WAITED  LONGEST  TRIES  FOR THEIR TURN
    1m 30s   1m 00s      2  verify

    onramp fleet export q4 --format csv --reveal -o q4.csv  # the outputs, secret ones too
    ");
}

/// One of its rows is under way; a day later somebody looked whether anything was left to do.
fn looked_at_a_day_later() -> FleetState {
    let mut state = fleet(1);
    happens(&mut state, 1, 7, Happening::Attempted);
    let resumed = FleetFact::Resumed { wary: false, trusted: false };
    state.apply(&FleetEntry { at: at(86_400), fact: resumed }).unwrap();
    state
}

#[test]
fn a_fleet_at_rest_has_stopped_after_what_last_became_of_a_row() {
    insta::assert_snapshot!(shown(&looked_at_a_day_later(), false), @r"
    q4  bootstrap  5 rows  stopped after 7.0 s
    1 stopped  4 waiting

    onramp fleet resume q4
    ");
}

#[test]
fn a_fleet_with_a_process_is_under_way() {
    insta::assert_snapshot!(shown(&looked_at_a_day_later(), true), @r"
    q4  bootstrap  5 rows  under way for 1d 00h
    1 under way  4 waiting
    ");
}
