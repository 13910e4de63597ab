//! One picture of the live view: lines that fit the terminal, from the view and the time.

use std::time::Duration;

use super::call::opens;
use super::compress::{Line, compress, rank};
use super::look::{Look, Tone};
use super::stand::Stand;
use super::text::{inert, pad, pad_left, shorten, shorten_middle, time};
use super::view::{Doing, Row, StepRow, TaskRow, View};
use crate::clock::Timestamp;
use crate::run::Stop;

/// A matrix with more items than this shows those under way only.
const ALL_ITEMS: usize = 6;
/// Ids up to this width are padded to a common one.
const NAME_WIDTH: usize = 32;
/// And wider ones where so much is left for the rest.
const TEXT_WIDTH: usize = 48;

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const PLAIN_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

const fn word(stop: Stop) -> &'static str {
    match stop {
        Stop::Interrupt => "stopping: what is under way may end, Ctrl-C again stops at once",
        Stop::Cancel => "cancelled by `onramp cancel`: what is under way may end, Ctrl-C twice stops at once",
        Stop::Timeout => "the run's time is over: what is under way may end, Ctrl-C twice stops at once",
    }
}

/// The moment that is drawn.
pub(super) struct Moment {
    pub now: Timestamp,
    /// Rows of the terminal.
    pub height: usize,
}

/// At most `height - 1` lines, or two or three on a terminal too low for them, of at most `look.width` columns.
pub(super) fn draw(view: &View, moment: &Moment, look: &Look) -> Vec<String> {
    let room = moment.height.saturating_sub(2 + usize::from(view.stopping.is_some())).max(1);
    let pen = Pen { view, moment, look, name_width: name_width(view, look) };
    let mut lines = vec![pen.head()];
    lines.extend(compress(pen.body(), room, look));
    lines.extend(view.stopping.map(|stop| look.paint(Tone::Care, word(stop))));
    lines.iter().map(|line| shorten(line, look.width.saturating_sub(1), look)).collect()
}

struct Pen<'a> {
    view: &'a View,
    moment: &'a Moment,
    look: &'a Look,
    name_width: usize,
}

/// One line, before it is laid out.
struct Parts<'a> {
    indent: usize,
    name: &'a str,
    stand: Stand,
    /// Its failure is let pass.
    may_fail: bool,
    since: Option<Timestamp>,
    ended: Option<Timestamp>,
    text: String,
}

