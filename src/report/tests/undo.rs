//! What is shown of a teardown.

use serde_json::json;

use super::scenario::*;
use crate::report::look::Look;
use crate::report::{Lines, Reporter as _, Secrets, json as documents, page};
use crate::secret::Mask;

fn torn_down() -> Tape {
    let mut tape = half_torn_down();
    tape.wait(7).end("undo:invite[ada@onramp.test]", done());
    tape
}

#[test]
fn an_earlier_round_is_told_apart_from_the_last() {
    let mut tape = a_round_under_way();
    tape.wait(5).end("undo:key (round 1)", refused("not your key"));
    let summary = tape.summary(Secrets::Masked);
    let text = page::summary(&summary, &Look::plain(90));
    let expected = "
      round 1                                     undo failed
      │ undo: service.422 (service): not your key
";
    assert!(text.contains(expected), "{text}");
    let document = documents::run(&summary);
    let undo = &document["steps"]["key"]["undo"];
    assert_eq!((&undo["status"], &undo["rounds"][0]["status"]), (&json!("undo_failed"), &json!("undo_failed")));
    assert_eq!((&undo["rounds"][0]["round"], &undo["rounds"][0]["error"]["code"]), (&json!(1), &json!("service.422")));
    let mut text = Vec::new();
    let mut lines = Lines::new(&mut text, Mask::default());
    tape.entries.iter().for_each(|entry| lines.committed(entry, &tape.plan, &tape.state));
    let text = String::from_utf8(text).unwrap();
    let of_round = text.lines().find(|line| line.contains("undo:key (round 1) ") && line.contains("failed"));
    assert!(of_round.is_some_and(|line| line.contains("undo failed in 5 ms: service.422")), "{text}");
}

#[test]
fn a_page_says_of_each_step_what_became_of_it_and_what_to_type_next() {
    let text = page::summary(&torn_down().summary(Secrets::Masked), &Look::plain(90));
    let expected = "\
✗ teardown failed  bootstrap  in 1.2 s against the sandbox

  ✓ signup             succeeded  1 try    120 ms  cannot be undone
    │ it stays: no documented operation deletes an account
  ✓ code               succeeded  1 try     80 ms  nothing to undo
  ✓ invite             succeeded  2 items   20 ms  undone
    ✓ ada@onramp.test  succeeded  1 try     10 ms  undone
    ✓ lin@onramp.test  succeeded  1 try     20 ms  undone
  ✓ key                succeeded  1 try     30 ms  undo failed
    │ undo: service.422 (service): not your key

  Run    20261122-013405-k7qz2m
  Files  .onramp/runs/20261122-013405-k7qz2m
  Next
    onramp teardown 20261122-013405-k7qz2m  # tries again what failed
    onramp show 20261122-013405-k7qz2m      # when each step ran
";
    assert_eq!(text, expected);
}

#[test]
fn programs_read_one_word_for_each_step() {
    let document = documents::run(&torn_down().summary(Secrets::Masked));
    assert_eq!((&document["status"], &document["teardown"]), (&json!("succeeded"), &json!("failed")));
    let undo = |step: &str| document["steps"][step]["undo"].clone();
    let error = json!({ "code": "service.422", "kind": "service", "message": "not your key" });
    assert_eq!(undo("key"), json!({ "status": "undo_failed", "error": error }));
    let why = "no documented operation deletes an account";
    assert_eq!(undo("signup"), json!({ "status": "cannot_undo", "reason": why }));
    assert_eq!((undo("invite"), undo("code")), (json!({"status": "undone"}), json!({"status": "nothing_to_undo"})));
}

#[test]
fn lines_tell_a_teardown_as_it_goes() {
    let tape = torn_down();
    let mut text = Vec::new();
    let mut lines = Lines::new(&mut text, Mask::default());
    tape.entries.iter().for_each(|entry| lines.committed(entry, &tape.plan, &tape.state));
    let text = String::from_utf8(text).unwrap();
    let expected = "\
00:01.230  run                      teardown: what it made is taken back, last things first
00:01.230  undo:key                 undoing
00:01.235  undo:key                 undo failed in 5 ms: service.422 (service): not your key
00:01.235  undo:invite[lin@onramp.test]  undoing
00:01.241  undo:invite[lin@onramp.test]  undone in 6 ms
00:01.241  undo:invite[ada@onramp.test]  undoing
00:01.248  undo:invite[ada@onramp.test]  undone in 7 ms
00:01.248  undo:code                     nothing to undo
00:01.248  undo:signup                   cannot be undone: no documented operation deletes an account
00:01.248  run                           teardown failed
";
    assert!(text.ends_with(expected), "{text}");
}
