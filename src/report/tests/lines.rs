//! A run as one line per event.

use super::scenario::*;
use crate::report::{Lines, Reporter as _};
use crate::secret::Mask;

fn lines(tape: &Tape, mask: Mask) -> String {
    let mut text = Vec::new();
    let mut lines = Lines::new(&mut text, mask);
    tape.entries.iter().for_each(|entry| lines.committed(entry, &tape.plan, &tape.state));
    drop(lines);
    String::from_utf8(text).unwrap()
}

#[test]
fn a_run_reads_as_a_line_per_event() {
    assert_eq!(
        lines(&bad(), Mask::default()),
        r"00:00.000  run     bootstrap started as 20261122-013405-k7qz2m against the sandbox
00:00.000  signup  started
00:00.120  signup  succeeded in 120 ms
00:00.120  code    started
00:01.020  code    succeeded in 900 ms
00:01.020  invite                   2 items
00:01.020  invite[ada@onramp.test]  started
00:01.020  invite[lin@onramp.test]  started
00:01.020  key                      started
00:01.060  invite[ada@onramp.test]  try 2 in 1.5 s: service.429: too many requests
00:01.070  invite[lin@onramp.test]  succeeded in 50 ms
00:01.080  key                      failed in 60 ms: service.422 (service): the name is taken \u{1b}[31m::error::by another key of this account, which was made in 2024
00:02.560  invite[ada@onramp.test]  started, try 2
00:02.620  invite[ada@onramp.test]  succeeded in 1.6 s
00:02.620  run                      failed
"
    );
}

#[test]
fn a_doubt_reads_as_a_story() {
    let text = lines(&doubtful(), Mask::default());
    let story: Vec<&str> = text.lines().skip(2).collect();
    assert_eq!(
        story,
        [
            "00:00.200  signup  in doubt, looking in 5.0 s: network.reset: the connection was reset while reading the answer",
            "00:05.200  signup  in doubt: looking whether it took place",
            "00:05.230  signup  looked, and cannot tell: logging in answers 500",
            "00:05.230  signup  in doubt: nobody knows whether attempt 1 of `signup` took place: logging in answers 500",
            "00:05.230  run     in doubt: a person must decide",
        ]
    );
}

#[test]
fn a_failure_that_is_let_pass_says_so() {
    let mut plan = bootstrap();
    plan.steps[0].continue_on_error = true;
    let mut tape = Tape::start(plan);
    tape.wait(40).end("signup", refused("no"));
    let text = lines(&tape, Mask::default());
    assert!(text.contains("signup  failed, allowed, in 40 ms: service.422 (service): no\n"), "{text}");
}

#[test]
fn a_message_that_repeats_a_secret_is_masked() {
    let mut tape = Tape::start(bootstrap());
    tape.end("signup", refused("the password `hunter2-hunter2` is too short"));
    let mask = Mask::default();
    mask.learn(&secret(serde_json::json!("hunter2-hunter2")));
    assert!(lines(&tape, mask).contains("the password `***` is too short"));
}
