//! A generated workflow, and the files that it calls, as YAML.

use std::fmt::Write as _;

use super::graph::{Condition, Graph, Items, Limits, Matrix, OnError, Retry, Step, id};

impl Graph {
    pub fn yaml(&self) -> String {
        let outputs = (0..self.steps.len()).map(|step| format!("  o{step}: ${{{{ steps.s{step}.outputs.value }}}}\n"));
        let outputs: String = outputs.collect();
        format!("name: simulated\n{}steps:\n{}outputs:\n{outputs}", self.limits.text(), written(&self.steps, false))
    }

    /// The text of the file at this path.
    pub fn library(&self, path: &str) -> Option<String> {
        let step = path.strip_prefix("lib/s")?.strip_suffix(".yaml")?.parse::<usize>().ok()?;
        let inside = self.steps.get(step)?.inside.as_ref()?;
        let last = inside.len() - 1;
        let output = |name: &str| format!("  {name}: ${{{{ steps.s{last}.outputs.{name} }}}}\n");
        let outputs: String = ["value", "items", "flag"].map(output).concat();
        Some(format!("inputs: {{ value: {{ type: array }} }}\nsteps:\n{}outputs:\n{outputs}", written(inside, true)))
    }
}

fn written(steps: &[Step], called: bool) -> String {
    let mut text = String::new();
    for (index, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "  {}:", id(index));
        step.write(&mut text, index, called);
    }
    text
}

impl Step {
    fn write(&self, text: &mut String, index: usize, called: bool) {
        let mut line = |key: &str, value: String| {
            let _ = writeln!(text, "    {key}: {value}");
        };
        let list = |steps: &[usize]| steps.iter().map(|step| id(*step)).collect::<Vec<_>>().join(", ");
        line("needs", format!("[{}]", list(&self.needs)));
        let mut values = vec![self.version.to_string()];
        values.extend(called.then(|| "\"${{ inputs.value }}\"".to_owned()));
        values.extend(self.matrix.is_some().then(|| "\"${{ matrix.item }}\"".to_owned()));
        values.extend(self.refers.iter().map(|step| format!("\"${{{{ steps.s{step}.outputs.value }}}}\"")));
        line("with", format!("{{ value: [{}] }}", values.join(", ")));
        if let Some(condition) = self.condition.text() {
            line("if", condition);
        }
        if self.continue_on_error {
            line("continue-on-error", "true".into());
        }
        if self.inside.is_some() {
            return line("uses", format!("./lib/s{index}.yaml"));
        }
        line("uses", format!("sim.{}", self.effect));
        if let Some(matrix) = &self.matrix {
            line("strategy", matrix.text());
        }
        line("retry", self.retry.text());
        for (key, timeout) in [("timeout", self.timeout), ("attempt-timeout", self.attempt_timeout)] {
            timeout.into_iter().for_each(|timeout| line(key, format!("{timeout}ms")));
        }
        if let Some(on_error) = &self.on_error {
            let OnError { effect, rerun_from, max, .. } = on_error;
            line("on-error", format!("{{ when: sim.lost, run: sim.{effect}, rerun-from: s{rerun_from}, max: {max} }}"));
        }
    }
}

impl Limits {
    fn text(self) -> String {
        let parallel = self.max_parallel.map(|most| format!("max-parallel: {most}\n"));
        let rate = self.rate.map(|(count, per)| format!("rate: {{ count: {count}, per: {per}ms }}\n"));
        let timeout = self.timeout.map(|timeout| format!("timeout: {timeout}ms\n"));
        [parallel, rate, timeout].into_iter().flatten().collect()
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
        let fast = if self.fail_fast { ", fail-fast: true" } else { "" };
        format!("{{ matrix: {{ item: {items} }}{limit}{fast} }}")
    }
}

impl Retry {
    fn text(&self) -> String {
        let classes =
            [(self.network, "network"), (self.throttled, "429"), (self.server, "5xx"), (self.timeout, "timeout")];
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
