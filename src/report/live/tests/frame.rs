//! Pictures of the live view.

use super::super::frame::*;
use super::super::view::View;
use crate::clock::Timestamp;
use crate::report::look::Look;
use crate::report::stand::Stand;
use crate::report::tests::scenario::*;
use crate::report::text::columns;
use crate::run::{ErrorKind, Happened, Outcome, ProbeAnswer, StepError, Stop};
use crate::workflow::RetryClass;

fn picture(tape: &Tape, height: usize, width: usize) -> String {
    let mut view = None;
    for entry in &tape.entries {
        match &mut view {
            None => view = Some(View::new(&tape.plan, &tape.state)),
            Some(view) => view.committed(entry, &tape.plan, &tape.state),
        }
    }
    draw(&view.unwrap(), &Moment { now: tape.now, height }, &Look { unicode: false, ..Look::plain(width) }).join("\n")
}

#[test]
fn waiting_steps_say_what_they_wait_for() {
    let mut tape = Tape::start(bootstrap());
    tape.wait(1_300);
    let steps = "
  \\ signup    1.3 s  running
  . code             waits for signup
  . invite           waits for code
  . key              waits for code";
    assert_eq!(picture(&tape, 24, 80), format!("\\ bootstrap  0/4 steps  1.3 s  20261122-013405-k7qz2m{steps}"));
}

#[test]
fn a_doubt_counts_down_to_its_look() {
    let mut tape = Tape::start(bootstrap());
    tape.wait(200).end("signup", lost()).wait(900);
    assert!(picture(&tape, 24, 80).contains("in doubt (network): looking in 4.1 s"));
    tape.fire("signup");
    assert!(picture(&tape, 24, 80).contains("in doubt: looking whether it took place"));
    tape.look("signup", ProbeAnswer::CannotTell { reason: "no".into(), again: None });
    assert!(picture(&tape, 24, 80).contains("? signup    5.2 s  in doubt: a person must decide"));
}

#[test]
fn a_remedy_is_named_with_its_cause() {
    let mut tape = Tape::start(bootstrap());
    let error = StepError::new(ErrorKind::Mail, "mail.timeout", "no mail came");
    tape.end("signup", done()).end("code", Outcome::failed(Happened::None, error));
    assert!(picture(&tape, 24, 80).contains("modelslab.resend_verification after mail.timeout"));
    tape.end("code/on-error", done());
    assert!(picture(&tape, 24, 80).contains("waiting for mail, try 2"));
}

#[test]
fn items_stand_below_their_step_until_it_ends() {
    let mut tape = Tape::start(bootstrap());
    tape.end("signup", done()).end("code", done()).wait(40);
    tape.end("invite[ada@onramp.test]", done()).end("key", too_many()).wait(300);
    assert_eq!(
        picture(&tape, 24, 80).lines().skip(3).collect::<Vec<_>>(),
        [
            "  / invite               0.3 s  1/2",
            "    + ada@onramp.test    40 ms",
            "    / lin@onramp.test    0.3 s  running",
            "  / key                  0.3 s  try 2 (429) in 1.2 s",
        ]
    );
    tape.end("invite[lin@onramp.test]", done());
    assert!(!picture(&tape, 24, 80).contains("ada@"));
}

#[test]
fn a_picture_fits_the_terminal_whatever_the_size_of_the_matrix() {
    let mut plan = bootstrap();
    plan.steps[2].matrix.as_mut().unwrap().max_parallel = None;
    let items: Vec<String> = (0..200).map(|number| format!("member{number}@onramp.test")).collect();
    let mut tape = Tape::begin(plan, items, Timestamp::from_millis(0));
    tape.end("signup", done()).end("code", done());
    for number in 0..150 {
        let outcome = if number % 10 == 0 { refused("no") } else { done() };
        tape.end(&format!("invite[member{number}@onramp.test]"), outcome);
    }
    for (height, width) in [(24, 80), (10, 60), (5, 30), (2, 12), (0, 0)] {
        let picture = picture(&tape, height, width);
        assert!(picture.lines().count() < height.max(3), "{height}: {picture}");
        assert!(picture.lines().all(|line| columns(line) < width.max(1)), "{width}: {picture}");
    }
    assert!(picture(&tape, 10, 80).contains("135/200, 15 failed"), "{}", picture(&tape, 10, 80));
}

