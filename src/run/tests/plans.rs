//! Small plans, and runs of them by hand.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::diagnostic::Source;
use crate::id::{RunId, StepId, TaskPath};
use crate::plan::{Plan, load};
use crate::run::*;
use crate::secret::{Data, Secret};
use crate::workflow::{
    ActionSpec, Bound, Catalogue, Effect, EffectRule, Money, OutputSpec, Parameter, Reach, Sources, Spends, Type,
    UndoRule,
};

pub fn plan(text: &str) -> Plan {
    plan_of(Source::new("test.yaml", text))
}

fn plan_of(sources: impl Into<Sources>) -> Plan {
    let spec = |name, effect, undo| ActionSpec {
        name,
        doc: "for tests",
        effect: EffectRule::Always(effect),
        probe: None,
        undo,
        reach: match name {
            "pay" => Reach::NOBODY.spends(Spends::money(Bound::Parameter("value"), "for tests")),
            "subscribe" => Reach::NOBODY.spends(Spends::money(Bound::Open, "for tests")),
            _ => Reach::NOBODY,
        },
        parameters: vec![Parameter::optional("value", Type::Any, "anything")],
        outputs: vec![OutputSpec::public("value", Type::Any, "anything")],
        captures: name == "ask",
        errors: vec!["lost"],
        example: "".into(),
    };
    let all = [
        ("read", Effect::Read, UndoRule::ByStep),
        ("repeat", Effect::Repeat, UndoRule::ByStep),
        ("keyed", Effect::Keyed, UndoRule::ByStep),
        ("once", Effect::Once, UndoRule::ByStep),
        // Its step judges the answer.
        ("ask", Effect::Once, UndoRule::ByStep),
        ("make", Effect::Once, UndoRule::BuiltIn),
        ("pay", Effect::Keyed, UndoRule::ByStep),
        ("subscribe", Effect::Keyed, UndoRule::ByStep),
        ("join", Effect::Once, UndoRule::Never("nobody leaves")),
    ];
    let catalogue = Catalogue::new(all.map(|(name, effect, undo)| spec(name, effect, undo)));
    let loaded = load(sources, &catalogue);
    assert!(loaded.plan.is_some(), "{:#?}", loaded.diagnostics);
    loaded.plan.unwrap()
}

pub fn task(step: &str) -> TaskPath {
    TaskPath::step(StepId::new(step).unwrap())
}

pub fn remedy(step: &str) -> TaskPath {
    TaskPath::remedy(StepId::new(step).unwrap())
}

pub fn outputs(value: impl Into<serde_json::Value>) -> Data {
    Data::from([("value".to_owned(), value.into().into())])
}

pub fn lost(happened: Happened) -> Outcome {
    Outcome::failed(happened, StepError::new(ErrorKind::Service, "lost", "it was lost"))
}

/// A run that is led by hand: time goes on by a second with each piece of news.
pub struct Run {
    pub plan: Arc<Plan>,
    pub state: RunState,
    pub at: Timestamp,
    /// All that was applied.
    pub facts: Vec<Fact>,
}

impl Run {
    pub fn of(text: &str) -> Self {
        Self::with(text, |_| {})
    }

    /// A run of a plan that `change` has been made to.
    pub fn with(text: &str, change: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = plan(text);
        change(&mut plan);
        Self::of_plan(plan)
    }

    /// A workflow with a file `lib.yaml` that it may call.
    pub fn calling(text: &str, called: &str) -> Self {
        let sources = Sources::gather(Source::new("test.yaml", text), &mut |_| Ok(called.to_owned()));
        let given = serde_json::Value::from("from outside").into();
        Self::started_with(plan_of(sources), Data::from([("given".to_owned(), given)]), None)
    }

    pub fn of_plan(plan: Plan) -> Self {
        Self::started_with(plan, Data::new(), None)
    }

    /// A run that may spend so much.
    pub fn spending(limit: Option<Money>, text: &str) -> Self {
        Self::started_with(plan(text), Data::new(), limit)
    }

    fn started_with(plan: Plan, inputs: Data, allow_spend: Option<Money>) -> Self {
        let plan = Arc::new(plan);
        let started = RunStarted {
            run: RunId::new("run").unwrap(),
            workflow: "test".into(),
            seed: Secret::new(vec![1; 32]),
            inputs,
            secrets: Data::new(),
            settings: Settings {
                base_url: "http://127.0.0.1:1".into(),
                sandbox: false,
                settle: Duration::from_secs(5),
                allow_hosts: Vec::new(),
                typed_origins: Vec::new(),
                allow_spend,
            },
            until: None,
        };
        let at = Timestamp::from_millis(0);
        let state = RunState::new(&plan, started, at);
        let mut run = Self { plan, state, at, facts: Vec::new() };
        run.decide();
        run
    }

    pub fn apply(&mut self, fact: Fact) -> Result<(), IllegalEntry> {
        let entry = Entry { seq: self.state.seq + 1, at: self.at, fact };
        apply(&self.plan, &mut self.state, &entry)?;
        self.facts.push(entry.fact);
        Ok(())
    }

    /// Decides until there is nothing to decide.
    fn decide(&mut self) {
        loop {
            let facts = decide(&self.plan, &self.state);
            if facts.is_empty() {
                break;
            }
            for fact in facts {
                self.apply(fact).unwrap();
            }
        }
    }

    /// Something happened, a second later.
    pub fn news(&mut self, fact: Fact) -> &mut Self {
        self.at = self.at.plus(Duration::from_secs(1));
        self.apply(fact).unwrap();
        self.decide();
        self
    }

    pub fn ends(&mut self, task: TaskPath, outcome: Outcome) -> &mut Self {
        let attempt = self.state.task(&self.plan, &task).unwrap().attempts;
        self.news(Fact::AttemptEnded { task, attempt, outcome: Arc::new(outcome) })
    }

    pub fn succeeds(&mut self, task: TaskPath, value: impl Into<serde_json::Value>) -> &mut Self {
        self.ends(task, Outcome::succeeded(outputs(value)))
    }

    pub fn resumes(&mut self, after: Duration) -> &mut Self {
        self.resumes_as(after, Resumption::default())
    }

    pub fn resumes_as(&mut self, after: Duration, how: Resumption) -> &mut Self {
        self.at = self.at.plus(after);
        self.news(Fact::Resumed(Box::new(how)))
    }

    pub fn fires(&mut self, task: TaskPath) -> &mut Self {
        self.news(Fact::TimerFired { task })
    }

    /// The look at `task` ends.
    pub fn looks(&mut self, task: TaskPath, answer: ProbeAnswer) -> &mut Self {
        let probe = self.task(&task).probes;
        self.news(Fact::ProbeEnded { task, probe, answer })
    }

    pub fn resolves(&mut self, task: TaskPath, resolution: Resolution) -> &mut Self {
        self.news(Fact::Resolved { task, resolution })
    }

    pub fn task(&self, task: &TaskPath) -> &TaskState {
        self.state.task(&self.plan, task).unwrap()
    }

    pub fn phase(&self, task: &TaskPath) -> &'static str {
        self.state.task(&self.plan, task).unwrap().phase.name()
    }

    pub fn status(&self, step: &str) -> StepStatus {
        self.state.steps[self.plan.index(&StepId::new(step).unwrap()).unwrap()].status()
    }
}
