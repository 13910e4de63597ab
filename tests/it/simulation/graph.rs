//! A workflow as the simulation knows it, and its YAML.

use std::fmt::Write as _;

use onramp::workflow::Effect;

use super::script::Script;

#[derive(Debug, Clone)]
pub struct Graph {
    pub steps: Vec<Step>,
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
    pub on_error: Option<OnError>,
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

impl Graph {
    pub fn yaml(&self) -> String {
        let mut text = "name: simulated\nsteps:\n".to_owned();
        for (index, step) in self.steps.iter().enumerate() {
            step.write(&mut text, index);
        }
        let outputs = (0..self.steps.len()).map(|step| format!("  o{step}: ${{{{ steps.s{step}.outputs.value }}}}\n"));
        text + "outputs:\n" + &outputs.collect::<String>()
    }
}

impl Step {
    fn write(&self, text: &mut String, index: usize) {
        let mut line = |key: &str, value: String| {
            let _ = writeln!(text, "    {key}: {value}");
        };
        let list = |steps: &[usize]| steps.iter().map(|step| id(*step)).collect::<Vec<_>>().join(", ");
        line("uses", format!("sim.{}", self.effect));
        line("needs", format!("[{}]", list(&self.needs)));
        let values = self.refers.iter().map(|step| format!("\"${{{{ steps.s{step}.outputs.value }}}}\""));
        line("with", format!("{{ value: [{}] }}", values.collect::<Vec<_>>().join(", ")));
        if let Some(condition) = self.condition.text() {
            line("if", condition);
        }
        if let Some(matrix) = &self.matrix {
            line("strategy", matrix.text());
        }
        line("retry", self.retry.text());
        if let Some(timeout) = self.timeout {
            line("timeout", format!("{timeout}ms"));
        }
        if let Some(on_error) = &self.on_error {
            let OnError { effect, rerun_from, max, .. } = on_error;
            line("on-error", format!("{{ when: sim.lost, run: sim.{effect}, rerun-from: s{rerun_from}, max: {max} }}"));
        }
        // The id comes first in the file.
        let at = text.rfind(&format!("    uses: sim.{}\n    needs", self.effect)).unwrap();
        text.insert_str(at, &format!("  {}:\n", id(index)));
    }

    pub fn script(&self, position: usize) -> &Script {
        &self.scripts[position % self.scripts.len()]
    }
}

impl Condition {
    fn text(self) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::Success => "success()".into(),
            Self::Failure => "failure()".into(),
            Self::Always => "always()".into(),
            Self::Flag(step) => format!("steps.s{step}.outputs.flag == true"),
            Self::AlwaysFlag(step) => format!("always() && steps.s{step}.outputs.flag == true"),
        })
    }
}

impl Matrix {
    fn text(&self) -> String {
        let items = match self.items {
            Items::Literal(count) => {
                format!("[{}]", (0..count).map(|n| format!("i{n}")).collect::<Vec<_>>().join(", "))
            }
            Items::Output(step) => format!("\"${{{{ steps.s{step}.outputs.items }}}}\""),
        };
        let limit = self.max_parallel.map_or_else(String::new, |limit| format!(", max-parallel: {limit}"));
        format!("{{ matrix: {{ item: {items} }}{limit} }}")
    }
}

impl Retry {
    fn text(&self) -> String {
        let classes = [(self.network, "network"), (self.throttled, "429"), (self.server, "5xx")];
        let when: Vec<&str> = classes.iter().filter(|(named, _)| *named).map(|(_, name)| *name).collect();
        let elapsed = self.max_elapsed.map_or_else(String::new, |most| format!(", max-elapsed: {most}ms"));
        format!(
            "{{ max-attempts: {}, delay: {}ms, factor: {}, max-delay: {}ms, jitter: false, when: [{}]{elapsed} }}",
            self.max_attempts,
            self.delay,
            self.factor,
            self.max_delay,
            when.join(", ")
        )
    }
}
