//! A run played by hand: the plan is real, decisions are `decide`'s, answers are scripted.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::diagnostic::Source;
use crate::id::{RunId, StepId, TaskPath};
use crate::plan::{Call, Plan, PlanStep, StepKind, Undo, load};
use crate::report::{Place, Secrets, Summary};
use crate::run::*;
use crate::secret::{Data, Mask, Secret};
use crate::workflow::{
    ActionSpec, Catalogue, Effect, EffectRule, Limits, OutputSpec, Parameter, Reach, RetryPolicy, Type, UndoRule,
    Workflow,
};

/// A step without anything that is not needed to run it.
pub fn step(id: &str, action: &'static str, needs: &[usize]) -> PlanStep {
    PlanStep {
        id: StepId::new(id).unwrap(),
        kind: StepKind::Action,
        within: None,
        call: Call::new(action, Effect::Once),
        outputs: Vec::new(),
        needs: needs.to_vec(),
        dependants: Vec::new(),
        condition: None,
        matrix: None,
        retry: Some(Box::new(RetryPolicy {
            delay: Duration::from_millis(1_500),
            jitter: false,
            ..RetryPolicy::default()
        })),
        timeout: None,
        attempt_timeout: None,
        settle: None,
        expect: None,
        captures: Vec::new(),
        probe: None,
        undo: Undo::Nothing,
        on_error: None,
        continue_on_error: false,
    }
}

pub fn plan(mut steps: Vec<PlanStep>) -> Plan {
    for index in 0..steps.len() {
        for need in steps[index].needs.clone() {
            steps[need].dependants.push(index);
        }
    }
    let workflow = Workflow {
        source: Source::new("flow.yaml", ""),
        name: "bootstrap".into(),
        description: None,
        inputs: Vec::new(),
        secrets: Vec::new(),
        steps: Vec::new(),
        outputs: Vec::new(),
        limits: Limits::default(),
        default_headers: Vec::new(),
        teardown_on_failure: false,
    };
    Plan::assemble(workflow, steps)
}

/// A workflow as a user writes it, of one action `make` whose effect is `once` and whose output is `id`.
pub fn planned(text: &str) -> Plan {
    let spec = ActionSpec {
        name: "make",
        doc: "for tests",
        effect: EffectRule::Always(Effect::Once),
        probe: None,
        undo: UndoRule::ByStep,
        reach: Reach::NOBODY,
        parameters: vec![Parameter::optional("value", Type::Any, "anything")],
        outputs: vec![OutputSpec::public("id", Type::Any, "anything")],
        captures: false,
        errors: vec!["lost"],
        example: "".into(),
    };
    let loaded = load(Source::new("flow.yaml", text), &Catalogue::new([spec]));
    loaded.plan.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

/// A run and its journal so far.
pub struct Tape {
    pub plan: Plan,
    pub state: RunState,
    pub entries: Vec<Entry>,
    pub items: Vec<String>,
    pub now: Timestamp,
}

impl Tape {
    pub fn start(plan: Plan) -> Self {
        let now = Timestamp::parse("2026-11-22T01:34:05.000Z").unwrap();
        Self::begin(plan, vec!["ada@onramp.test".into(), "lin@onramp.test".into()], now)
    }

    /// `items`: those of every matrix.
    pub fn begin(plan: Plan, items: Vec<String>, now: Timestamp) -> Self {
        let started = RunStarted {
            run: RunId::new("20261122-013405-k7qz2m").unwrap(),
            workflow: "bootstrap".into(),
            seed: Secret::new(vec![7; 32]),
            inputs: Data::new(),
            secrets: Data::new(),
            settings: Settings {
                base_url: "http://127.0.0.1:4010".into(),
                sandbox: true,
                settle: Duration::from_secs(5),
                allow_hosts: Vec::new(),
                typed_origins: Vec::new(),
                allow_spend: None,
            },
            until: None,
        };
        let state = RunState::new(&plan, started.clone(), now);
        let entries = vec![Entry { seq: 1, at: now, fact: Fact::RunStarted(Box::new(started)) }];
        let mut tape = Self { plan, state, entries, items, now };
        tape.decide();
        tape
    }

    /// Changes what no entry would.
    pub fn alter(&mut self, change: impl FnOnce(&mut Recorded)) {
        let mut recorded = self.state.recorded().clone();
        change(&mut recorded);
        self.state = RunState::restore(&self.plan, recorded);
    }

    pub fn wait(&mut self, millis: u64) -> &mut Self {
        self.now = self.now.plus(Duration::from_millis(millis));
        self
    }

    pub fn push(&mut self, fact: Fact) -> &mut Self {
        let entry = Entry { seq: self.state.seq + 1, at: self.now, fact };
        apply(&self.plan, &mut self.state, &entry).unwrap();
        self.entries.push(entry);
        self.decide();
        self
    }

    fn decide(&mut self) {
        while let Some(fact) = decide(&self.plan, &self.state).into_iter().next() {
            let fact = match fact {
                Fact::ItemsExpanded { step, .. } => Fact::ItemsExpanded { step, items: self.matrix() },
                other => other,
            };
            let entry = Entry { seq: self.state.seq + 1, at: self.now, fact };
            apply(&self.plan, &mut self.state, &entry).unwrap();
            self.entries.push(entry);
        }
    }

    fn matrix(&self) -> Vec<MatrixItem> {
        self.items.iter().map(|key| MatrixItem { key: key.as_str().into(), values: Data::new() }).collect()
    }

    fn task(&self, path: &str) -> (TaskPath, &TaskState) {
        let path = TaskPath::parse(path).unwrap();
        let task = self.state.task(&self.plan, &path).unwrap();
        (path, task)
    }

    /// The running attempt of `path` ends.
    pub fn end(&mut self, path: &str, outcome: Outcome) -> &mut Self {
        let (task, state) = self.task(path);
        let attempt = state.attempts;
        self.push(Fact::AttemptEnded { task, attempt, outcome: Arc::new(outcome) })
    }

    /// Time passes until the timer of `path` fires.
    pub fn fire(&mut self, path: &str) -> &mut Self {
        let (task, state) = self.task(path);
        let due = if let Phase::Delayed { due, .. } = state.phase { Some(due) } else { None };
        self.now = due.expect("no timer is set");
        self.push(Fact::TimerFired { task })
    }

    pub fn look(&mut self, path: &str, answer: ProbeAnswer) -> &mut Self {
        let (task, state) = self.task(path);
        let probe = state.probes;
        self.push(Fact::ProbeEnded { task, probe, answer })
    }

    pub fn summary(&self, secrets: Secrets) -> Summary {
        let place = Place { run_dir: ".onramp/runs/20261122-013405-k7qz2m".into(), store: None };
        Summary::new(&self.plan, &self.state, place, secrets, &Mask::default())
    }
}
