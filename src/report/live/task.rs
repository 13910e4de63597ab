//! One task of the live view, and what it is doing.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::plan::PlanStep;
use crate::report::prompt;
use crate::report::stand::Stand;
use crate::run::{Made, Phase, RunState, StepError, TaskState, Timer, Undoing};

#[derive(Clone)]
pub(super) struct TaskRow {
    pub item: Option<Arc<str>>,
    pub stand: Stand,
    pub attempts: u32,
    pub since: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub doing: Doing,
}

/// What is going on with a task that has begun and not ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doing {
    Nothing,
    /// In words.
    Now(String),
    /// In words, and when it is due.
    Until(String, Timestamp),
}

impl TaskRow {
    pub fn new(planned: &PlanStep, task: &TaskState, remedy: Option<&TaskState>, state: &RunState) -> Self {
        if let Some(undoing) = state.undoing(planned, task).filter(|undoing| *undoing != Undoing::InDoubt) {
            return Self::undone(task, &undoing);
        }
        Self {
            item: task.item.clone(),
            stand: Stand::of_phase(&task.phase, true),
            attempts: task.attempts,
            since: task.since,
            ended: task.ended,
            doing: match (&task.phase, &planned.on_error, remedy) {
                (Phase::Remedying, Some(on_error), Some(remedy)) => mending(on_error.call.action, task, remedy),
                _ if prompt::open(&planned.call, task).is_some() => Doing::Now("waiting for a person".into()),
                _ => doing(planned.call.action, task),
            },
        }
    }

    /// While an earlier round is undone, its task shows that.
    pub fn undoes_earlier(&mut self, made: &Made) {
        let Some(undo) = made.undo.as_deref() else { return };
        self.stand = Stand::Running;
        self.since = undo.since;
        self.ended = None;
        self.doing = match doing("undo", undo) {
            until @ Doing::Until(..) => until,
            _ => Doing::Now(format!("undoing round {}", made.round())),
        };
    }

    fn undone(task: &TaskState, undoing: &Undoing) -> Self {
        let undo = task.undo.as_deref();
        let (stand, text) = match undoing {
            Undoing::Waiting => (Stand::Waiting, ""),
            Undoing::Running => (Stand::Running, "undoing"),
            Undoing::Undone => (Stand::Succeeded, "undone"),
            Undoing::NothingToUndo => (Stand::Skipped, "nothing to undo"),
            Undoing::CannotUndo(_) => (Stand::Skipped, "cannot be undone"),
            Undoing::Failed(_) | Undoing::InDoubt => (Stand::Failed, "undo failed"),
        };
        let doing = match undo.map(|undo| (&undo.phase, doing("undo", undo))) {
            Some((Phase::Delayed { .. }, until)) => until,
            _ => Doing::Now(text.to_owned()),
        };
        Self {
            item: task.item.clone(),
            stand,
            attempts: task.attempts,
            since: undo.and_then(|undo| undo.since),
            ended: undo.and_then(|undo| undo.ended),
            doing,
        }
    }
}

fn doing(action: &str, task: &TaskState) -> Doing {
    let code = || task.error.as_ref().map(|error| format!(" ({})", class(error))).unwrap_or_default();
    match &task.phase {
        Phase::Delayed { timer: Timer::Retry, due } => {
            Doing::Until(format!("try {}{}", task.attempts + 1, code()), *due)
        }
        Phase::Delayed { timer: Timer::Settle, due } => Doing::Until(format!("in doubt{}: looking", code()), *due),
        Phase::Delayed { timer: Timer::Reprobe, due } => Doing::Until("in doubt: looking again".into(), *due),
        Phase::Probing => Doing::Now("in doubt: looking whether it took place".into()),
        Phase::InDoubt { .. } => Doing::Now("in doubt: a person must decide".into()),
        Phase::Running | Phase::Ended(_) | Phase::Due(_) | Phase::Probed(_) => {
            let verb = match action {
                "mail.wait" => "waiting for mail",
                "sleep" => "sleeping",
                _ => "running",
            };
            Doing::Now(if task.attempts > 1 { format!("{verb}, try {}", task.attempts) } else { verb.into() })
        }
        Phase::Failed => Doing::Now(task.error.as_ref().map(|error| error.code.clone()).unwrap_or_default()),
        Phase::Waiting | Phase::Succeeded | Phase::Skipped(_) | Phase::Remedying => Doing::Nothing,
    }
}

fn mending(action: &str, task: &TaskState, remedy: &TaskState) -> Doing {
    let why = task.error.as_ref().map(|error| format!(" after {}", error.code)).unwrap_or_default();
    match doing(action, remedy) {
        Doing::Until(what, due) => Doing::Until(format!("{action}{why}: {what}"), due),
        _ => Doing::Now(format!("{action}{why}")),
    }
}

/// `429` and the like where the error has such a class, otherwise its code.
fn class(error: &StepError) -> &str {
    error.class.map_or(error.code.as_str(), |class| class.as_str())
}
