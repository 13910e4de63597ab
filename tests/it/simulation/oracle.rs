//! What must become of a graph in its world, worked out naively: each step by itself, in time relative to its own beginning.

use onramp::run::{RunStatus, StepStatus};
use onramp::workflow::Effect;

use super::graph::{Condition, Graph, Items, Retry, Step};
use super::script::{Script, Try};

/// A late request lands within this time, in milliseconds.
pub const SETTLE: u64 = 5000;
const LONGEST_REST: u64 = 300_000;
const LOOKS: u32 = 6;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub run: RunStatus,
    pub steps: Vec<ExpectedStep>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedStep {
    pub status: StepStatus,
    pub attempts: u32,
    /// `None`: not skipped. `Some(None)`: by its own condition.
    pub skipped: Option<Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Succeeded,
    Failed,
    /// Failed with the error that `on-error` knows.
    Lost,
    Doubt,
}

pub fn expect(graph: &Graph) -> Expected {
    let mut steps: Vec<ExpectedStep> = Vec::new();
    for step in &graph.steps {
        let (expected, rounds) = one(graph, &steps, step);
        steps.push(expected);
        if let (Some(on_error), true) = (&step.on_error, rounds > 0) {
            for again in way(&graph.steps, on_error.rerun_from, &step.needs) {
                let tasks = tasks_of(graph, &steps, again).unwrap_or(0) as u32;
                if steps[again].status == StepStatus::Succeeded {
                    steps[again].attempts += rounds * tasks;
                }
            }
        }
    }
    // A remedy in doubt leaves its step at work, with nothing going on.
    let doubt = steps.iter().any(|step| matches!(step.status, StepStatus::InDoubt | StepStatus::Running));
    let failed = steps.iter().any(|step| step.status == StepStatus::Failed);
    let run = match (doubt, failed) {
        (true, _) => RunStatus::InDoubt,
        (false, true) => RunStatus::Failed,
        (false, false) => RunStatus::Succeeded,
    };
    Expected { run, steps }
}

/// The steps from `from` on all ways to one with these needs, itself left out.
pub fn way(steps: &[Step], from: usize, needs: &[usize]) -> Vec<usize> {
    fn leads(steps: &[Step], from: usize, to: usize) -> bool {
        from == to || steps[to].needs.iter().any(|need| leads(steps, from, *need))
    }
    (0..steps.len())
        .filter(|step| needs.iter().any(|need| leads(steps, *step, *need)) && leads(steps, from, *step))
        .collect()
}

fn failed_through(step: &ExpectedStep) -> bool {
    step.status == StepStatus::Failed || matches!(step.skipped, Some(Some(_)))
}

fn one(graph: &Graph, before: &[ExpectedStep], step: &Step) -> (ExpectedStep, u32) {
    let plain = |status, attempts| (ExpectedStep { status, attempts, skipped: None }, 0);
    if step.needs.iter().any(|need| !before[*need].status.is_terminal()) {
        return plain(StepStatus::Waiting, 0);
    }
    let failed = step.needs.iter().find(|need| failed_through(&before[**need]));
    let flag = |of: usize| before[of].status == StepStatus::Succeeded && graph.steps[of].flag;
    let runs = match step.condition {
        Condition::None | Condition::Success => failed.is_none(),
        Condition::Failure => failed.is_some(),
        Condition::Always => true,
        Condition::Flag(of) => failed.is_none() && flag(of),
        Condition::AlwaysFlag(of) => flag(of),
    };
    if !runs {
        let because = failed.map(|need| super::graph::id(*need));
        return (ExpectedStep { status: StepStatus::Skipped, attempts: 0, skipped: Some(because) }, 0);
    }
    if step.on_error.is_some() {
        return with_remedy(step);
    }
    match tasks_of(graph, before, before.len()) {
        Some(count) => plain_items(step, count),
        None => plain(StepStatus::Failed, 0),
    }
}

/// How many tasks a step has; `None` if its matrix is no list.
fn tasks_of(graph: &Graph, before: &[ExpectedStep], step: usize) -> Option<usize> {
    match &graph.steps[step].matrix {
        None => Some(1),
        Some(matrix) => match matrix.items {
            Items::Literal(count) => Some(count),
            Items::Output(of) => (before[of].status == StepStatus::Succeeded).then(|| graph.steps[of].width),
        },
    }
}

