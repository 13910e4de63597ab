//! A person answers for a step: it took place, or it shall run again.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::quoted;
use super::run::RunOutcome;
use super::stored::{Stored, restore};
use super::{OpError, Workspace};
use crate::diagnostic::nearest;
use crate::engine::learn_state;
use crate::id::{Role, TaskPath};
use crate::plan::{Plan, PlanStep, StepKind};
use crate::run::{Entry, Fact, Phase, Resolution, RunState, TaskState, apply};
use crate::secret::{Data, Datum, Mask};
use crate::workflow::{ActionSpec, CaptureFrom, Effect, Type, typed};

pub struct ResolveRequest {
    /// An id, the beginning of one, or `last`.
    pub run: String,
    /// As `signup`, `invite[ada@onramp.test]` or `code/on-error`.
    pub task: String,
    pub answer: Answer,
}

#[derive(Clone)]
pub enum Answer {
    /// It took place, with these outputs.
    Done(Vec<GivenOutput>),
    /// It shall run again.
    Redo,
}

/// An output as the user gave it.
#[derive(Clone)]
pub struct GivenOutput {
    pub name: String,
    pub text: String,
    /// It stood among the arguments, which others can read.
    pub is_argument: bool,
}

/// The run after the answer, which is in its journal.
pub struct Resolved {
    pub outcome: RunOutcome,
    /// What was done, and what the user should know of.
    pub words: Vec<String>,
    /// Knows the run's secrets.
    pub mask: Mask,
}

/// Records the answer. Nothing is sent: what follows is for a resume.
pub fn resolve(workspace: &Workspace, request: ResolveRequest) -> Result<Resolved, OpError> {
    let run = workspace.find(&request.run)?;
    let (mut writer, loaded) = workspace.take(&run)?;
    let Stored { plan, mut state, warnings: mut words, .. } = restore(workspace, loaded)?;
    let entry = answered(workspace, &plan, &mut state, &request.task, request.answer, &mut words)?;
    let verb = if state.teardown { "teardown" } else { "resume" };
    words.push(format!("go on with `{}`", workspace.command_line(verb, &run)));
    writer.append(&[entry], true)?;
    writer.checkpoint(&state, true)?;
    let mask = Mask::default();
    learn_state(&mask, &workspace.registry, &plan, &state);
    Ok(Resolved { outcome: RunOutcome { plan, state, dir: workspace.run_dir(&run) }, words, mask })
}

/// The entry that says so, which `state` has taken in.
pub(super) fn answered(
    workspace: &Workspace,
    plan: &Plan,
    state: &mut RunState,
    task: &str,
    answer: Answer,
    words: &mut Vec<String>,
) -> Result<Entry, OpError> {
    let run = &state.started.run;
    let task = named(plan, state, task, &|verb, flags| workspace.command_line_with(verb, run, flags))
        .map_err(OpError::Usage)?;
    let resolution = match answer {
        Answer::Redo if state.teardown => {
            words.push(format!("`{task}` did not take place: there is nothing of it to undo"));
            Resolution::Redo
        }
        Answer::Redo => {
            words.push(format!("`{task}` will run again, under a new idempotency key"));
            Resolution::Redo
        }
        Answer::Done(given) => {
            let outputs = outputs(workspace, plan, state, &task, given, words).map_err(OpError::Usage)?;
            words.push(format!("`{task}` counts as done and is not sent again{}", with(&outputs)));
            Resolution::Done(outputs)
        }
    };
    let at = workspace.clock.now().max(state.now);
    let entry = Entry { seq: state.seq + 1, at, fact: Fact::Resolved { task, resolution } };
    apply(plan, state, &entry)?;
    Ok(entry)
}

fn with(outputs: &Data) -> String {
    let known: Vec<&str> =
        outputs.iter().filter(|(_, datum)| !datum.expose().is_null()).map(|(name, _)| name.as_str()).collect();
    if known.is_empty() { String::new() } else { format!("; its outputs: {}", known.join(", ")) }
}

/// What to type about the run: of a verb, and of flags that begin with a blank.
type Command<'c> = &'c dyn Fn(&str, &str) -> String;

