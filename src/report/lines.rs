//! A run as one line per event: for logs, pipes and CI.

use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

use super::stand::sign_of;
use super::step_table::skipped;
use super::text::{columns, count, inert, pad};
use super::times::{stopwatch, time};
use super::{Reporter, call, prompt};
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, StepKind};
use crate::run::{Entry, Fact, ProbeAnswer, Resolution, RunState, RunStatus, SkipReason, StepError, Stop, Timer};
use crate::secret::Mask;

/// Names of tasks up to this width are padded to a common one.
const NAME_WIDTH: usize = 48;

/// Writes `00:00.123  signup  started` for every entry worth reading. A line that cannot be written is dropped: the
/// journal has it.
pub struct Lines<W> {
    out: W,
    mask: Mask,
    open: HashMap<TaskPath, Open>,
    /// Columns of the names so far.
    width: usize,
}

/// A task that has begun and not ended.
struct Open {
    since: Timestamp,
    attempt: u32,
    error: Option<StepError>,
}

impl<W: Write + Send> Lines<W> {
    /// `mask` knows the run's secrets, in case a text repeats one.
    pub fn new(out: W, mask: Mask) -> Self {
        Self { out, mask, open: HashMap::new(), width: 0 }
    }

    fn write(&mut self, entry: &Entry, plan: &Plan, state: &RunState, subject: &str, text: &str) {
        self.widen(entry, plan, subject);
        let at = stopwatch(entry.at.since(state.began));
        let text = inert(&self.mask.apply(text));
        let line = format!("{at}  {}  {text}\n", pad(&inert(subject), self.width));
        _ = self.out.write_all(line.as_bytes()).and_then(|()| self.out.flush());
    }

    /// The column never shrinks, so that it moves once for a matrix and not with each of its lines.
    fn widen(&mut self, entry: &Entry, plan: &Plan, subject: &str) {
        let named = plan.steps.iter().filter(|step| self.width == 0 && !matches!(step.kind, StepKind::Entry(_)));
        let ids = named.map(|step| columns(step.id.as_str()));
        let items = match &entry.fact {
            Fact::ItemsExpanded { step, items } => {
                items.iter().map(|item| columns(step.as_str()) + columns(&inert(&item.key)) + 2).max()
            }
            _ => None,
        };
        let widest = ids.chain(items).chain([columns(&inert(subject))]).max().unwrap_or(0);
        self.width = self.width.max(widest.min(NAME_WIDTH));
    }

    /// What the entry says of one task, if it is worth a line.
    fn of_task(&mut self, task: &TaskPath, entry: &Entry, plan: &Plan, state: &RunState) -> Option<String> {
        match &entry.fact {
            Fact::AttemptStarted(started) => {
                let open = Open { since: entry.at, attempt: started.attempt, error: None };
                self.open.entry(task.clone()).or_insert(open).attempt = started.attempt;
                let told = match started.attempt {
                    1 if task.role == Role::Undo => "undoing".to_owned(),
                    again if task.role == Role::Undo => format!("undoing, try {again}"),
                    1 => "started".to_owned(),
                    again => format!("started, try {again}"),
                };
                let page = prompt::begun(plan, &entry.fact).map(|(_, page)| format!(": {}", prompt::told(page)));
                Some(told + &page.unwrap_or_default())
            }
            Fact::AttemptEnded { outcome, .. } => {
                self.open.get_mut(task)?.error = outcome.error.clone();
                None
            }
            Fact::TimerSet { timer, due, .. } => {
                let attempts = match self.open.get(task) {
                    Some(open) => open.attempt,
                    None => state.task(plan, task).map_or(0, |task| task.attempts),
                };
                Some(self.delayed(task, *timer, due.since(entry.at), attempts))
            }
            Fact::ProbeStarted { input: Some(_), .. } => Some("looking whether a copy of this run did it".into()),
            Fact::ProbeStarted { .. } => Some("in doubt: looking whether it took place".into()),
            Fact::ProbeEnded { answer, .. } => Some(looked(answer)),
            Fact::Succeeded { warning, .. } => {
                let warning = warning.as_ref().map(|text| format!("; warning: {text}")).unwrap_or_default();
                let done = if task.role == Role::Undo { "undone" } else { "succeeded" };
                Some(format!("{done}{}{warning}", self.took(task, entry.at)))
            }
            Fact::Failed { error, .. } if task.role == Role::Undo => {
                Some(format!("undo failed{}: {error}", self.took(task, entry.at)))
            }
            Fact::Failed { error, .. } => {
                let failed = match task_may_fail(plan, task) {
                    true => "failed, allowed,",
                    false => "failed",
                };
                Some(format!("{failed}{}: {error}", self.took(task, entry.at)))
            }
            Fact::HeldInDoubt { question, .. } => Some(format!("in doubt: {question}")),
            Fact::Skipped { reason: reason @ (SkipReason::NothingToUndo | SkipReason::CannotUndo { .. }), .. } => {
                Some(skipped(reason))
            }
            Fact::Skipped { reason, .. } => Some(format!("skipped: {}", skipped(reason))),
            Fact::Kept { .. } => Some("kept: it would be the same again".into()),
            Fact::Resolved { resolution: Resolution::Done(_), .. } => Some("resolved: it is done".into()),
            Fact::Resolved { resolution: Resolution::Redo, .. } => Some("resolved: to be run again".into()),
            _ => None,
        }
    }