fn plain_items(step: &Step, count: usize) -> (ExpectedStep, u32) {
    let (mut attempts, mut doubts, mut failed) = (0, 0, false);
    for position in 0..count {
        let (end, tries) = task(step.effect, Some(&step.retry), step.timeout, step.script(position));
        attempts += tries;
        doubts += usize::from(end == End::Doubt);
        failed |= matches!(end, End::Failed | End::Lost);
    }
    let status = match (doubts > 0, failed) {
        (true, _) => StepStatus::InDoubt,
        (false, true) => StepStatus::Failed,
        (false, false) => StepStatus::Succeeded,
    };
    (ExpectedStep { status, attempts, skipped: None }, 0)
}

/// The step, and how often its remedy sent it round.
fn with_remedy(step: &Step) -> (ExpectedStep, u32) {
    let on_error = step.on_error.as_ref().unwrap();
    let (mut end, mut attempts) = task(step.effect, Some(&step.retry), step.timeout, step.script(0));
    let mut rounds = 0;
    let mut stuck = false;
    while end == End::Lost && rounds < on_error.max {
        match task(on_error.effect, None, None, &on_error.script).0 {
            End::Succeeded => {}
            End::Doubt => {
                stuck = true;
                break;
            }
            End::Failed | End::Lost => break,
        }
        rounds += 1;
        let (next, tries) = task(step.effect, Some(&step.retry), step.timeout, &on_error.again);
        end = next;
        attempts += tries;
    }
    let status = match end {
        _ if stuck => StepStatus::Running,
        End::Succeeded => StepStatus::Succeeded,
        End::Failed | End::Lost => StepStatus::Failed,
        End::Doubt => StepStatus::InDoubt,
    };
    (ExpectedStep { status, attempts, skipped: None }, rounds)
}

/// One task from its first try to its end. Without a policy, that of remedies: four tries for whatever passes.
fn task(effect: Effect, policy: Option<&Retry>, timeout: Option<u64>, script: &Script) -> (End, u32) {
    let mut now = 0;
    let mut tries = 0;
    loop {
        tries += 1;
        let (what, latency) = script.nth(tries);
        let in_time = timeout.is_none_or(|limit| now + latency <= limit);
        now = if in_time { now + latency } else { timeout.unwrap_or(now) };
        let (named, rest) = match what {
            _ if !in_time => (policy.is_none(), None),
            Try::Succeeds => return (End::Succeeded, tries),
            Try::Refused | Try::Wrong => return (End::Failed, tries),
            Try::Lost => return (End::Lost, tries),
            Try::Throttled(rest) => (policy.is_none_or(|policy| policy.throttled), rest),
            Try::Broken { retry_after, .. } => (policy.is_none_or(|policy| policy.server), retry_after),
            Try::CutOff { .. } => (policy.is_none_or(|policy| policy.network), None),
        };
        let mut rest = rest.map(|seconds| seconds * 1000);
        let unknown = !in_time || !matches!(what, Try::Throttled(_));
        if effect == Effect::Once && unknown {
            match look(script) {
                true if what.has_effect() => return (End::Succeeded, tries),
                true => {}
                false => return (End::Doubt, tries),
            }
            now += SETTLE;
            rest = rest.map(|rest| rest.saturating_sub(SETTLE));
        }
        let most = policy.map_or(4, |policy| policy.max_attempts);
        if !named || tries >= most || rest.is_some_and(|rest| rest > LONGEST_REST) {
            return (End::Failed, tries);
        }
        now += rest.unwrap_or_else(|| policy.map_or(0, |policy| delay(policy, tries)));
        let elapsed = policy.and_then(|policy| policy.max_elapsed).is_some_and(|most| now > most);
        if elapsed || timeout.is_some_and(|limit| now >= limit) {
            return (End::Failed, tries);
        }
    }
}

/// Whether a look tells in the end.
fn look(script: &Script) -> bool {
    script.blind.is_some_and(|blind| blind < LOOKS)
}

fn delay(policy: &Retry, tries: u32) -> u64 {
    (policy.delay * u64::from(policy.factor).pow(tries - 1)).min(policy.max_delay)
}
