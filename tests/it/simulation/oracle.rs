//! What must become of a graph in its world, worked out naively: each step by itself, in time relative to its own beginning.

use std::collections::BTreeMap;

use onramp::run::{RunStatus, StepStatus};

use super::graph::{Condition, Graph, Items, Step};
use super::tries::{End, items, task};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub run: RunStatus,
    pub steps: BTreeMap<String, ExpectedStep>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedStep {
    pub status: StepStatus,
    pub attempts: u32,
    /// `None`: not skipped. `Some(None)`: by its own condition.
    pub skipped: Option<Option<String>>,
}

/// A step whose end is known.
#[derive(Debug, Clone)]
pub struct Known {
    pub seen: ExpectedStep,
    pub continue_on_error: bool,
    /// Its outputs `flag` and `items`, unless they are null.
    pub outputs: Option<(bool, usize)>,
}

pub fn expect(graph: &Graph) -> Expected {
    let mut all = BTreeMap::new();
    let top = file(&graph.steps, "", None, &mut all);
    // A remedy in doubt leaves its step at work, with nothing going on.
    let doubt = all.values().any(|step| matches!(step.status, StepStatus::InDoubt | StepStatus::Running));
    let failed = top.iter().any(|step| step.seen.status == StepStatus::Failed && !step.continue_on_error);
    let run = match (doubt, failed) {
        (true, _) => RunStatus::InDoubt,
        (false, true) => RunStatus::Failed,
        (false, false) => RunStatus::Succeeded,
    };
    Expected { run, steps: all }
}

/// All steps of a file, with their ids after `prefix`. `barred`: what its call has become without it.
fn file(
    steps: &[Step],
    prefix: &str,
    barred: Option<&ExpectedStep>,
    all: &mut BTreeMap<String, ExpectedStep>,
) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let own = format!("{prefix}s{index}");
        let not_begun = barred.cloned().or_else(|| admitted(&known, step, prefix).err());
        let (seen, outputs, rounds) = match (&step.inside, not_begun) {
            (Some(inside), Some(seen)) => {
                file(inside, &format!("{own}/"), Some(&seen), all);
                (seen, None, 0)
            }
            (None, Some(seen)) => (seen, None, 0),
            (Some(inside), None) => call(&file(inside, &format!("{own}/"), None, all)),
            (None, None) => action(&known, step),
        };
        known.push(Known { seen, continue_on_error: step.continue_on_error, outputs });
        if let (Some(on_error), true) = (&step.on_error, rounds > 0) {
            for again in way(steps, on_error.rerun_from, &step.needs) {
                let tasks = tasks_of(&known, &steps[again]).unwrap_or(0) as u32;
                let seen = &mut known[again].seen;
                if seen.status == StepStatus::Succeeded {
                    seen.attempts += rounds * tasks;
                }
            }
        }
    }
    let named = known.iter().enumerate().map(|(index, known)| (format!("{prefix}s{index}"), known.seen.clone()));
    all.extend(named);
    known
}

/// The steps from `from` on all ways to one with these needs, itself left out.
pub fn way(steps: &[Step], from: usize, needs: &[usize]) -> Vec<usize> {
    (0..steps.len())
        .filter(|step| needs.iter().any(|need| leads(steps, *step, *need)) && leads(steps, from, *step))
        .collect()
}

/// Whether `to` waits, over others, for `from`, or is it.
pub fn leads(steps: &[Step], from: usize, to: usize) -> bool {
    from == to || steps[to].needs.iter().any(|need| leads(steps, from, *need))
}

fn failed_through(known: &Known) -> bool {
    let failed = known.seen.status == StepStatus::Failed && !known.continue_on_error;
    failed || matches!(known.seen.skipped, Some(Some(_)))
}