#[test]
fn what_the_view_folds_is_what_the_state_says() {
    for tape in [good(), bad(), doubtful()] {
        let mut view = View::new(&tape.plan, &Tape::start(bootstrap()).state);
        tape.entries.iter().for_each(|entry| view.committed(entry, &tape.plan, &tape.state));
        for (row, step) in view.steps.iter().zip(&tape.state.steps) {
            assert_eq!(row.stand(), Stand::of_step(step.status(), true), "{}", row.id);
            assert_eq!(row.attempts(), step.attempts(), "{}", row.id);
        }
    }
}

#[test]
fn a_stop_has_a_line_of_its_own_that_is_never_left_out() {
    let mut tape = Tape::start(bootstrap());
    tape.push(crate::run::Fact::StopRequested(Stop::Interrupt));
    for height in [24, 5] {
        let picture = picture(&tape, height, 80);
        assert!(picture.lines().count() < height, "{picture}");
        assert!(picture.ends_with(word(Stop::Interrupt)), "{picture}");
    }
}

#[test]
fn retries_are_called_by_their_class() {
    let mut tape = Tape::start(bootstrap());
    let error = StepError::new(ErrorKind::Service, "service.503", "down").class(RetryClass::Server);
    tape.end("signup", Outcome::failed(Happened::None, error));
    assert!(picture(&tape, 24, 80).contains("try 2 (5xx) in 1.5 s"));
}

#[test]
fn a_failure_that_is_let_pass_says_so() {
    let mut plan = bootstrap();
    plan.steps[0].continue_on_error = true;
    let mut tape = Tape::start(plan);
    tape.wait(40).end("signup", refused("no"));
    assert!(picture(&tape, 24, 80).contains("x signup    40 ms  failed, allowed: service.422"));
}

#[test]
fn a_teardown_shows_how_far_it_is() {
    let tape = half_torn_down();
    let mut view = View::new(&tape.plan, &tape.state);
    // Folded from entries it is the same as seen at once.
    tape.entries.iter().for_each(|entry| view.committed(entry, &tape.plan, &tape.state));
    let moment = Moment { now: tape.now, height: 20 };
    let rows = draw(&view, &moment, &Look::plain(80));
    let rows: Vec<String> = rows.iter().skip(1).map(|row| row.trim_end().to_owned()).collect();
    let words: Vec<&str> = rows.iter().map(|row| row.trim()).collect();
    assert!(words[0].starts_with("· signup") && words[1].starts_with("· code"), "{rows:#?}");
    assert!(words[2].contains("invite") && words[2].contains("1/2 undone"), "{rows:#?}");
    assert!(words[3].contains("ada@onramp.test") && words[3].contains("undoing"), "{rows:#?}");
    assert!(words[4].contains("lin@onramp.test") && words[4].contains("undone"), "{rows:#?}");
    assert!(words[5].starts_with("✗ key") && words[5].contains("undo failed"), "{rows:#?}");
}

#[test]
fn the_live_view_shows_the_round_that_is_undone() {
    let tape = a_round_under_way();
    let mut view = View::new(&tape.plan, &tape.state);
    tape.entries.iter().for_each(|entry| view.committed(entry, &tape.plan, &tape.state));
    let rows = draw(&view, &Moment { now: tape.now, height: 20 }, &Look::plain(80));
    assert!(rows.iter().any(|row| row.contains("key") && row.contains("undoing round 1")), "{rows:#?}");
}
