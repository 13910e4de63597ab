//! A run as a page of text.

use serde_json::json;

use super::scenario::*;
use crate::report::advice::advice;
use crate::report::look::Look;
use crate::report::page::*;
use crate::report::text::columns;
use crate::report::{History, Secrets};
use crate::run::{Fact, Happened, Outcome, StepError, Stop};

fn page(tape: &Tape, width: usize) -> String {
    format!("\n{}", summary(&tape.summary(Secrets::Masked), &Look::plain(width)))
}

#[test]
fn a_success_shows_masked_outputs_and_how_to_see_them() {
    assert_eq!(
        page(&good(), 80),
        "
✓ succeeded  bootstrap  in 2.2 s against the sandbox

  ✓ signup             succeeded  1 try    120 ms
  ✓ code               succeeded  1 try     2.0 s
  ✓ invite             succeeded  2 items   95 ms
    ✓ ada@onramp.test  succeeded  1 try     80 ms
    ✓ lin@onramp.test  succeeded  1 try     95 ms
  ✓ key                succeeded  1 try    120 ms
    │ warning: the name was taken; `production-2` was used

  Outputs
    api_key  ***
    image    https://cdn.onramp.test/images/0001.png
    team     [\"ada@onramp.test\",\"lin@onramp.test\"]

  Run    20261122-013405-k7qz2m
  Files  .onramp/runs/20261122-013405-k7qz2m
  Next
    onramp show 20261122-013405-k7qz2m --reveal  # with the secret outputs
"
    );
}

#[test]
fn names_for_the_environment_stand_before_values_and_long_values_are_whole() {
    let mut summary = good().summary(Secrets::Masked);
    summary.outputs[0].env = Some("MODELSLAB_API_KEY".into());
    let expected = "  Outputs
    api_key  MODELSLAB_API_KEY  ***
    image                       https://cdn.onramp.test/images/0001.png
    team                        [\"ada@onramp.test\",\"lin@onramp.test\"]
";
    assert_eq!(outputs(&summary, &Look::plain(50)), expected);
}

#[test]
fn a_failure_says_why_and_how_to_go_on() {
    let text = page(&bad(), 80);
    let expected = "
  ✗ key                failed     1 try     60 ms
    │ service.422 (service): the name is taken \\u{1b}[31m::error::by another key
    │ of this account, which was made in 2024

  Run    20261122-013405-k7qz2m
  Files  .onramp/runs/20261122-013405-k7qz2m
  Next
    onramp resume 20261122-013405-k7qz2m  # goes on with what failed
    onramp show 20261122-013405-k7qz2m    # when each step ran
";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn a_doubt_says_what_is_unknown_and_a_narrow_terminal_wraps_it() {
    let mut tape = doubtful();
    let sent = [("email", json!("agent@onramp.test").into()), ("password", secret(json!("hunter2-hunter2")))];
    let input = sent.map(|(name, datum)| (name.to_owned(), datum)).into();
    tape.alter(|recorded| recorded.steps[0].tasks[0].input = input);
    assert_eq!(
        page(&tape, 50),
        "
? in doubt  bootstrap
  in 5.2 s against the sandbox

  ? signup  in doubt  1 try  5.2 s
    │ network.reset (network): the connection was
    │ reset while reading the answer
    │ nobody knows whether attempt 1 of `signup`
    │ took place: logging in answers 500
    │ try to log in as agent@onramp.test: if that
    │ works, or asks you to verify the address,
    │ the account was made
  · code    waiting
  · invite  waiting
  · key     waiting

  Run    20261122-013405-k7qz2m
  Files  .onramp/runs/20261122-013405-k7qz2m
  Next
    # looks again, then goes on
    onramp resume 20261122-013405-k7qz2m
    # if it took place
    onramp resolve 20261122-013405-k7qz2m signup --done
    # if not: sends it
    onramp resolve 20261122-013405-k7qz2m signup --redo
    # when each step ran
    onramp show 20261122-013405-k7qz2m
"
    );
}

#[test]
fn what_follows_on_a_failure_says_on_which() {
    let mut tape = Tape::start(bootstrap());
    tape.wait(70).end("signup", refused("no"));
    let text = page(&tape, 80);
    assert!(text.contains("  – code    skipped  because `signup` did not succeed\n"), "{text}");
}

#[test]
fn of_a_large_matrix_only_the_exceptions_are_listed() {
    let items = (0..40).map(|number| format!("member{number}@onramp.test")).collect();
    let mut plan = bootstrap();
    plan.steps[2].matrix.as_mut().unwrap().max_parallel = None;
    let mut tape = Tape::begin(plan, items, crate::clock::Timestamp::from_millis(0));
    tape.end("signup", done()).end("code", done()).end("key", done());
    for number in 0..40 {
        let outcome = if number == 17 { refused("no") } else { done() };
        tape.end(&format!("invite[member{number}@onramp.test]"), outcome);
    }
    let expected = "
  ✗ invite                  failed     40 items  0 ms
    ✗ member17@onramp.test  failed     1 try     0 ms
      │ service.422 (service): no
      and 39 succeeded
  ✓ key ";
    let text = page(&tape, 80);
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_failure_that_is_let_pass_is_told_from_one_that_is_not() {
    let mut plan = bootstrap();
    plan.steps[2].continue_on_error = true;
    let mut tape = Tape::start(plan);
    tape.end("signup", done()).end("code", done()).end("key", done());
    tape.end("invite[ada@onramp.test]", refused("no")).end("invite[lin@onramp.test]", done());
    let expected = "
  ✗ invite             failed, allowed  2 items  0 ms
    ✗ ada@onramp.test  failed, allowed  1 try    0 ms
      │ service.422 (service): no
    ✓ lin@onramp.test  succeeded        1 try    0 ms
";
    let text = page(&tape, 80);
    assert!(text.starts_with("\n✓ succeeded") && text.contains(expected), "{text}");
}

#[test]
fn what_was_cut_off_is_not_said_to_have_waited_for_the_network() {
    let mut tape = Tape::start(bootstrap());
    let stopped = Outcome::failed(Happened::None, StepError::interrupted());
    tape.end("signup", done()).push(Fact::StopRequested(Stop::Interrupt)).end("code", stopped);
    let text = page(&tape, 80);
    assert!(text.contains("    │ interrupted: it was cut off before its end\n"), "{text}");
}

#[test]
fn the_end_of_a_resumed_run_says_the_time_that_show_says() {
    let tape = resumed();
    let history = History::new(&tape.entries, &crate::secret::Mask::default());
    let summary_of = tape.summary(Secrets::Masked).with_history(&history);
    let text = summary(&summary_of, &Look::plain(80));
    assert!(text.starts_with("✓ succeeded  bootstrap  in 7.9 s of work over 1d 00h against the sandbox\n"), "{text}");
}

#[test]
fn a_store_of_ones_own_is_part_of_what_to_type() {
    let mut summary = bad().summary(Secrets::Masked);
    summary.place.store = Some("my runs".into());
    let text = foot(&summary, &advice(&summary), &Look::plain(120));
    assert!(text.contains("onramp resume 20261122-013405-k7qz2m --store 'my runs'"), "{text}");
}

#[test]
fn a_value_that_could_do_harm_is_shown_as_a_json_string() {
    assert_eq!(exact(&json!("plain text")), "plain text");
    assert_eq!(exact(&json!("a\n##[group]\u{202e}")), "\"a\\n#\\u0023[group]\\u{202e}\"");
}

#[test]
fn nothing_is_coloured_unless_asked_for() {
    let summary_of = |look: Look| summary(&bad().summary(Secrets::Masked), &look);
    assert!(!summary_of(Look::plain(80)).contains('\u{1b}'));
    let colored = summary_of(Look { color: true, ..Look::plain(80) });
    assert_eq!(console::strip_ansi_codes(&colored), summary_of(Look::plain(80)));
}

#[test]
fn plain_signs_are_ascii() {
    let text = summary(&bad().summary(Secrets::Masked), &Look { unicode: false, ..Look::plain(80) });
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn nothing_is_wider_than_the_terminal_but_what_is_there_to_be_copied() {
    let item = |number: usize| {
        format!("{{\"account\":\"someone@long-name.example.com\",\"region\":\"eu-west-1\",\"n\":{number}}}")
    };
    let mut tape = Tape::begin(bootstrap(), (0..3).map(item).collect(), crate::clock::Timestamp::from_millis(0));
    tape.end("signup", done()).end("code", done()).end("key", refused("it is taken by somebody else"));
    for number in 0..3 {
        tape.wait(1_500).end(&format!("invite[{}]", item(number)), done());
    }
    let history = History::new(&tape.entries, &crate::secret::Mask::default());
    let summary_of = tape.summary(Secrets::Masked).with_history(&history);
    for width in [80, 60, 40] {
        let look = Look::plain(width);
        let shown = crate::report::show::run(&summary_of, &history, true, &look);
        let listed = crate::report::show::runs(std::slice::from_ref(&summary_of), &look);
        let (told, _) = shown.split_once("\n  Run ").unwrap();
        for line in told.lines().chain(listed.lines()) {
            assert!(columns(line) <= width, "{width}: {line:?}");
        }
        for end in ["0}", "1}", "2}"] {
            let kept = told.lines().any(|line| line.contains('…') && line.contains(end));
            assert!(kept, "{width}: the items cannot be told apart\n{told}");
        }
    }
}

#[test]
fn of_an_output_that_nobody_reads_the_beginning_is_shown() {
    assert_eq!(readable("é".repeat(4000)), "é".repeat(4000));
    assert_eq!(readable("é".repeat(4001)), "é".repeat(60) + "… (4001 characters; --json has them all)");
}
