//! A host whose actions take no time: what is left is what the engine itself costs.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use onramp::clock::Timestamp;
use onramp::engine::{Completion, Host, HostError, Queued, drive};
use onramp::entropy::SeededEntropy;
use onramp::id::RunId;
use onramp::plan::Plan;
use onramp::run::{Entry, Fact, Op, Order, Outcome, RunStarted, RunState, RunStatus, Settings, Wake};
use onramp::secret::{Data, Datum, Secret};
use onramp::store::simulated::ForgetfulDisk;
use onramp::store::{Key, NewRun, Origin, RunWriter};
use serde_json::{Value, json};

/// Answers every attempt at once, as if the service had said yes.
struct Instant {
    queue: Vec<Queued>,
    writer: Option<RunWriter>,
    ended: Vec<Completion>,
}

impl Instant {
    fn write(&mut self, state: &RunState, last: bool) {
        let Some(writer) = &mut self.writer else {
            return self.ended.extend(self.queue.drain(..).filter_map(|queued| queued.op).map(answer));
        };
        let durable = self.queue.iter().any(|queued| queued.durable);
        let (entries, ops): (Vec<Entry>, Vec<Option<Op>>) =
            self.queue.drain(..).map(|queued| (queued.entry, queued.op)).unzip();
        writer.append(&entries, durable).unwrap();
        if last || writer.checkpoint_due() {
            writer.checkpoint(state, last).unwrap();
        }
        self.ended.extend(ops.into_iter().flatten().map(answer));
    }
}

impl Host for Instant {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    fn start(&mut self, queued: Queued) {
        self.queue.push(queued);
    }

    fn wake(&mut self, _: Wake, _: Timestamp) {}

    async fn commit(&mut self, state: &RunState) -> Result<(), HostError> {
        self.write(state, false);
        Ok(())
    }

    async fn next(&mut self, state: &RunState) -> Result<Vec<Completion>, HostError> {
        self.write(state, false);
        Ok(std::mem::take(&mut self.ended))
    }

    async fn finish(&mut self, state: &RunState) -> Result<(), HostError> {
        self.write(state, true);
        Ok(())
    }
}

fn answer(op: Op) -> Completion {
    match op {
        Op::Attempt(order) => {
            Completion::AttemptEnded { attempt: order.number, outcome: Arc::new(outcome(&order)), task: order.task }
        }
        Op::Wake { whom, .. } => Completion::Woken(whom),
        Op::Probe(_) | Op::Look(_) | Op::Stop(_) => unreachable!("nothing is in doubt here"),
    }
}

/// Whatever outputs the next steps may ask for.
fn outcome(order: &Order) -> Outcome {
    let data: Data = match order.action {
        "assert" => Data::new(),
        "http" => [
            ("status", Datum::from(Value::from(200))),
            ("headers", Datum::secret(json!({ "content-type": "application/json", "content-length": "17" }))),
            ("body", Datum::secret(json!({ "name": "item 1", "next": "2" }))),
        ]
        .map(|(name, datum)| (name.to_owned(), datum))
        .into(),
        _ => {
            let named = ["value", "code", "access_token", "key", "email", "status"];
            let mut data: Data = named.map(|name| (name.to_owned(), Datum::from(Value::from(name)))).into();
            data.insert("output".into(), json!(["https://example.test/1.png"]).into());
            data.insert("cursor".into(), json!({ "attempt": order.number }).into());
            data
        }
    };
    Outcome::succeeded(data)
}

fn begin(plan: &Plan) -> (Entry, RunState) {
    let settings = Settings {
        base_url: "http://127.0.0.1:1".into(),
        sandbox: false,
        settle: Duration::ZERO,
        allow_hosts: vec![],
        typed_origins: vec![],
        allow_spend: None,
    };
    let inputs = [("email", json!("a@b.test")), ("team", json!(["c@d.test", "e@f.test"]))];
    let started = RunStarted {
        run: RunId::new("bench").unwrap(),
        workflow: plan.workflow.name.clone(),
        seed: Secret::new(vec![7; 32]),
        inputs: inputs.map(|(name, value)| (name.to_owned(), Datum::from(value))).into(),
        secrets: [("mailbox", json!("imap://u:p@127.0.0.1/INBOX")), ("password", Value::Null)]
            .map(|(name, value)| (name.to_owned(), Datum::secret(value)))
            .into(),
        settings,
        until: None,
    };
    let at = Timestamp::from_millis(0);
    let state = RunState::new(plan, started.clone(), at);
    (Entry { seq: 1, at, fact: Fact::RunStarted(Box::new(started)) }, state)
}

pub fn key() -> Key {
    Key::draw(&SeededEntropy::new(1)).unwrap()
}

/// Runs `plan` to its end: on a journal, if there is a disk for it.
pub fn run(plan: &Plan, disk: Option<&ForgetfulDisk>) -> RunState {
    let (first, mut state) = begin(plan);
    let writer = disk.map(|disk| {
        let origin = Origin { workflow_path: "bench.yaml".into(), workflow_file: None };
        let new = NewRun { texts: &"".into(), origin: &origin, first: &first, state: &state };
        RunWriter::create(disk.handle(), new, &key(), Arc::new(SeededEntropy::new(2))).unwrap()
    });
    let mut host = Instant { queue: Vec::new(), writer, ended: Vec::new() };
    let status = drive(plan, &mut state, &mut host).now_or_never().unwrap().unwrap();
    assert_eq!(status, RunStatus::Succeeded);
    state
}
