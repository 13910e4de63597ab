//! What there is to say of a run: a fold of plan and state into values that are made for showing. No secret is in it,
//! unless it was asked to be revealed.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::call::{self, Inner};
use super::doubt::{AnswerView, DoubtView};
use super::history::History;
use super::stand::Stand;
use super::undo::{RoundView, UndoView};
use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::plan::{Plan, PlanStep};
use crate::run::{ErrorKind, Phase, RunState, RunStatus, SkipReason, StepError, Stop, TaskState, TeardownStatus};
use crate::secret::{Data, Datum, Mask};
use crate::workflow::Effect;

/// Whether secret outputs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Masked,
    /// The user asked for it (`--reveal`).
    Revealed,
}

impl Secrets {
    fn show(self, datum: &Datum, mask: &Mask) -> Value {
        match self {
            Self::Masked => masked(datum, mask),
            Self::Revealed => datum.expose().clone(),
        }
    }
}

/// A value as it may be shown; of a public one, each text in which a secret turns up is masked there.
pub(super) fn masked(datum: &Datum, mask: &Mask) -> Value {
    fn inside(value: Value, mask: &Mask) -> Value {
        match value {
            Value::String(text) => Value::String(mask.apply(&text)),
            Value::Array(items) => items.into_iter().map(|item| inside(item, mask)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, field)| (name, inside(field, mask))).collect(),
            other => other,
        }
    }
    inside(datum.masked(), mask)
}

/// Where a run's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The run's own folder.
    pub run_dir: String,
    /// The store, if a command that is to find the run again must name it.
    pub store: Option<String>,
}

/// A run, ready to be shown. Texts are as they came: who shows them makes them inert.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub run: String,
    pub workflow: String,
    pub status: RunStatus,
    /// How far its teardown came; `None` if there was none.
    pub teardown: Option<TeardownStatus>,
    /// When it began.
    pub began: Timestamp,
    /// The time of its last entry.
    pub last: Timestamp,
    /// Without the times in which no process worked on it, once its history is known.
    pub worked: Option<Duration>,
    pub base_url: String,
    pub sandbox: bool,
    /// In the order of the plan; a call stands before what is inside of it.
    pub steps: Vec<StepView>,
    pub outputs: Vec<OutputView>,
    pub notes: Vec<String>,
    /// What made it stop before its end.
    pub stopped: Option<Stop>,
    pub place: Place,
}

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
    pub undo: Option<UndoView>,
}

/// An error as every report has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    pub code: String,
    pub kind: ErrorKind,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OutputView {
    pub name: String,
    pub value: Value,
    pub secret: bool,
    /// The name under which it is exported to an environment.
    pub env: Option<String>,
}

impl Summary {
    /// `mask` knows the run's secrets, in case a text repeats one.
    pub fn new(plan: &Plan, state: &RunState, place: Place, secrets: Secrets, mask: &Mask) -> Self {
        let running = state.status == RunStatus::Running;
        let views = (0..plan.steps.len()).map(|step| StepView::new(plan, state, step, mask)).collect();
        Self {
            run: state.started.run.to_string(),
            workflow: state.started.workflow.clone(),
            status: state.status,
            teardown: state.teardown_status(plan),
            began: state.began,
            last: state.now,
            worked: None,
            base_url: mask.apply(&state.started.settings.base_url),
            sandbox: state.started.settings.sandbox,
            steps: call::outline(plan, state, views, running),
            outputs: outputs(plan, &state.outputs, secrets, mask),
            stopped: state.stopping,
            notes: state.notes.iter().map(|note| mask.apply(note)).collect(),
            place,
        }
    }

    /// Knows for how long processes worked on it.
    pub fn with_history(self, history: &History) -> Self {
        Self { worked: (!history.pauses.is_empty()).then(|| history.worked(history.length)), ..self }
    }

    /// From its first entry to its last, times in which no process worked on it included.
    pub fn span(&self) -> Duration {
        self.last.since(self.began)
    }

    /// Some output is masked.
    pub fn hides_something(&self) -> bool {
        let masked = Value::from(crate::secret::MASKED);
        self.outputs.iter().any(|output| output.secret && output.value == masked)
    }
}