/// The task that is meant, if there is something to be answered about it.
fn named(plan: &Plan, state: &RunState, text: &str, command: Command<'_>) -> Result<TaskPath, String> {
    let unknown = || {
        let step = text.split(['[', '/']).next().unwrap_or(text);
        let near = nearest(step, plan.steps.iter().map(|step| step.id.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("the run has no step `{}`{near}", text.escape_debug())
    };
    let path = TaskPath::parse(text).map_err(|_| unknown())?;
    let index = plan.index(&path.step).ok_or_else(unknown)?;
    let (planned, step) = (&plan.steps[index], &state.steps[index]);
    if path.role == Role::Undo {
        return Err(format!(
            "`{path}` is tried again by `{}`; there is nothing to answer about it",
            command("teardown", "")
        ));
    }
    if planned.kind != StepKind::Action {
        return Err(format!(
            "`{path}` calls a workflow file and does nothing itself: answer for a step inside, `{path}/STEP`"
        ));
    }
    if step.skipped.is_some() {
        return Err(format!("`{path}` was skipped and did nothing: answer for the step that it waits for"));
    }
    if planned.matrix.is_some() && path.item.is_none() && path.role == Role::Step {
        return Err(whole_matrix(&path, step.tasks.iter().filter_map(|task| task.item.as_deref())));
    }
    let task = state.task(plan, &path).ok_or_else(|| match path.role {
        Role::Step => {
            format!("`{}` has no item `{}`", path.step, path.item.as_deref().unwrap_or_default().escape_debug())
        }
        _ => format!("`{}` has no `on-error`", path.step),
    })?;
    answerable(task, &path, command)?;
    let called = path.role != Role::Remedy || step.tasks.iter().any(|task| task.phase == Phase::Remedying);
    if called { Ok(path) } else { Err(format!("`{path}` is over: answer for `{}` itself", path.step)) }
}

fn whole_matrix<'a>(path: &TaskPath, items: impl Iterator<Item = &'a str>) -> String {
    const SOME: usize = 5;
    let items: Vec<String> = items.take(SOME).map(|item| format!("{path}[{}]", item.escape_debug())).collect();
    match items.as_slice() {
        [] => format!("the items of `{path}` are not known: there is nothing to answer before a resume finds them"),
        items => format!("`{path}` has a matrix; name one of its items, such as {}", items.join(", ")),
    }
}

fn answerable(task: &TaskState, path: &TaskPath, command: Command<'_>) -> Result<(), String> {
    match &task.phase {
        Phase::Succeeded => {
            let command = command("retry", &format!(" --step {}", quoted(path)));
            Err(format!("`{path}` has succeeded; `{command}` runs it again"))
        }
        Phase::Remedying => Err(format!("`{path}` waits for what helps it: answer for `{path}/on-error`")),
        Phase::Skipped(_) => Err(format!("`{path}` was skipped and did nothing")),
        Phase::Waiting if task.attempts == 0 && !task.cleared && task.kept.is_none() => {
            Err(format!("`{path}` has not begun: there is nothing to answer about it"))
        }
        _ => Ok(()),
    }
}

/// All outputs that the step declares: those given, else those known, else null.
fn outputs(
    workspace: &Workspace,
    plan: &Plan,
    state: &RunState,
    path: &TaskPath,
    given: Vec<GivenOutput>,
    words: &mut Vec<String>,
) -> Result<Data, String> {
    let (Some(index), Some(task)) = (plan.index(&path.step), state.task(plan, path)) else { return Ok(Data::new()) };
    let planned = &plan.steps[index];
    // What a remedy brings, nobody refers to.
    let declared: &[(String, bool)] = if path.role == Role::Step { &planned.outputs } else { &[] };
    let spec = workspace.registry.spec(planned.call.action);
    let given = read(planned, declared, spec.as_deref(), given)?;
    let before = known(task);
    let value = |name: &String| {
        let known =
            || before.and_then(|known| known.get(name)).or_else(|| echoed(task, planned, spec.as_deref()?, name));
        given.get(name).cloned().or_else(|| known().map(|datum| datum.expose().clone()))
    };
    let outputs: Data = declared
        .iter()
        .map(|(name, secret)| (name.clone(), Datum::new(value(name).unwrap_or(Value::Null), *secret)))
        .collect();
    let missing = outputs.iter().filter(|(name, datum)| datum.expose().is_null() && !given.contains_key(*name));
    missing
        .map(|(name, _)| miss(plan, state, path, name))
        .try_for_each(|missed| missed.map(|word| words.extend(word)))?;
    Ok(outputs)
}

/// What was sent comes back from it. Not from a read, of which it may be a part.
fn echoed<'a>(task: &'a TaskState, planned: &PlanStep, spec: &ActionSpec, name: &str) -> Option<&'a Datum> {
    let parameter = spec.output(name)?.echoes.filter(|_| planned.call.effect != Effect::Read)?;
    task.input.get(parameter)
}

