//! Two scaffolds over every workflow that is shipped: each step fails in turn, and each step is run twice.

use std::collections::BTreeMap;
use std::path::Path;

use onramp::action::Registry;
use onramp::diagnostic::Source;
use onramp::id::TaskPath;
use onramp::plan::{Plan, load};
use onramp::run::{Fact, Order, Phase, RunStatus, SkipReason, StepStatus};
use onramp::secret::{Data, Datum};
use onramp::workflow::{Effect, bind};
use serde_json::{Value, json};

use super::host::CrashPoint;
use super::life::{Life, started};
use super::script::{Script, Try};
use super::world::{Service, World};

/// Answers as the real services do where all is well; one step may be refused.
struct Plausible {
    plan: Plan,
    refuses: Option<String>,
}

impl Service for Plausible {
    fn script(&self, order: &Order, _occurrence: u32) -> Script {
        let refused = self.refuses.as_deref() == Some(order.task.step.as_str());
        Script { tries: if refused { vec![(Try::Refused, 10)] } else { Vec::new() }, blind: Some(0) }
    }

    fn outputs(&self, order: &Order) -> Data {
        let step = &self.plan.steps[self.plan.index(&order.task.step).unwrap()];
        let value = |name: &str| match name {
            "cursor" => json!({ "uidvalidity": 1, "uidnext": 1 }),
            "output" => json!(["https://images.test/1.png"]),
            "status" if step.call.action == "http" => json!(200),
            "headers" | "body" => json!({}),
            "items" => json!([{ "id": "1", "name": "production" }, { "id": "2", "name": "production" }]),
            "count" => json!(2),
            "id" => json!(7),
            name => Value::from(format!("{name} of {}", order.task)),
        };
        step.outputs.iter().map(|(name, secret)| (name.clone(), Datum::new(value(name), *secret))).collect()
    }
}

/// Those whose steps all run. What conditions decide is tried with the service itself.
fn shipped() -> Vec<Plan> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let loaded = load(Source::new(&path.display().to_string(), &text), &Registry::builtin().catalogue());
        loaded.plan.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), loaded.diagnostics))
    };
    let plans = files.iter().map(read).filter(|plan| plan.steps.iter().all(|step| step.condition.is_none()));
    let plans: Vec<Plan> = plans.collect();
    assert!(plans.len() > 3);
    plans
}

fn service(plan: &Plan, refuses: Option<&str>) -> Plausible {
    Plausible { plan: plan.clone(), refuses: refuses.map(str::to_owned) }
}

fn life<'a>(plan: &'a Plan, refuses: Option<&str>) -> Life<'a> {
    let inputs = bind(&plan.workflow, &BTreeMap::new(), true).expect("inputs have values for the sandbox");
    let secret = |name: &str| Datum::secret(json!(format!("imaps://{name}@mail.test/INBOX")));
    let secrets = plan.workflow.secrets.iter().map(|known| (known.name.to_string(), secret(known.name.as_str())));
    Life::with(plan, World::new(service(plan, refuses)), started(inputs, secrets.collect()))
}

/// Whether `step` waits, over others, for `other`.
fn follows(plan: &Plan, step: usize, other: usize) -> bool {
    plan.steps[step].needs.iter().any(|need| *need == other || follows(plan, *need, other))
}

#[test]
fn where_one_step_fails_its_dependants_are_skipped_and_a_resume_does_the_rest_and_no_more() {
    for plan in shipped() {
        for (failing, step) in plan.steps.iter().enumerate() {
            let mut life = life(&plan, Some(step.id.as_str()));
            let state = life.finish();
            assert_eq!(state.status, RunStatus::Failed, "{}", step.id);
            for (index, other) in state.steps.iter().enumerate() {
                let upstream = matches!(other.skipped, Some(SkipReason::Upstream { .. }));
                let wanted = match index {
                    _ if index == failing => StepStatus::Failed,
                    _ if follows(&plan, index, failing) => StepStatus::Skipped,
                    _ => StepStatus::Succeeded,
                };
                assert_eq!((other.status(), upstream), (wanted, wanted == StepStatus::Skipped), "{}", other.id);
            }
            life.world.replace(service(&plan, None));
            let resumed = life.finish();
            assert_eq!(resumed.status, RunStatus::Succeeded, "{}", step.id);
            for (before, after) in state.steps.iter().zip(&resumed.steps) {
                let more = after.attempts() - before.attempts();
                let wanted = if before.status() == StepStatus::Succeeded { 0 } else { after.tasks.len() as u32 };
                assert_eq!(more, wanted, "{} after {} had failed", after.id, step.id);
            }
        }
    }
}

/// How often a fact of this kind is in the journal for a task.
fn count(life: &Life<'_>, path: &TaskPath, is: fn(&Fact) -> bool) -> usize {
    life.entries.iter().filter(|entry| entry.fact.task() == Some(path) && is(&entry.fact)).count()
}

/// Lets the process die as soon as the attempts of `commit` are launched. The steps that were cut off.
fn cut_off(plan: &Plan, commit: u64, arrived: bool) -> Vec<String> {
    let mut life = life(plan, None);
    let (dead, died) = life.live(Some(CrashPoint { commit, launched: true }));
    assert!(died);
    life.killed(&dead, 3_600_000, || arrived);
    let ended = life.finish();
    assert_eq!(ended.status, RunStatus::Succeeded);
    let mut cut = Vec::new();
    for step in &dead.steps {
        for task in step.tasks.iter().filter(|task| task.phase == Phase::Running) {
            let path = task.path(&step.id);
            let once = plan.call(&path).is_some_and(|call| call.effect == Effect::Once);
            let tries = count(&life, &path, |fact| matches!(fact, Fact::AttemptStarted(_)));
            let looks = count(&life, &path, |fact| matches!(fact, Fact::ProbeStarted { .. }));
            let again = if once && arrived { 1 } else { 2 };
            assert_eq!((tries, looks), (again, usize::from(once)), "{path} in commit {commit}, arrived: {arrived}");
            cut.push(step.id.to_string());
        }
    }
    for ((path, _), effects) in life.world.effects(Effect::Once) {
        assert_eq!(effects, 1, "{path}");
    }
    cut
}

#[test]
fn where_a_step_is_cut_off_it_is_done_again_or_looked_for_first() {
    for plan in shipped() {
        let mut whole = life(&plan, None);
        assert_eq!(whole.finish().status, RunStatus::Succeeded);
        for arrived in [true, false] {
            // The last commit launches nothing: it is the run's end.
            let mut cut: Vec<String> = (1..whole.commits).flat_map(|commit| cut_off(&plan, commit, arrived)).collect();
            cut.sort();
            cut.dedup();
            assert_eq!(cut.len(), plan.steps.len(), "each step was cut off once: {cut:?}");
        }
    }
}
