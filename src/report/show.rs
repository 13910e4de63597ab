//! `onramp show` and `onramp runs`: runs looked at afterwards, or from beside.

use super::advice::advice;
use super::grid::{Cell, Grid};
use super::history::{History, Kind, Stretch};
use super::look::{Look, Tone};
use super::page;
use super::stand::{Stand, sign_of};
use super::step_table;
use super::summary::{StepView, Summary};
use super::text::inert;
use super::timeline;
use super::times::{minute, stopwatch, time};
use crate::run::SkipReason;
use crate::workflow::Money;

/// The summary with all outputs in full and when each step ran; with `tries`, also every try and every look. Without a
/// history, what it would tell is left out.
pub fn run(summary: &Summary, history: &History, tries: bool, look: &Look) -> String {
    let mut advice = advice(summary);
    advice.commands.retain(|next| !next.shows_again);
    page::join([
        page::head(summary, look),
        step_table::render(summary, look),
        timeline::render(summary, history, look),
        if tries { all_tries(history, look) } else { String::new() },
        page::outputs(summary, look),
        spending(summary, look),
        page::notes(summary, look),
        page::foot(summary, &advice, look),
    ])
}

/// What was begun counts, whatever came of it.
fn spending(summary: &Summary, look: &Look) -> String {
    let said = match summary.allow_spend {
        None => return String::new(),
        Some(Money::Any) => {
            format!("any amount allowed; {} US dollars begun where the amount was known", summary.spent)
        }
        Some(Money::UpTo(limit)) => format!("{} of {limit} US dollars begun", summary.spent),
    };
    format!("  {}  {said}\n", look.paint(Tone::Faint, "Spending"))
}

fn all_tries(history: &History, look: &Look) -> String {
    let mut grid = Grid::new(4, 1);
    for stretch in &history.stretches {
        let Some(what) = what(stretch) else { continue };
        grid.row(vec![
            Cell::new(stopwatch(stretch.from), Tone::Faint),
            Cell::new(inert(&stretch.task.to_string()), Tone::Plain),
            Cell::new(what, Tone::Plain),
            Cell::new(time(stretch.to.saturating_sub(stretch.from)), Tone::Plain).right(),
        ]);
        if let Some(end) = stretch.end.as_ref().filter(|end| end.tone != Tone::Good || stretch.kind.is_look()) {
            grid.detail(6, end.tone, &end.text);
        }
    }
    format!("  {}\n{}", look.paint(Tone::Faint, "Tries"), grid.render(look))
}

fn what(stretch: &Stretch) -> Option<String> {
    match stretch.kind {
        Kind::Try(number) => Some(format!("try {number}")),
        Kind::Look(number) => Some(format!("look {number}")),
        Kind::Undo(number) => Some(format!("undo {number}")),
        Kind::Wait => None,
    }
}

/// One line for each run, in the order given.
pub fn runs(summaries: &[Summary], look: &Look) -> String {
    let mut grid = Grid::new(0, 1);
    let faint = |text: &str| Cell::new(text, Tone::Faint);
    if summaries.is_empty() {
        return String::new();
    }
    grid.head(vec![
        faint("  RUN"),
        faint("WORKFLOW"),
        faint("STATE"),
        faint("STEPS").right(),
        faint("STARTED"),
        faint("SPAN").right(),
    ]);
    for summary in summaries {
        let (sign, tone, word) = sign_of(summary.status, summary.teardown);
        grid.row(vec![
            Cell::new(&summary.run, Tone::Plain).sign(look.sign(sign), tone),
            Cell::new(inert(&summary.workflow), Tone::Plain),
            Cell::new(word, tone),
            Cell::new(format!("{}/{}", settled(summary), own(summary).count()), Tone::Plain).right(),
            Cell::new(minute(summary.began), Tone::Faint),
            Cell::new(time(summary.span()), Tone::Plain).right(),
        ]);
    }
    grid.render(look)
}

/// Steps that need not run any more.
fn settled(summary: &Summary) -> usize {
    let unwanted = |step: &&StepView| step.skipped == Some(SkipReason::Condition);
    own(summary).filter(|step| step.stand == Stand::Succeeded || unwanted(step)).count()
}