/// In the order of the workflow, as far as the workflow knows them.
fn outputs(plan: &Plan, data: &Data, secrets: Secrets, mask: &Mask) -> Vec<OutputView> {
    let declared = &plan.workflow.outputs;
    let mut views: Vec<OutputView> = data
        .iter()
        .map(|(name, datum)| OutputView {
            name: name.clone(),
            value: secrets.show(datum, mask),
            secret: datum.is_secret(),
            env: declared.iter().find(|output| output.name.as_str() == name).and_then(|output| output.env.clone()),
        })
        .collect();
    let place = |view: &OutputView| declared.iter().position(|output| output.name.as_str() == view.name);
    views.sort_by_key(|view| place(view).unwrap_or(usize::MAX));
    views
}

impl StepView {
    fn new(plan: &Plan, state: &RunState, step: usize, mask: &Mask) -> Self {
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
            undo: UndoView::new(state, planned, task, mask),
        }
    }
}

impl ErrorView {
    pub fn new(error: &StepError, mask: &Mask) -> Self {
        Self { code: error.code.clone(), kind: error.kind, message: mask.apply(&error.message) }
    }

    /// On a line. Whatever was interrupted, it says nothing of the network.
    pub(super) fn told(&self) -> String {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::scenario::*;
    use super::*;

    #[test]
    fn a_public_value_that_repeats_a_secret_is_masked_there() {
        let mask = Mask::default();
        mask.learn(&secret(json!("ml_live_0123456789")));
        let mut tape = good();
        let image = json!({ "urls": ["https://cdn.onramp.test/?key=ml_live_0123456789"] });
        tape.alter(|recorded| drop(recorded.outputs.insert("image".into(), image.into())));
        let summary =
            Summary::new(&tape.plan, &tape.state, tape.summary(Secrets::Masked).place, Secrets::Masked, &mask);
        let image = summary.outputs.iter().find(|output| output.name == "image").unwrap();
        assert_eq!(image.value, json!({ "urls": ["https://cdn.onramp.test/?key=***"] }));
    }

    #[test]
    fn outputs_stand_in_the_order_of_the_workflow_with_the_names_they_are_exported_under() {
        let mut tape = good();
        let declare = |name: &str, env: Option<&str>| crate::workflow::Output {
            name: crate::id::Name::new(name).unwrap(),
            value: crate::expr::Template::literal(json!(null)),
            ty: crate::expr::ValueType::Null,
            secret: false,
            env: env.map(str::to_owned),
            span: crate::diagnostic::Span::default(),
        };
        tape.plan.workflow.outputs = vec![declare("image", None), declare("api_key", Some("MODELSLAB_API_KEY"))];
        let outputs = tape.summary(Secrets::Masked).outputs;
        let names: Vec<_> = outputs.iter().map(|output| (output.name.as_str(), output.env.as_deref())).collect();
        assert_eq!(names, [("image", None), ("api_key", Some("MODELSLAB_API_KEY")), ("team", None)]);
    }

    #[test]
    fn a_matrix_takes_from_the_start_of_its_first_item_to_the_end_of_its_last() {
        let summary = good().summary(Secrets::Masked);
        assert_eq!(summary.steps[2].took, Some(Duration::from_millis(95)));
        assert_eq!(summary.steps[2].attempts, 2);
    }

    #[test]
    fn a_step_that_was_done_before_a_resume_keeps_its_time() {
        let mut tape = Tape::start(bootstrap());
        tape.wait(120)
            .end("signup", done())
            .wait(60_000)
            .push(crate::run::Fact::Resumed(crate::run::Resumption::default()));
        assert_eq!(tape.summary(Secrets::Masked).steps[0].took, Some(Duration::from_millis(120)));
    }

    #[test]
    fn a_remedy_in_doubt_is_its_steps_doubt() {
        let mut plan = bootstrap();
        plan.steps[1].on_error.as_mut().unwrap().call.effect = Effect::Once;
        let mut tape = Tape::start(plan);
        let error = StepError::new(ErrorKind::Mail, "mail.timeout", "no mail came");
        let failed = crate::run::Outcome::failed(crate::run::Happened::None, error);
        tape.end("signup", done()).end("code", failed).end("code/on-error", lost()).fire("code/on-error");
        let reason = "nothing to see".to_owned();
        tape.look("code/on-error", crate::run::ProbeAnswer::CannotTell { reason, again: None });
        let summary = tape.summary(Secrets::Masked);
        assert_eq!((summary.status, summary.steps[1].stand), (RunStatus::InDoubt, Stand::InDoubt));
        let doubt = summary.steps[1].tasks[0].doubt.as_ref().unwrap();
        assert_eq!(doubt.action, "modelslab.resend_verification");
        assert!(doubt.question.contains("`code/on-error`"), "{}", doubt.question);
    }
}
