//! How the steps of a run that is torn down stand, in the words that people and programs see.

use serde::Serialize;

use super::look::Tone;
use super::summary::ErrorView;
use crate::plan::{Plan, PlanStep};
use crate::run::{RunState, TaskState, TeardownStatus, Undoing};
use crate::secret::Mask;

/// What became of what a step had made. The spelling is part of the JSON output; of two, the later matters more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoStatus {
    NothingToUndo,
    Undone,
    CannotUndo,
    Waiting,
    Running,
    InDoubt,
    UndoFailed,
}

/// The undo of a task, or of a whole step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UndoView {
    pub status: UndoStatus,
    /// Why it cannot be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

impl UndoStatus {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NothingToUndo => "nothing to undo",
            Self::Undone => "undone",
            Self::CannotUndo => "cannot be undone",
            Self::Waiting => "not undone yet",
            Self::Running => "being undone",
            Self::InDoubt => "left, since it is in doubt",
            Self::UndoFailed => "undo failed",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            Self::NothingToUndo | Self::Waiting => Tone::Faint,
            Self::Undone => Tone::Good,
            Self::CannotUndo | Self::InDoubt => Tone::Care,
            Self::Running => Tone::Busy,
            Self::UndoFailed => Tone::Bad,
        }
    }
}

/// The undo of what an earlier round of a step made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundView {
    /// Counted from 1.
    pub round: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(flatten)]
    pub undo: UndoView,
}

impl RoundView {
    /// Of all earlier rounds of a step that a teardown asks for, in their order.
    pub(super) fn all(plan: &Plan, state: &RunState, step: usize, mask: &Mask) -> Vec<Self> {
        let made = state.undoing_earlier(plan, step);
        let views = made.map(|(made, undoing)| Self {
            round: made.round().get(),
            item: made.item.as_deref().map(str::to_owned),
            undo: UndoView::of(undoing, made.undo.as_deref(), mask),
        });
        views.collect()
    }

    pub fn name(&self) -> String {
        let round = format!("round {}", self.round);
        self.item.as_ref().map_or_else(|| round.clone(), |item| format!("{item}, {round}"))
    }
}

impl UndoView {
    pub(super) fn new(state: &RunState, planned: &PlanStep, task: &TaskState, mask: &Mask) -> Option<Self> {
        Some(Self::of(state.undoing(planned, task)?, task.undo.as_deref(), mask))
    }

    fn of(undoing: Undoing, undo: Option<&TaskState>, mask: &Mask) -> Self {
        let warning = undo.and_then(|undo| undo.warning.as_deref()).map(|text| mask.apply(text));
        let view = |status| Self { status, reason: None, error: None, warning };
        match undoing {
            Undoing::Waiting => view(UndoStatus::Waiting),
            Undoing::Running => view(UndoStatus::Running),
            Undoing::Undone => view(UndoStatus::Undone),
            Undoing::NothingToUndo => view(UndoStatus::NothingToUndo),
            Undoing::InDoubt => view(UndoStatus::InDoubt),
            Undoing::CannotUndo(why) => Self { reason: Some(mask.apply(&why)), ..view(UndoStatus::CannotUndo) },
            Undoing::Failed(error) => {
                Self { error: Some(ErrorView::new(&error, mask)), ..view(UndoStatus::UndoFailed) }
            }
        }
    }

    /// It needs no more of anybody.
    pub fn is_clean(&self) -> bool {
        matches!(self.status, UndoStatus::Undone | UndoStatus::NothingToUndo)
    }

    /// The one of several that matters most, as that of the whole; of equals the first.
    pub(super) fn of_all<'a>(state: &RunState, views: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let most = views.reduce(|most, next| if next.status > most.status { next } else { most });
        let nothing = || Self { status: UndoStatus::NothingToUndo, reason: None, error: None, warning: None };
        most.cloned().or_else(|| state.teardown.then(nothing))
    }
}

