//! A run as a page of text.

use serde_json::Value;

use super::advice::{Advice, Next, advice};
use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::stand::sign_of;
use super::step_table;
use super::summary::Summary;
use super::text::{columns, inert, pad, time, wrap};

/// What stands at the end of a run: its steps, its outputs, where its files are and what to type next.
pub fn summary(summary: &Summary, look: &Look) -> String {
    join([
        head(summary, look),
        step_table::render(summary, look),
        outputs(summary, look),
        notes(summary, look),
        foot(summary, &advice(summary), look),
    ])
}

/// The parts that have something to say, with an empty line between them.
pub(super) fn join<const N: usize>(parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

pub(super) fn head(summary: &Summary, look: &Look) -> String {
    let (sign, tone, word) = sign_of(summary.status, summary.teardown);
    let verdict = look.paint(tone, &format!("{} {word}", look.sign(sign)));
    let name = look.paint(Tone::Strong, &inert(&summary.workflow));
    let whither = if summary.sandbox { "the sandbox".to_owned() } else { inert(&summary.base_url) };
    let span = summary.span();
    let took = match summary.worked {
        Some(worked) if worked < span => format!("{} of work over {}", time(worked), time(span)),
        _ => time(span),
    };
    let rest = format!("in {took} against {whither}");
    format!("{verdict}  {name}  {}\n", look.paint(Tone::Faint, &rest))
}

/// Values in full, however long: they are there to be copied.
pub(super) fn outputs(summary: &Summary, look: &Look) -> String {
    let known: Vec<_> = summary.outputs.iter().filter(|output| !output.value.is_null()).collect();
    if known.is_empty() {
        return String::new();
    }
    let exported = known.iter().any(|output| output.env.is_some());
    let mut grid = Grid::new(4, if exported { 2 } else { 1 });
    for output in known {
        let env = exported.then(|| output.env.as_deref().map(inert).unwrap_or_default());
        let mut cells = vec![Cell::new(&output.name, Tone::Plain)];
        cells.extend(env.map(|env| Cell::new(env, Tone::Faint)));
        cells.push(Cell::new(exact(&output.value), Tone::Strong));
        grid.row(cells);
    }
    let values = grid.render(&Look { cuts: false, ..*look });
    format!("  {}\n{values}", look.paint(Tone::Faint, "Outputs"))
}

pub(super) fn notes(summary: &Summary, look: &Look) -> String {
    let mut text = String::new();
    for note in &summary.notes {
        for (number, line) in wrap(&inert(note), look.width.saturating_sub(8)).iter().enumerate() {
            let lead = if number == 0 { "note: " } else { "    | " };
            text.push_str(&format!("  {}{line}\n", look.paint(Tone::Care, lead)));
        }
    }
    text
}

pub(super) fn foot(summary: &Summary, advice: &Advice, look: &Look) -> String {
    let label = |text: &str| look.paint(Tone::Faint, &pad(text, 5));
    let mut text = format!("  {}  {}\n", label("Run"), summary.run);
    text.push_str(&format!("  {}  {}\n", label("Files"), inert(&summary.place.run_dir)));
    for remark in &advice.remarks {
        for (number, line) in wrap(remark, look.width.saturating_sub(9)).iter().enumerate() {
            text.push_str(&format!("  {}  {line}\n", label(if number == 0 { "Note" } else { "" })));
        }
    }
    if !advice.commands.is_empty() {
        text.push_str(&format!("  {}\n{}", look.paint(Tone::Faint, "Next"), next(&advice.commands, look)));
    }
    text
}

/// Lines that can be pasted into a shell as they stand: what a command is for is a comment, behind it or above it.
fn next(commands: &[Next], look: &Look) -> String {
    let comment = |next: &Next| look.paint(Tone::Faint, &format!("# {}", next.purpose));
    let command = |next: &Next, width| look.paint(Tone::Strong, &pad(&next.command, width));
    let width = commands.iter().map(|next| columns(&next.command)).max().unwrap_or(0);
    let fits = |next: &Next| 4 + width + 2 + columns(&comment(next)) <= look.width;
    let beside = commands.iter().all(fits);
    let line = |next: &Next| match beside {
        true => format!("    {}  {}\n", command(next, width), comment(next)),
        false => format!("    {}\n    {}\n", comment(next), command(next, 0)),
    };
    commands.iter().map(line).collect()
}

/// A value so that it can be taken for what it is: plain where that is harmless, otherwise as a JSON string.
pub(super) fn exact(value: &Value) -> String {
    match value {
        Value::String(text) if inert(text) == *text => text.clone(),
        other => crate::diagnostic::escape(&other.to_string()).replace("##", "#\\u0023"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::scenario::*;
    use super::super::{History, Secrets};
    use super::*;
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
? in doubt  bootstrap  in 5.2 s against the sandbox

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
        assert!(
            text.starts_with("✓ succeeded  bootstrap  in 7.9 s of work over 1d 00h against the sandbox\n"),
            "{text}"
        );
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
}
