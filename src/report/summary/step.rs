//! What there is to say of a step, and of each of its tasks.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::plan::{Plan, PlanStep};
use crate::report::call::Inner;
use crate::report::doubt::{AnswerView, DoubtView};
use crate::report::prompt;
use crate::report::stand::Stand;
use crate::report::table;
use crate::report::undo::{RoundView, UndoView};
use crate::run::{ErrorKind, Phase, RunState, RunStatus, SkipReason, StepError, TaskState};
use crate::secret::Mask;
use crate::workflow::Effect;

#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    pub id: String,
    /// How many calls it is inside of.
    pub depth: usize,
    /// It calls a file.
    pub call: Option<Inner>,
    pub action: &'static str,
    pub stand: Stand,
    /// The run goes on, and may succeed, though it fails (`continue-on-error`).
    pub may_fail: bool,
    pub attempts: u32,
    /// From the start of its first try to its end, or to now; `None` if it has not begun.
    pub took: Option<Duration>,
    /// Why it did not run.
    pub skipped: Option<SkipReason>,
    /// One for each matrix item; exactly one, without a key, for a step without a matrix.
    pub tasks: Vec<TaskView>,
    /// What became of what it had made, in a run that is torn down: over all items and rounds, what matters most.
    pub undo: Option<UndoView>,
    /// The same of each earlier round that is undone on its own.
    pub rounds: Vec<RoundView>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TaskView {
    /// The matrix item.
    pub item: Option<String>,
    pub stand: Stand,
    pub attempts: u32,
    pub took: Option<Duration>,
    pub error: Option<ErrorView>,
    pub warning: Option<String>,
    /// Why this item did not run.
    pub skipped: Option<SkipReason>,
    pub doubt: Option<DoubtView>,
    /// A person may answer for it.
    pub answer: Option<AnswerView>,
    /// It failed although its effect took place: only its answer was not as the step wants it. A resume judges the same
    /// answer again and sends nothing.
    pub answered: bool,
    /// A page that a person has to open now.
    pub page: Option<String>,
    pub undo: Option<UndoView>,
}

/// An error as every report has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    pub code: String,
    #[serde(serialize_with = "as_shown")]
    pub kind: ErrorKind,
    pub message: String,
    /// A table that belongs to it, what its columns are called first.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_objects")]
    pub details: Vec<Vec<String>>,
}

fn as_objects<S: Serializer>(rows: &[Vec<String>], serializer: S) -> Result<S::Ok, S::Error> {
    table::objects(rows).serialize(serializer)
}

fn as_shown<S: Serializer>(kind: &ErrorKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

impl StepView {
    pub(super) fn new(plan: &Plan, state: &RunState, step: usize, mask: &Mask) -> Self {
        let rounds = RoundView::all(plan, state, step, mask);
        let (planned, step) = (&plan.steps[step], &state.steps[step]);
        let running = state.status == RunStatus::Running;
        let mut tasks: Vec<TaskView> =
            step.tasks.iter().map(|task| TaskView::new(plan, state, planned, task, mask)).collect();
        let mut stand = Stand::of_step(step.status(), running);
        let remedy = step.remedy.as_deref().filter(|remedy| matches!(remedy.phase, Phase::InDoubt { .. }));
        if let (Some(remedy), Some(task)) = (remedy, tasks.first_mut()) {
            let action = planned.on_error.as_ref().map_or(planned.call.action, |on_error| on_error.call.action);
            let answer = AnswerView::new(plan, state, &TaskPath::remedy(planned.id.clone()), remedy);
            task.doubt = DoubtView::new(remedy, action, mask);
            (task.answer, task.stand, stand) = (Some(answer), Stand::InDoubt, Stand::InDoubt);
        }
        Self {
            id: planned.id.to_string(),
            depth: 0,
            call: None,
            action: planned.call.action,
            stand,
            may_fail: planned.continue_on_error,
            attempts: step.attempts(),
            took: took(&step.tasks, state.now),
            skipped: step.skipped.clone(),
            undo: {
                let tasks = tasks.iter().filter_map(|task| task.undo.as_ref());
                UndoView::of_all(state, tasks.chain(rounds.iter().map(|round| &round.undo)))
            },
            tasks,
            rounds,
        }
    }

    /// As it is called below the row of the call that it is inside of.
    pub fn local_name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// The step has a matrix whose items are known.
    pub fn is_matrix(&self) -> bool {
        self.tasks.len() != 1 || self.tasks.iter().any(|task| task.item.is_some())
    }

    /// The first error, in the order of the items.
    pub fn error(&self) -> Option<&ErrorView> {
        self.tasks.iter().find_map(|task| task.error.as_ref())
    }
}

impl TaskView {
    fn new(plan: &Plan, state: &RunState, planned: &PlanStep, task: &TaskState, mask: &Mask) -> Self {
        let stand = Stand::of_phase(&task.phase, state.status == RunStatus::Running);
        let failed = matches!(stand, Stand::Failed | Stand::InDoubt | Stand::Interrupted);
        let doubt = DoubtView::new(task, planned.call.action, mask);
        let answered = stand == Stand::Failed
            && task.answer.is_some()
            && matches!(planned.call.effect, Effect::Once | Effect::Keyed);
        let answer = || AnswerView::new(plan, state, &task.path(&planned.id), task);
        Self {
            item: task.item.as_deref().map(str::to_owned),
            stand,
            attempts: task.attempts,
            took: took(std::slice::from_ref(task), state.now),
            error: task.error.as_ref().filter(|_| failed).map(|error| ErrorView::new(error, mask)),
            warning: task.warning.as_deref().map(|text| mask.apply(text)),
            skipped: match &task.phase {
                Phase::Skipped(reason) => Some(reason.clone()),
                _ => None,
            },
            answer: (doubt.is_some() || answered).then(answer),
            doubt,
            answered,
            page: prompt::open(&planned.call, task).map(|page| mask.apply(page)),
            undo: UndoView::new(state, planned, task, mask),
        }
    }
}

impl ErrorView {
    pub fn new(error: &StepError, mask: &Mask) -> Self {
        let (sentence, rows) = error.parts();
        let masked = |row: Vec<&str>| row.into_iter().map(|cell| mask.apply(cell)).collect();
        let details = rows.into_iter().map(masked).collect();
        Self { code: error.code.clone(), kind: error.kind, message: mask.apply(sentence), details }
    }

    /// On a line. Whatever was interrupted, it says nothing of the network.
    pub(in crate::report) fn told(&self) -> String {
        match self.code.as_str() {
            StepError::INTERRUPTED => format!("{}: {}", self.code, self.message),
            _ => format!("{} ({}): {}", self.code, self.kind, self.message),
        }
    }
}

fn took(tasks: &[TaskState], now: Timestamp) -> Option<Duration> {
    let begun = tasks.iter().filter_map(|task| Some((task.since?, task.ended.unwrap_or(now))));
    let (from, to) = begun.reduce(|(from, to), (since, ended)| (from.min(since), to.max(ended)))?;
    Some(to.since(from))
}
