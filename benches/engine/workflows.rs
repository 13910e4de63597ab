//! Workflows of any size. A file may have 1 MiB, so they are put together as a program that uses the library would do it.

use std::sync::Arc;

use onramp::action::Registry;
use onramp::diagnostic::Source;
use onramp::id::StepId;
use onramp::plan::{self, Plan, PlanStep};

pub const READ: &str = "uses: assert, with: { that: true }";
pub const ONCE: &str = "uses: modelslab.signup, with: { email: a@b.test, password: p }";
/// Three of its four outputs are sealed.
pub const HTTP: &str = "uses: http, with: { url: /items/1 }, outputs: { next: { jsonpath: $.next, secret: true } }";

pub fn load(text: &str) -> Plan {
    let loaded = plan::load(Source::new("bench.yaml", text), &Registry::builtin().catalogue());
    loaded.plan.unwrap_or_else(|| unreachable!("{:?}", loaded.diagnostics))
}

/// Each step needs the one before it.
pub fn chain(step: &str, steps: usize) -> Arc<Plan> {
    assemble(step, steps, |index| index.checked_sub(1).into_iter().collect())
}

/// No step needs another.
pub fn fan(step: &str, steps: usize) -> Arc<Plan> {
    assemble(step, steps, |_| Vec::new())
}

fn assemble(step: &str, steps: usize, needs: fn(usize) -> Vec<usize>) -> Arc<Plan> {
    let one = load(&format!("name: bench\nsteps:\n  s: {{ {step} }}\n"));
    let mut all: Vec<PlanStep> = Vec::with_capacity(steps);
    for index in 0..steps {
        let needs = needs(index);
        needs.iter().for_each(|need| all[*need].dependants.push(index));
        all.push(PlanStep { id: StepId::new(&format!("s{index}")).unwrap(), needs, ..one.steps[0].clone() });
    }
    Arc::new(Plan::assemble(one.workflow, all))
}