impl Pen<'_> {
    fn head(&self) -> String {
        let look = self.look;
        let name = look.paint(Tone::Strong, &inert(&self.view.workflow));
        let (done, all) = (self.view.finished(), self.view.acting().count());
        let elapsed = time(self.moment.now.since(self.view.began));
        let rest = look.paint(Tone::Faint, &format!("{done}/{all} steps  {elapsed}  {}", self.view.run));
        format!("{} {name}  {rest}", look.paint(Tone::Busy, self.spinner()))
    }

    fn body(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        // The depth of a call that is not opened: what is deeper is left out.
        let mut closed: Option<usize> = None;
        for row in &self.view.rows {
            if closed.is_some_and(|depth| row.depth > depth) {
                continue;
            }
            let (step, stand) = (&self.view.steps[row.step], self.view.stand(row));
            let is_open = opens(stand) && !stand.is_finished();
            closed = (row.entry.is_some() && !is_open).then_some(row.depth);
            let (since, ended) =
                row.entry.map_or(step.times(), |entry| (self.view.steps[entry].times().0, step.times().1));
            let text = match row.entry {
                Some(entry) => self.call_text(row, entry, stand),
                None => self.step_text(step, stand),
            };
            let indent = 2 + 2 * row.depth;
            let parts = Parts { indent, name: &step.id, stand, may_fail: step.may_fail, since, ended, text };
            lines.push(Line { rank: rank(stand, false), text: self.line(&parts) });
            if step.matrix && !stand.is_finished() {
                let tasks = step.tasks.iter().filter(|task| shown(step, task));
                lines.extend(tasks.map(|task| self.item(step, task, indent + 2)));
            }
        }
        lines
    }

    /// How many of the steps inside are done, once it has begun.
    fn call_text(&self, row: &Row, entry: usize, stand: Stand) -> String {
        match stand {
            Stand::Waiting => self.awaited(&self.view.steps[entry]),
            Stand::Skipped => "skipped".into(),
            Stand::Succeeded => String::new(),
            _ => {
                let done = self.view.inside(row).filter(|step| step.stand().is_finished()).count();
                format!("{done}/{}", self.view.inside(row).count())
            }
        }
    }

    fn item(&self, step: &StepRow, task: &TaskRow, indent: usize) -> Line {
        let name = inert(task.item.as_deref().unwrap_or_default());
        let (stand, since, ended) = (task.stand, task.since, task.ended);
        let text = self.doing(&task.doing);
        let parts = Parts { indent, name: &name, stand, may_fail: step.may_fail, since, ended, text };
        Line { rank: rank(stand, true), text: self.line(&parts) }
    }

    fn step_text(&self, step: &StepRow, stand: Stand) -> String {
        if step.matrix && step.expanded && !step.skipped {
            let (all, done, failed) = (step.tasks.len(), step.number(Stand::Succeeded), step.number(Stand::Failed));
            let word = Stand::Failed.told(step.may_fail).1;
            let failed = if failed > 0 { format!(", {failed} {word}") } else { String::new() };
            let undone = if step.teardown { " undone" } else { "" };
            return format!("{done}/{all}{undone}{failed}");
        }
        if let (true, Some(task)) = (step.teardown, step.tasks.first()) {
            return self.doing(&task.doing);
        }
        match (stand, step.tasks.first()) {
            (Stand::Waiting, _) => self.awaited(step),
            (Stand::Skipped, _) => "skipped".into(),
            (Stand::Succeeded, _) if step.attempts() > 1 => format!("{} tries", step.attempts()),
            (Stand::Failed, Some(task)) if step.may_fail => {
                format!("{}: {}", stand.told(true).1, self.doing(&task.doing))
            }
            (_, Some(task)) => self.doing(&task.doing),
            (_, None) => String::new(),
        }
    }

    fn awaited(&self, step: &StepRow) -> String {
        let steps = step.needs.iter().filter_map(|need| self.view.steps.get(*need));
        let open: Vec<&str> = steps.filter(|need| !need.stand().is_finished()).map(|need| need.id.as_str()).collect();
        match open.as_slice() {
            [] => String::new(),
            [one] => format!("waits for {one}"),
            [first, rest @ ..] => format!("waits for {first} and {} more", rest.len()),
        }
    }

    fn doing(&self, doing: &Doing) -> String {
        match doing {
            Doing::Nothing => String::new(),
            Doing::Now(what) => inert(what),
            Doing::Until(what, due) => {
                let left = due.since(self.moment.now);
                if left.is_zero() { inert(what) } else { format!("{} in {}", inert(what), tenths(left)) }
            }
        }
    }

    fn line(&self, parts: &Parts<'_>) -> String {
        let look = self.look;
        let sign = if parts.stand == Stand::Running { self.spinner() } else { look.sign(parts.stand.sign()) };
        let width = self.name_width.saturating_sub(parts.indent);
        let name = pad(&shorten_middle(parts.name, width, look), width);
        let faint = matches!(parts.stand, Stand::Waiting | Stand::Skipped);
        let name = look.paint(if faint { Tone::Faint } else { Tone::Plain }, &name);
        let took = match (parts.since, parts.ended) {
            (Some(since), Some(ended)) => time(ended.since(since)),
            (Some(since), None) => tenths(self.moment.now.since(since)),
            (None, _) => String::new(),
        };
        let (told, _) = parts.stand.told(parts.may_fail);
        let tone = if matches!(parts.stand, Stand::Failed | Stand::InDoubt) { told } else { Tone::Faint };
        let text = look.paint(tone, &parts.text);
        let sign = look.paint(told, sign);
        format!("{}{sign} {name}  {}  {text}", " ".repeat(parts.indent), pad_left(&took, 7)).trim_end().to_owned()
    }

    fn spinner(&self) -> &'static str {
        let signs: &[&'static str] = if self.look.unicode { &SPINNER } else { &PLAIN_SPINNER };
        let turn = usize::try_from(self.moment.now.as_millis() / 100).unwrap_or_default();
        signs.get(turn % signs.len()).copied().unwrap_or_default()
    }
}

/// A clock that runs shows tenths of a second from the start, so that its width does not jump.
fn tenths(duration: Duration) -> String {
    if duration < Duration::from_secs(1) { format!("0.{} s", duration.as_millis() / 100) } else { time(duration) }
}

fn shown(step: &StepRow, task: &TaskRow) -> bool {
    step.tasks.len() <= ALL_ITEMS || matches!(task.stand, Stand::Running | Stand::Failed | Stand::InDoubt)
}

/// The width of all that stands before the times, within reason. It never shrinks while a run goes on.
fn name_width(view: &View, look: &Look) -> usize {
    let most = NAME_WIDTH.max(look.width.saturating_sub(TEXT_WIDTH)).min(look.width / 2);
    view.steps.iter().map(|step| step.name_width).max().unwrap_or(0).min(most)
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::super::text::columns;
    use super::*;
    use crate::run::{ErrorKind, Happened, Outcome, ProbeAnswer, StepError};
    use crate::workflow::RetryClass;

    fn picture(tape: &Tape, height: usize, width: usize) -> String {
        let mut view = None;
        for entry in &tape.entries {
            match &mut view {
                None => view = Some(View::new(&tape.plan, &tape.state)),
                Some(view) => view.committed(entry, &tape.plan, &tape.state),
            }
        }
        let view = View { began: tape.state.began, ..view.unwrap() };
        draw(&view, &Moment { now: tape.now, height }, &Look { unicode: false, ..Look::plain(width) }).join("\n")
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
}
