//! What happened when, from a run's journal: every try, wait and look, and the times in which no process worked on it.

use std::collections::HashMap;
use std::time::Duration;

use super::look::{Sign, Tone};
use crate::clock::Timestamp;
use crate::id::{Role, TaskPath};
use crate::run::{Entry, Fact, Happened, Outcome, ProbeAnswer};
use crate::secret::Mask;

/// A fold of entries. Times are counted from the first entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    pub stretches: Vec<Stretch>,
    pub pauses: Vec<Pause>,
    pub length: Duration,
}

/// A time in which one task was at one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    pub task: TaskPath,
    pub kind: Kind,
    pub from: Duration,
    pub to: Duration,
    /// What came of a try or a look; secrets masked. `None` for what has not ended, and for waits.
    pub end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// With its number.
    Try(u32),
    Wait,
    /// A probe, with its number.
    Look(u32),
    /// A try to undo, with its number.
    Undo(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub tone: Tone,
    pub text: String,
}

/// Between a process that ended and one that went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: Duration,
    pub to: Duration,
}

impl Kind {
    pub const fn is_look(self) -> bool {
        matches!(self, Self::Look(_))
    }

    pub const fn sign(self) -> Sign {
        match self {
            Self::Try(_) => Sign::Try,
            Self::Wait => Sign::Wait,
            Self::Look(_) => Sign::Look,
            Self::Undo(_) => Sign::Undo,
        }
    }
}

impl History {
    /// The part of the time up to `at` in which a process worked on the run.
    pub fn worked(&self, at: Duration) -> Duration {
        let paused: Duration = self.pauses.iter().map(|pause| at.min(pause.to).saturating_sub(pause.from)).sum();
        at.saturating_sub(paused)
    }

    /// `entries`: the whole journal, from the first on. `mask` knows the run's secrets, in case a text repeats one.
    pub fn new(entries: &[Entry], mask: &Mask) -> Self {
        let Some(first) = entries.first() else { return Self::default() };
        let mut fold = Fold { began: first.at, now: first.at, open: HashMap::new(), history: Self::default(), mask };
        entries.iter().for_each(|entry| fold.entry(entry));
        fold.close_all("goes on");
        fold.history.length = fold.since_start(fold.now);
        fold.history.stretches.sort_by_key(|stretch| stretch.from);
        fold.history
    }
}

struct Fold<'a> {
    began: Timestamp,
    now: Timestamp,
    open: HashMap<TaskPath, (Kind, Timestamp)>,
    history: History,
    mask: &'a Mask,
}

impl Fold<'_> {
    fn entry(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::AttemptStarted(started) if started.task.role == Role::Undo => {
                self.begin(&started.task, Kind::Undo(started.attempt), entry.at);
            }
            Fact::AttemptStarted(started) => self.begin(&started.task, Kind::Try(started.attempt), entry.at),
            Fact::AttemptEnded { task, outcome, .. } => self.close(task, entry.at, Some(self.of_attempt(outcome))),
            Fact::TimerSet { task, .. } => self.begin(task, Kind::Wait, entry.at),
            Fact::TimerFired { task } => self.close(task, entry.at, None),
            Fact::ProbeStarted { task, probe, .. } => self.begin(task, Kind::Look(*probe), entry.at),
            Fact::ProbeEnded { task, answer, .. } => self.close(task, entry.at, Some(self.of_look(answer))),
            // Nobody worked on it until then.
            Fact::Resumed(_) | Fact::Resolved { .. } => self.resume(entry.at),
            _ => {}
        }
        self.now = entry.at;
    }

    fn begin(&mut self, task: &TaskPath, kind: Kind, at: Timestamp) {
        self.open.insert(task.clone(), (kind, at));
    }

    fn close(&mut self, task: &TaskPath, at: Timestamp, end: Option<End>) {
        if let Some((kind, from)) = self.open.remove(task) {
            let (from, to) = (self.since_start(from), self.since_start(at));
            self.history.stretches.push(Stretch { task: task.clone(), kind, from, to, end });
        }
    }

    /// What was under way was cut off with the last entry before; timers run on.
    fn resume(&mut self, at: Timestamp) {
        let waits: Vec<TaskPath> =
            self.open.iter().filter(|(_, (kind, _))| *kind == Kind::Wait).map(|(task, _)| task.clone()).collect();
        self.close_all("cut off");
        waits.iter().for_each(|task| self.begin(task, Kind::Wait, at));
        let (from, to) = (self.since_start(self.now), self.since_start(at));
        match self.history.pauses.last_mut().filter(|pause| pause.to == from) {
            Some(pause) => pause.to = to,
            None => self.history.pauses.push(Pause { from, to }),
        }
    }

    fn close_all(&mut self, how: &str) {
        let mut tasks: Vec<(TaskPath, Kind)> =
            self.open.iter().map(|(task, (kind, _))| (task.clone(), *kind)).collect();
        tasks.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (task, kind) in tasks {
            let end = (kind != Kind::Wait).then(|| End { tone: Tone::Care, text: how.to_owned() });
            self.close(&task, self.now, end);
        }
    }

    fn since_start(&self, at: Timestamp) -> Duration {
        at.since(self.began)
    }

    fn of_attempt(&self, outcome: &Outcome) -> End {
        let Some(error) = &outcome.error else { return End { tone: Tone::Good, text: "answered".into() } };
        let (tone, lead) = match outcome.happened {
            Happened::None => (Tone::Bad, ""),
            Happened::Done => (Tone::Bad, "done, but "),
            Happened::Unknown => (Tone::Care, "done or not, "),
        };
        End { tone, text: self.mask.apply(&format!("{lead}{}: {}", error.code, error.sentence())) }
    }

    fn of_look(&self, answer: &ProbeAnswer) -> End {
        match answer {
            ProbeAnswer::Done(_) => End { tone: Tone::Good, text: "it took place".into() },
            ProbeAnswer::NotDone => End { tone: Tone::Good, text: "it did not take place".into() },
            ProbeAnswer::CannotTell { reason, .. } => {
                End { tone: Tone::Care, text: self.mask.apply(&format!("cannot tell: {reason}")) }
            }
            ProbeAnswer::NoWay => End { tone: Tone::Care, text: "it has no way to look".into() },
            ProbeAnswer::Seen(outcome) => match &outcome.error {
                Some(error) => End { tone: Tone::Plain, text: self.mask.apply(error.sentence()) },
                None => End { tone: Tone::Plain, text: "answered".into() },
            },
            ProbeAnswer::CutOff => End { tone: Tone::Care, text: "cut off".into() },
        }
    }
}
