//! One picture of the live view: lines that fit the terminal, from the view and the time.

use super::compress::{Line, compress, rank};
use super::step::StepRow;
use super::task::{Doing, TaskRow};
use super::view::{Row, View};
use crate::clock::Timestamp;
use crate::report::call::opens;
use crate::report::look::{Look, Tone};
use crate::report::stand::Stand;
use crate::report::text::{inert, pad, pad_left, shorten, shorten_middle};
use crate::report::times::{running, time};
use crate::run::Stop;

/// A matrix with more items than this shows those under way only.
const ALL_ITEMS: usize = 6;
/// Ids up to this width are padded to a common one.
const NAME_WIDTH: usize = 32;
/// And wider ones where so much is left for the rest.
const TEXT_WIDTH: usize = 48;

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const PLAIN_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

pub(super) const fn word(stop: Stop) -> &'static str {
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
        let elapsed = time(self.moment.now.since(self.view.since));
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
                if left.is_zero() { inert(what) } else { format!("{} in {}", inert(what), running(left)) }
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
            (Some(since), None) => running(self.moment.now.since(since)),
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

fn shown(step: &StepRow, task: &TaskRow) -> bool {
    step.tasks.len() <= ALL_ITEMS || matches!(task.stand, Stand::Running | Stand::Failed | Stand::InDoubt)
}

/// The width of all that stands before the times, within reason. It never shrinks while a run goes on.
fn name_width(view: &View, look: &Look) -> usize {
    let most = NAME_WIDTH.max(look.width.saturating_sub(TEXT_WIDTH)).min(look.width / 2);
    view.steps.iter().map(|step| step.name_width).max().unwrap_or(0).min(most)
}