/// How far a teardown came, as programs read it.
pub(super) const fn teardown_word(status: TeardownStatus) -> &'static str {
    match status {
        TeardownStatus::Running => "running",
        TeardownStatus::Done => "done",
        TeardownStatus::Failed => "failed",
        TeardownStatus::InDoubt => "in_doubt",
        TeardownStatus::Interrupted => "interrupted",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::frame::{Moment, draw};
    use super::super::look::Look;
    use super::super::scenario::*;
    use super::super::view::View;
    use super::super::{Lines, Reporter as _, Secrets, json as documents, page};
    use crate::id::TaskPath;
    use crate::plan::{Call, Undo};
    use crate::run::{Fact, Resumption};
    use crate::secret::Mask;
    use crate::workflow::Effect;

    /// Torn down: the key's deletion is refused, one invitation is taken back, and the other is on its way.
    fn half_torn_down() -> Tape {
        let mut plan = bootstrap();
        plan.steps[0].undo = Undo::Never("no documented operation deletes an account");
        plan.steps[2].undo = Undo::BuiltIn;
        plan.steps[3].undo = Undo::BuiltIn;
        let mut tape = Tape::start(plan);
        tape.wait(120).end("signup", done()).wait(80).end("code", done());
        tape.wait(10).end("invite[ada@onramp.test]", done()).wait(10).end("invite[lin@onramp.test]", done());
        tape.wait(10).end("key", done()).wait(1_000).push(Fact::TeardownStarted);
        tape.wait(5).end("undo:key", refused("not your key")).wait(6).end("undo:invite[lin@onramp.test]", done());
        tape
    }

    fn torn_down() -> Tape {
        let mut tape = half_torn_down();
        tape.wait(7).end("undo:invite[ada@onramp.test]", done());
        tape
    }

    /// The key was made twice. The second is undone, and what takes back the first is on its way.
    fn a_round_under_way() -> Tape {
        let mut plan = bootstrap();
        let id = crate::expr::Template::parse("${{ steps.key.outputs.id }}").unwrap();
        let (action, with) = ("http", vec![("id".to_owned(), id, false)]);
        plan.steps[3].outputs = vec![("id".to_owned(), false)];
        plan.steps[3].undo = Undo::Call(Box::new(Call { action, effect: Effect::Once, with }));
        let mut tape = Tape::start(plan);
        tape.end("signup", done()).end("code", done());
        tape.end("invite[ada@onramp.test]", done()).end("invite[lin@onramp.test]", done());
        let again = vec![TaskPath::parse("key").unwrap()];
        tape.wait(10).end("key", done()).push(Fact::Resumed(Resumption { again, ..Resumption::default() }));
        tape.wait(20).end("key", done()).push(Fact::TeardownStarted).wait(5).end("undo:key", done());
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
        assert_eq!(
            (&undo["rounds"][0]["round"], &undo["rounds"][0]["error"]["code"]),
            (&json!(1), &json!("service.422"))
        );
        let mut text = Vec::new();
        let mut lines = Lines::new(&mut text, Mask::default());
        tape.entries.iter().for_each(|entry| lines.committed(entry, &tape.plan, &tape.state));
        let text = String::from_utf8(text).unwrap();
        let of_round = text.lines().find(|line| line.contains("undo:key (round 1) ") && line.contains("failed"));
        assert!(of_round.is_some_and(|line| line.contains("undo failed in 5 ms: service.422")), "{text}");
    }

    #[test]
    fn the_live_view_shows_the_round_that_is_undone() {
        let tape = a_round_under_way();
        let mut view = View::new(&tape.plan, &tape.state);
        tape.entries.iter().for_each(|entry| view.committed(entry, &tape.plan, &tape.state));
        let rows = draw(&view, &Moment { now: tape.now, height: 20 }, &Look::plain(80));
        assert!(rows.iter().any(|row| row.contains("key") && row.contains("undoing round 1")), "{rows:#?}");
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

    #[test]
    fn the_live_view_shows_how_far_it_is() {
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
}
