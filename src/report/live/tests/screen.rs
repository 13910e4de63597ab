//! A run as a terminal sees it.

use std::sync::Arc;

use super::super::*;
use crate::clock::ManualClock;
use crate::report::tests::scenario::*;
use crate::report::tests::screen::{Screen, until};

#[test]
fn a_run_is_drawn_as_it_goes_and_nothing_of_it_remains() {
    let (screen, pictures) = Screen::new();
    let mut tape = Tape::start(bootstrap());
    let clock = Arc::new(ManualClock::at(tape.now));
    let mut live = Live::new(screen, Arc::new(|| (24, 80)), Look::plain(80), clock.clone());
    live.committed(&tape.entries[0], &tape.plan, &tape.state);
    until(&pictures, "signup    0.0 s  running");
    clock.advance(Duration::from_millis(1_200));
    until(&pictures, "signup    1.2 s  running");
    let rows = pictures.recv().unwrap();
    assert!(rows.concat().ends_with('\r'), "what a terminal echoes now stands on the view: {rows:?}");
    tape.wait(1_200).end("signup", done());
    tape.entries[2..].iter().for_each(|entry| live.committed(entry, &tape.plan, &tape.state));
    until(&pictures, "waiting for mail");
    live.ended(&tape.plan, &tape.state);
    let last = pictures.try_iter().last().expect("the end draws once more");
    assert!(last.iter().all(|row| row.trim().is_empty()), "{last:?}");
    drop(live);
}
