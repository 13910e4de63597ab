//! The outside world: answers by script, keeps a ledger of what took effect, and tells the truth about it when looked at.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use onramp::clock::Timestamp;
use onramp::id::{Role, TaskPath};
use onramp::run::{ErrorKind, Happened, Order, Outcome, ProbeAnswer, RunState, StepError};
use onramp::secret::Data;
use onramp::workflow::{Effect, RetryClass};
use serde_json::json;

use super::graph::{Graph, Step, number};
use super::script::{Script, Try};
use super::tries::SETTLE;

/// How a service answers for a task.
pub trait Service: Send {
    fn script(&self, order: &Order, occurrence: u32) -> Script;

    /// What a success gives, the same for all occurrences.
    fn outputs(&self, order: &Order) -> Data;
}

/// One effect that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    pub task: TaskPath,
    /// Tells one occurrence from the next.
    pub key: String,
    pub effect: Effect,
    /// What it was asked for.
    pub value: serde_json::Value,
}

pub struct World {
    service: Box<dyn Service>,
    pub ledger: Vec<Landed>,
    /// What was taken back, as often as somebody asked.
    pub undone: Vec<TaskPath>,
    /// Effects on their way, with the time when they land, and whether the client has its answer.
    coming: Vec<Coming>,
}

struct Coming {
    lands: Timestamp,
    ends: Timestamp,
    effect: Landed,
}

