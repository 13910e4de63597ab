//! A workflow as the simulation knows it.

use onramp::id::StepId;
use onramp::workflow::Effect;

use super::script::Script;

#[derive(Debug, Clone)]
pub struct Graph {
    pub steps: Vec<Step>,
    pub limits: Limits,
}

/// Of the run as a whole; times in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    pub max_parallel: Option<u32>,
    /// So many attempts within so long.
    pub rate: Option<(u32, u64)>,
    pub timeout: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct Step {
    pub effect: Effect,
    /// Steps that it waits for, ascending; those of `refers` are among them.
    pub needs: Vec<usize>,
    /// Steps whose outputs are in its input.
    pub refers: Vec<usize>,
    pub condition: Condition,
    pub matrix: Option<Matrix>,
    pub retry: Retry,
    pub timeout: Option<u64>,
    /// For each try.
    pub attempt_timeout: Option<u64>,
    pub continue_on_error: bool,
    pub on_error: Option<OnError>,
    /// The steps of the file that it calls instead of an action.
    pub inside: Option<Vec<Step>>,
    /// Stands in its input.
    pub version: u32,
    /// For each task in turn, and again from the first.
    pub scripts: Vec<Script>,
    /// What its output `flag` says.
    pub flag: bool,
    /// How many its output `items` has.
    pub width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    None,
    Success,
    Failure,
    Always,
    /// The output `flag` of a step is true.
    Flag(usize),
    AlwaysFlag(usize),
}

#[derive(Debug, Clone)]
pub struct Matrix {
    pub items: Items,
    pub max_parallel: Option<u32>,
    pub fail_fast: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Items {
    Literal(usize),
    /// The output `items` of a step.
    Output(usize),
}

/// In milliseconds.
#[derive(Debug, Clone)]
pub struct Retry {
    pub max_attempts: u32,
    pub delay: u64,
    pub factor: u32,
    pub max_delay: u64,
    pub max_elapsed: Option<u64>,
    pub network: bool,
    pub throttled: bool,
    pub server: bool,
    pub timeout: bool,
}

#[derive(Debug, Clone)]
pub struct OnError {
    pub effect: Effect,
    pub rerun_from: usize,
    pub max: u32,
    /// The remedy's own tries, every time that it is called for.
    pub script: Script,
    /// The step's tries after the first round.
    pub again: Script,
}

pub fn id(step: usize) -> String {
    format!("s{step}")
}

/// The number of a step in its own file.
pub fn number(id: &StepId) -> usize {
    let own = id.as_str().rsplit('/').next().unwrap_or_default();
    own[1..].parse().unwrap_or_else(|_| panic!("{id} is no step of a generated graph"))
}

impl Graph {
    /// The step with this id, unless it stands for a call.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        let mut steps = &self.steps;
        let (outer, own) = id.as_str().rsplit_once('/').unwrap_or(("", id.as_str()));
        if let Some(caller) = outer.strip_prefix('s') {
            steps = steps[caller.parse::<usize>().ok()?].inside.as_ref()?;
        }
        steps.get(own.strip_prefix('s')?.parse::<usize>().ok()?).filter(|step| step.inside.is_none())
    }

    /// All steps, those of called files too.
    pub fn for_each(&mut self, mut change: impl FnMut(&mut Step)) {
        for step in &mut self.steps {
            change(step);
            step.inside.iter_mut().flatten().for_each(&mut change);
        }
    }
}

impl Step {
    pub fn script(&self, position: usize) -> &Script {
        &self.scripts[position % self.scripts.len()]
    }

    pub fn is_plain(&self) -> bool {
        self.on_error.is_none() && self.inside.is_none() && !self.continue_on_error
    }
}