/// Those that do something themselves.
fn own(summary: &Summary) -> impl Iterator<Item = &StepView> {
    summary.steps.iter().filter(|step| step.call.is_none())
}

#[cfg(test)]
mod tests {
    use super::super::Secrets;
    use super::super::tests::scenario::*;
    use super::*;
    use crate::secret::Mask;

    fn shown(tape: &Tape, tries: bool, secrets: Secrets) -> String {
        let history = History::new(&tape.entries, &Mask::default());
        run(&tape.summary(secrets).with_history(&history), &history, tries, &Look::plain(80))
    }

    #[test]
    fn a_resumed_run_is_drawn_without_the_time_between() {
        let text = shown(&resumed(), false, Secrets::Masked);
        let head = "✓ succeeded  bootstrap  in 7.9 s of work over 1d 00h against the sandbox\n";
        let bars = "
  When    0                                                               7.9 s
  signup  █░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▒░░░░▒▒
  code                                                 ┊      █████████████
  invite                                               ┊                   ███
  key                                                  ┊                   ███
          █ try   ░ wait   ▒ look   ┊ resumed
";
        assert!(text.starts_with(head) && text.contains(bars), "{text}");
    }

    #[test]
    fn every_try_and_look_is_told_with_its_end() {
        let expected = "
  Tries
    00:00.000     signup                   try 1   200 ms
      │ done or not, network.reset: the connection was reset while reading the
      │ answer
    00:05.200     signup                   look 1   30 ms
      │ cannot tell: logging in answers 500
    24:00:05.833  signup                   look 1  200 ms
      │ it took place
    24:00:06.033  code                     try 1    1.5 s
    24:00:07.533  invite[ada@onramp.test]  try 1   300 ms
    24:00:07.533  invite[lin@onramp.test]  try 1   300 ms
    24:00:07.533  key                      try 1   400 ms
";
        let text = shown(&resumed(), true, Secrets::Masked);
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn what_was_under_way_when_a_process_died_is_cut_off() {
        let mut tape = Tape::start(bootstrap());
        tape.wait(100).end("signup", done()).wait(60_000).push(crate::run::Fact::Resumed(Box::default()));
        let text = shown(&tape, true, Secrets::Masked);
        assert!(text.contains("00:00.100  code    try 1    0 ms\n      │ cut off\n"), "{text}");
    }

    #[test]
    fn the_time_until_somebody_answered_is_not_one_of_work() {
        let mut tape = Tape::start(bootstrap());
        tape.wait(100).end("signup", lost()).fire("signup").look("signup", crate::run::ProbeAnswer::NoWay);
        let resolution = crate::run::Resolution::Done(crate::secret::Data::new());
        let task = crate::id::TaskPath::parse("signup").unwrap();
        tape.wait(86_400_000).push(crate::run::Fact::Resolved { task, resolution });
        tape.wait(3_600_000).push(crate::run::Fact::Resumed(Box::default()));
        let text = shown(&tape, false, Secrets::Masked);
        assert!(text.contains("in 5.1 s of work over 1d 01h") && text.matches("┊ resumed").count() == 1, "{text}");
    }

    #[test]
    fn secrets_are_shown_in_full_only_when_asked_for() {
        assert!(shown(&good(), true, Secrets::Revealed).contains("api_key  ml_live_0123456789\n"));
        assert!(!shown(&good(), true, Secrets::Masked).contains("ml_live"));
    }

    #[test]
    fn runs_are_listed_one_a_line() {
        let summaries = [good(), bad(), doubtful()].map(|tape| tape.summary(Secrets::Masked));
        assert_eq!(
            format!("\n{}", runs(&summaries, &Look::plain(80))),
            "
  RUN                     WORKFLOW   STATE      STEPS  STARTED        SPAN
✓ 20261122-013405-k7qz2m  bootstrap  succeeded    4/4  11-22 01:34Z  2.2 s
✗ 20261122-013405-k7qz2m  bootstrap  failed       3/4  11-22 01:34Z  2.6 s
? 20261122-013405-k7qz2m  bootstrap  in doubt     0/4  11-22 01:34Z  5.2 s
"
        );
    }
}