/// What an attempt will come to, and when.
pub struct Answer {
    pub at: Timestamp,
    pub outcome: Outcome,
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl World {
    pub fn new(service: impl Service + 'static) -> Self {
        Self { service: Box::new(service), ledger: Vec::new(), undone: Vec::new(), coming: Vec::new() }
    }

    pub fn replace(&mut self, service: impl Service + 'static) {
        self.service = Box::new(service);
    }

    /// Lets everything land that is due.
    pub fn advance(&mut self, now: Timestamp) {
        self.coming.sort_by_key(|coming| coming.lands);
        let later = self.coming.split_off(self.coming.partition_point(|coming| coming.lands <= now));
        for coming in std::mem::replace(&mut self.coming, later) {
            let effect = coming.effect;
            // A service that knows idempotency keys does each once.
            if effect.effect != Effect::Keyed || !self.ledger.iter().any(|landed| landed.key == effect.key) {
                self.ledger.push(effect);
            }
        }
    }

    /// The client is gone. Of the requests that it had under way some never arrived, the others land within `settle`.
    pub fn cut_off(&mut self, now: Timestamp, mut arrived: impl FnMut() -> bool) {
        self.advance(now);
        self.coming.retain_mut(|coming| {
            if coming.ends <= now {
                return true;
            }
            coming.lands = coming.lands.min(now.plus(millis(SETTLE)));
            coming.ends = now;
            arrived()
        });
    }

    pub fn attempt(&mut self, order: &Order, state: &RunState, task: &onramp::run::TaskState) -> Answer {
        let now = state.now;
        if order.undoes.is_some() {
            return Answer { at: now.plus(millis(10)), outcome: self.undo(order) };
        }
        let (what, latency) = self.service.script(order, task.occurrence).nth(task.tries);
        let planned = now.plus(millis(latency));
        let ends = order.deadline.map_or(planned, |deadline| deadline.min(planned));
        if what.has_effect() && order.effect != Effect::Read {
            let late = if let Try::CutOff { late, .. } = what { late * SETTLE / 1000 } else { 0 };
            let start = if late > 0 { planned } else { now.plus(millis(latency / 2)) };
            let lands = start.plus(millis(late)).min(ends.plus(millis(SETTLE)));
            let value = order.input.get("value").map(|datum| datum.expose().clone()).unwrap_or_default();
            let (task, key) = (order.task.clone(), order.idempotency_key.clone());
            let effect = Landed { task, key, effect: order.effect, value };
            self.coming.push(Coming { lands, ends, effect });
        }
        let outcome = if ends < planned { timed_out(order.effect) } else { self.outcome(what, order) };
        Answer { at: ends, outcome }
    }

    /// The first time, every third step is refused and every third out of order.
    fn undo(&mut self, order: &Order) -> Outcome {
        let index = number(&order.task.step);
        let service = |code, text: &str| StepError::new(ErrorKind::Service, code, text);
        match (order.number, index % 3) {
            (1, 1) => Outcome::failed(Happened::None, service("sim.refused", "not now")),
            (1, 2) => Outcome::failed(Happened::Unknown, service("sim.5xx", "out of order").class(RetryClass::Server)),
            _ => {
                self.undone.push(order.task.clone().with_role(Role::Step));
                Outcome::succeeded(Data::new())
            }
        }
    }

    fn outcome(&self, what: Try, order: &Order) -> Outcome {
        let service = |code, text: &str| StepError::new(ErrorKind::Service, code, text);
        let seconds = |rest: Option<u64>| rest.map(Duration::from_secs);
        match what {
            Try::Succeeds => Outcome::succeeded(self.service.outputs(order)),
            Try::Refused => Outcome::failed(Happened::None, service("sim.refused", "no")),
            Try::Lost => Outcome::failed(Happened::None, service("sim.lost", "nothing came")),
            Try::Throttled(rest) => {
                let error = service("sim.429", "too many requests").class(RetryClass::TooManyRequests);
                Outcome { retry_after: seconds(rest), ..Outcome::failed(Happened::None, error) }
            }
            Try::Broken { retry_after, .. } => {
                let error = service("sim.5xx", "out of order").class(RetryClass::Server);
                Outcome { retry_after: seconds(retry_after), ..Outcome::failed(Happened::Unknown, error) }
            }
            Try::CutOff { .. } => {
                let error = StepError::new(ErrorKind::Network, "sim.broken", "connection reset");
                Outcome::failed(Happened::Unknown, error.class(RetryClass::Network))
            }
            Try::Wrong => {
                let error = StepError::new(ErrorKind::Assertion, "sim.wrong", "not what was wanted");
                Outcome { data: self.service.outputs(order), ..Outcome::failed(Happened::Done, error) }
            }
        }
    }

    /// An honest look.
    pub fn probe(&self, order: &Order, occurrence: u32) -> ProbeAnswer {
        let cannot = |again: bool| ProbeAnswer::CannotTell {
            reason: "the list is not there".into(),
            again: again.then_some(Duration::ZERO),
        };
        match self.service.script(order, occurrence).blind {
            None => cannot(false),
            Some(blind) if order.number <= blind => cannot(true),
            Some(_) if self.ledger.iter().any(|landed| landed.key == order.idempotency_key) => {
                ProbeAnswer::Done(self.service.outputs(order))
            }
            Some(_) => ProbeAnswer::NotDone,
        }
    }

    /// How often each occurrence of a task took effect.
    pub fn effects(&self, effect: Effect) -> BTreeMap<(TaskPath, String), usize> {
        let mut counts = BTreeMap::new();
        for landed in self.ledger.iter().filter(|landed| landed.effect == effect) {
            *counts.entry((landed.task.clone(), landed.key.clone())).or_default() += 1;
        }
        counts
    }
}

fn timed_out(effect: Effect) -> Outcome {
    let happened = if effect == Effect::Read { Happened::None } else { Happened::Unknown };
    let error = StepError::new(ErrorKind::Network, "timeout", "no answer in time").class(RetryClass::Timeout);
    Outcome::failed(happened, error)
}

/// Another one for another input.
fn brief(order: &Order) -> u64 {
    let mut hasher = DefaultHasher::new();
    order.input.values().for_each(|datum| datum.expose().to_string().hash(&mut hasher));
    hasher.finish()
}

/// Plays a generated graph's scripts.
pub struct Scripted(pub Graph);

impl Scripted {
    fn step(&self, order: &Order) -> &Step {
        self.0.step(&order.task.step).expect("only steps that act are performed")
    }
}

impl Service for Scripted {
    fn script(&self, order: &Order, occurrence: u32) -> Script {
        let step = self.step(order);
        match &step.on_error {
            Some(on_error) if order.task.role == Role::Remedy => on_error.script.clone(),
            Some(on_error) if occurrence > 0 => on_error.again.clone(),
            _ if occurrence > 0 => Script::smooth(),
            _ => step.script(order.task.item.as_ref().map_or(0, |item| item[1..].parse().unwrap())).clone(),
        }
    }

    fn outputs(&self, order: &Order) -> Data {
        let step = self.step(order);
        let items: Vec<String> = (0..step.width).map(|n| format!("i{n}")).collect();
        Data::from([
            ("value".to_owned(), json!(format!("{} of {}", order.task, brief(order))).into()),
            ("items".to_owned(), json!(items).into()),
            ("flag".to_owned(), json!(step.flag).into()),
            ("token".to_owned(), onramp::secret::Datum::secret(json!(format!("secret of {}", order.task)))),
        ])
    }
}