    fn delayed(&self, task: &TaskPath, timer: Timer, delay: Duration, attempts: u32) -> String {
        let error = self.open.get(task).and_then(|open| open.error.as_ref());
        let error = error.map(|error| format!(": {}: {}", error.code, error.sentence())).unwrap_or_default();
        match timer {
            Timer::Retry => format!("try {} in {}{error}", attempts + 1, time(delay)),
            Timer::Settle => format!("in doubt, looking in {}{error}", time(delay)),
            Timer::Reprobe => format!("in doubt, looking again in {}", time(delay)),
        }
    }

    /// The time since the task began; it has ended.
    fn took(&mut self, task: &TaskPath, at: Timestamp) -> String {
        self.open.remove(task).map(|open| format!(" in {}", time(at.since(open.since)))).unwrap_or_default()
    }
}

impl<W: Write + Send> Reporter for Lines<W> {
    fn committed(&mut self, entry: &Entry, plan: &Plan, state: &RunState) {
        if let Fact::Rewound { steps, .. } = &entry.fact {
            self.open.retain(|task, _| !steps.contains(&task.step));
        }
        if let Some(call) = call::begun(plan, &entry.fact) {
            self.open.insert(TaskPath::step(call.id.clone()), Open { since: entry.at, attempt: 0, error: None });
            self.write(entry, plan, state, call.id.as_str(), &format!("calls {}", call.file.source.path));
        } else if call::is_told_by_call(plan, state, &entry.fact) {
            // Nothing to add.
        } else if let Some(task) = entry.fact.task() {
            if let Some(text) = self.of_task(task, entry, plan, state) {
                self.write(entry, plan, state, &task.to_string(), &text);
            }
        } else if let Some((subject, text)) = of_run(&entry.fact, plan, state) {
            self.write(entry, plan, state, &subject, &text);
        }
    }
}

/// What an entry says of the run or of a whole step.
fn of_run(fact: &Fact, plan: &Plan, state: &RunState) -> Option<(String, String)> {
    let run = |text: String| Some(("run".to_owned(), text));
    match fact {
        Fact::RunStarted(started) => {
            let whither = if started.settings.sandbox { "the sandbox" } else { &started.settings.base_url };
            run(format!("{} started as {} against {whither}", started.workflow, started.run))
        }
        Fact::Resumed(how) if how.wary => run("resumed as a copy: what was not done here is looked for first".into()),
        // The teardown was told of.
        Fact::Resumed(_) if state.teardown => None,
        Fact::Resumed(_) => run("resumed".into()),
        Fact::Replanned { .. } => run("goes on with the workflow as it was edited".into()),
        Fact::StopRequested(Stop::Interrupt) => {
            run("stopping, a signal asked for it: what is under way may end, Ctrl-C again stops at once".into())
        }
        Fact::StopRequested(Stop::Cancel) => {
            run("cancelled by `onramp cancel`: what is under way may end, the rest is skipped".into())
        }
        Fact::StopRequested(Stop::Timeout) => {
            run("its time (`timeout`) is over: what is under way may end, the rest is skipped".into())
        }
        Fact::Recalled { steps } => {
            let names: Vec<&str> = steps.iter().filter(|id| !id.is_call_inputs()).map(StepId::as_str).collect();
            run(format!("what edits took out is taken back, too: {}", names.join(", ")))
        }
        Fact::TeardownStarted => run("teardown: what it made is taken back, last things first".into()),
        Fact::ItemsExpanded { step, items } => Some((step.to_string(), count(items.len(), "item", "items"))),
        Fact::RemedyDue { step, error } => Some((step.to_string(), format!("{}: {}", error.code, error.sentence()))),
        Fact::Rewound { step, steps } => {
            let first = steps.first().unwrap_or(step);
            Some((step.to_string(), format!("going round again from {first}")))
        }
        Fact::RunEnded { status, .. } if state.teardown => {
            let (_, _, word) = sign_of(*status, state.teardown_status(plan));
            run(word.into())
        }
        Fact::RunEnded { status: RunStatus::InDoubt, .. } => run("in doubt: a person must decide".into()),
        Fact::RunEnded { status, notes, .. } => {
            let notes: String = notes.iter().map(|note| format!("; {note}")).collect();
            run(format!("{}{notes}", status.as_str()))
        }
        _ => None,
    }
}

/// The step says `continue-on-error`.
fn task_may_fail(plan: &Plan, task: &TaskPath) -> bool {
    task.role == Role::Step && plan.index(&task.step).is_some_and(|step| plan.steps[step].continue_on_error)
}

fn looked(answer: &ProbeAnswer) -> String {
    match answer {
        ProbeAnswer::Done(_) => "looked: it took place".into(),
        ProbeAnswer::NotDone => "looked: it did not take place".into(),
        ProbeAnswer::CannotTell { reason, .. } => format!("looked, and cannot tell: {reason}"),
        ProbeAnswer::NoWay => "there is no way to look".into(),
        ProbeAnswer::Seen(_) => "looked: an answer came".into(),
        ProbeAnswer::CutOff => "the look was cut off".into(),
    }
}