/// Whether a step begins, or what it is if it does not.
pub fn admitted(before: &[Known], step: &Step, prefix: &str) -> Result<(), ExpectedStep> {
    if step.needs.iter().any(|need| !before[*need].seen.status.is_terminal()) {
        return Err(ExpectedStep { status: StepStatus::Waiting, attempts: 0, skipped: None });
    }
    let failed = step.needs.iter().find(|need| failed_through(&before[**need]));
    let flag = |of: usize| before[of].outputs.is_some_and(|(flag, _)| flag);
    let runs = match step.condition {
        Condition::None | Condition::Success => failed.is_none(),
        Condition::Failure => failed.is_some(),
        Condition::Always => true,
        Condition::Flag(of) => failed.is_none() && flag(of),
        Condition::AlwaysFlag(of) => flag(of),
    };
    let because = || failed.map(|need| format!("{prefix}s{need}"));
    if runs { Ok(()) } else { Err(ExpectedStep { status: StepStatus::Skipped, attempts: 0, skipped: Some(because()) }) }
}

/// What becomes of a step, its outputs, and how often it went round.
type Became = (ExpectedStep, Option<(bool, usize)>, u32);

/// A call has ended when all inside has, and failed if something inside has.
fn call(inside: &[Known]) -> Became {
    let failed = |known: &Known| known.seen.status == StepStatus::Failed && !known.continue_on_error;
    let status = match inside {
        _ if inside.iter().any(|known| !known.seen.status.is_terminal()) => StepStatus::Waiting,
        _ if inside.iter().any(failed) => StepStatus::Failed,
        _ => StepStatus::Succeeded,
    };
    let outputs = inside.last().and_then(|last| last.outputs).filter(|_| status == StepStatus::Succeeded);
    (ExpectedStep { status, attempts: 0, skipped: None }, outputs, 0)
}

fn action(before: &[Known], step: &Step) -> Became {
    let (seen, rounds) = match (&step.on_error, tasks_of(before, step)) {
        (Some(_), _) => with_remedy(step),
        (None, Some(count)) => (plain_items(step, count), 0),
        (None, None) => (ExpectedStep { status: StepStatus::Failed, attempts: 0, skipped: None }, 0),
    };
    let outputs = (seen.status == StepStatus::Succeeded).then_some((step.flag, step.width));
    (seen, outputs, rounds)
}

/// How many tasks a step has; `None` if its matrix is no list.
fn tasks_of(before: &[Known], step: &Step) -> Option<usize> {
    match step.matrix.as_ref().map(|matrix| matrix.items) {
        None => Some(1),
        Some(Items::Literal(count)) => Some(count),
        Some(Items::Output(of)) => before[of].outputs.map(|(_, width)| width),
    }
}

fn plain_items(step: &Step, count: usize) -> ExpectedStep {
    let begun = items(step, count);
    let any = |ends: &[End]| begun.iter().any(|tried| ends.contains(&tried.end));
    let status = match (any(&[End::Doubt]), any(&[End::Failed, End::Lost])) {
        (true, _) => StepStatus::InDoubt,
        (false, true) => StepStatus::Failed,
        (false, false) => StepStatus::Succeeded,
    };
    ExpectedStep { status, attempts: begun.iter().map(|tried| tried.tries).sum(), skipped: None }
}

/// The step, and how often its remedy sent it round.
fn with_remedy(step: &Step) -> (ExpectedStep, u32) {
    let on_error = step.on_error.as_ref().unwrap();
    let first = task(step.effect, Some(step), step.script(0));
    let (mut end, mut attempts, mut rounds, mut stuck) = (first.end, first.tries, 0, false);
    while end == End::Lost && rounds < on_error.max {
        match task(on_error.effect, None, &on_error.script).end {
            End::Succeeded => {}
            End::Doubt => {
                stuck = true;
                break;
            }
            End::Failed | End::Lost => break,
        }
        rounds += 1;
        let again = task(step.effect, Some(step), &on_error.again);
        end = again.end;
        attempts += again.tries;
    }
    let status = match end {
        _ if stuck => StepStatus::Running,
        End::Succeeded => StepStatus::Succeeded,
        End::Failed | End::Lost => StepStatus::Failed,
        End::Doubt => StepStatus::InDoubt,
    };
    (ExpectedStep { status, attempts, skipped: None }, rounds)
}