/// The outputs from before an edit, or of an answer that was not as the step wants it.
fn known(task: &TaskState) -> Option<&Data> {
    let kept = task.kept.as_ref().map(|kept| &kept.outputs);
    kept.or_else(|| task.answer.as_ref().map(|answer| &answer.data))
}

/// An output without a value is refused where a step would be sent with a null in its place, and told of elsewhere.
fn miss(plan: &Plan, state: &RunState, path: &TaskPath, name: &str) -> Result<Option<String>, String> {
    let readers = plan.readers(&path.step, name);
    let open = |reader: &&&crate::id::StepId| {
        let step = plan.index(reader).map(|index| &state.steps[index]);
        step.is_some_and(|step| step.status() != crate::run::StepStatus::Succeeded)
    };
    if let Some(reader) = readers.steps.iter().find(open) {
        return Err(format!("`{reader}` needs the output `{name}` of `{path}`: give it with --output {name}=@FILE"));
    }
    let outputs: Vec<String> = readers.outputs.iter().map(|output| format!("`{output}`")).collect();
    Ok((!outputs.is_empty())
        .then(|| format!("the output `{name}` of `{path}` is null, and with it the workflow's {}", outputs.join(", "))))
}

/// The given outputs, each of its type.
fn read(
    planned: &PlanStep,
    declared: &[(String, bool)],
    spec: Option<&ActionSpec>,
    given: Vec<GivenOutput>,
) -> Result<BTreeMap<String, Value>, String> {
    let mut values = BTreeMap::new();
    for GivenOutput { name, text, is_argument } in given {
        let Some((_, secret)) = declared.iter().find(|(known, _)| *known == name) else {
            let names: Vec<String> = declared.iter().map(|(name, _)| format!("`{name}`")).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(format!(
                "there is no output `{}` of `{}`; its outputs: {known}",
                name.escape_debug(),
                planned.id
            ));
        };
        if *secret && is_argument {
            return Err(format!(
                "the output `{name}` is secret, and others can read a process's arguments: use --output {name}=@FILE or \
                 --output {name}=@-"
            ));
        }
        let value =
            value(planned, spec, &name, &text).map_err(|wanted| format!("the output `{name}`: {wanted} is wanted"))?;
        if values.insert(name.clone(), value).is_some() {
            return Err(format!("the output `{name}` is given twice"));
        }
    }
    Ok(values)
}

/// A capture has no type of its own: what can be read as JSON is, unless it was taken out of text.
fn value(planned: &PlanStep, spec: Option<&ActionSpec>, name: &str, text: &str) -> Result<Value, String> {
    let capture = planned.captures.iter().find(|capture| capture.name.as_str() == name);
    match capture.map(|capture| &capture.from) {
        Some(CaptureFrom::Header(_) | CaptureFrom::Regex(_)) => Ok(text.into()),
        Some(_) => Ok(serde_json::from_str(text).unwrap_or_else(|_| text.into())),
        None => match spec.and_then(|spec| spec.output(name)).map(|output| &output.ty) {
            Some(Type::Any) | None => Ok(serde_json::from_str(text).unwrap_or_else(|_| text.into())),
            Some(ty) => typed(text, ty),
        },
    }
}
