//! What the engine itself costs: decisions, the fold, and the journal, with actions that take no time.
//!
//! `cargo bench --bench engine`. Times are for a whole run; the throughput counts steps. Before that the number of syncs of
//! the journal is printed, as a disk in memory counts them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::FutureExt as _;
use onramp::action::Registry;
use onramp::clock::Timestamp;
use onramp::diagnostic::Source;
use onramp::engine::{Completion, Host, HostError, Queued, drive};
use onramp::entropy::SeededEntropy;
use onramp::id::RunId;
use onramp::plan::{self, Plan};
use onramp::run::{Entry, Fact, Op, Order, Outcome, RunStarted, RunState, RunStatus, Settings, Wake};
use onramp::secret::{Data, Datum, Secret};
use onramp::store::simulated::ForgetfulDisk;
use onramp::store::{Key, NewRun, Origin, RunWriter};
use serde_json::{Value, json};

/// Answers every attempt at once, as if the service had said yes.
struct Instant {
    queue: Vec<Queued>,
    writer: Option<RunWriter>,
}

impl Instant {
    fn commit(&mut self) -> Vec<Completion> {
        let durable = self.queue.iter().any(|queued| queued.durable);
        let (entries, ops): (Vec<Entry>, Vec<Option<Op>>) =
            self.queue.drain(..).map(|queued| (queued.entry, queued.op)).unzip();
        if let Some(writer) = &mut self.writer {
            writer.append(&entries, durable).unwrap();
        }
        ops.into_iter().flatten().map(answer).collect()
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

    async fn next(&mut self, _: &RunState) -> Result<Vec<Completion>, HostError> {
        Ok(self.commit())
    }

    async fn finish(&mut self, _: &RunState) -> Result<(), HostError> {
        self.commit();
        Ok(())
    }
}

fn answer(op: Op) -> Completion {
    match op {
        Op::Attempt(order) => {
            Completion::AttemptEnded { attempt: order.number, outcome: yes(&order), task: order.task }
        }
        Op::Wake { whom, .. } => Completion::Woken(whom),
        Op::Probe(_) | Op::Look(_) | Op::Stop(_) => unreachable!("nothing is in doubt here"),
    }
}

/// Whatever outputs the next steps may ask for.
fn yes(order: &Order) -> Outcome {
    let named = ["value", "code", "access_token", "key", "email", "status"];
    let mut data: Data = named.map(|name| (name.to_owned(), Datum::from(Value::from(name)))).into();
    data.insert("output".into(), json!(["https://example.test/1.png"]).into());
    data.insert("cursor".into(), json!({ "attempt": order.number }).into());
    Outcome::succeeded(data)
}

fn load(text: &str) -> Arc<Plan> {
    let loaded = plan::load(Source::new("bench.yaml", text), &Registry::builtin().catalogue());
    Arc::new(loaded.plan.unwrap_or_else(|| unreachable!("{:?}", loaded.diagnostics)))
}

fn chain(uses: &str, steps: usize) -> String {
    let mut text = String::from("name: chain\nsteps:\n");
    for step in 0..steps {
        let needs = if step == 0 { String::new() } else { format!(", needs: [s{}]", step - 1) };
        text.push_str(&format!("  s{step}: {{ {uses}{needs} }}\n"));
    }
    text
}

fn fan(uses: &str, steps: usize) -> String {
    let lines = (0..steps).map(|step| format!("  s{step}: {{ {uses} }}\n"));
    format!("name: fan\nsteps:\n{}", lines.collect::<String>())
}

const READ: &str = "uses: assert, with: { that: true }";
const ONCE: &str = "uses: modelslab.signup, with: { email: a@b.test, password: p }";

fn begin(plan: &Plan) -> (Entry, RunState) {
    let settings = Settings {
        base_url: "http://127.0.0.1:1".into(),
        sandbox: false,
        settle: Duration::ZERO,
        allow_hosts: vec![],
        typed_origins: vec![],
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

/// Runs `plan` to its end: on a journal, if there is a disk for it.
fn run(plan: &Plan, disk: Option<&ForgetfulDisk>) {
    let (first, mut state) = begin(plan);
    let entropy = Arc::new(SeededEntropy::new(1));
    let writer = disk.map(|disk| {
        let origin = Origin { workflow_path: "bench.yaml".into() };
        let new = NewRun { workflow: "", origin: &origin, first: &first, state: &state };
        let key = Key::draw(entropy.as_ref()).unwrap();
        RunWriter::create(disk.handle(), new, &key, entropy).unwrap()
    });
    let mut host = Instant { queue: Vec::new(), writer };
    let status = drive(plan, &mut state, &mut host).now_or_never().unwrap().unwrap();
    assert_eq!(status, RunStatus::Succeeded);
}

fn syncs(text: &str) -> u64 {
    let plan = load(text);
    let disk = ForgetfulDisk::default();
    let before = {
        let empty = ForgetfulDisk::default();
        run(&load("name: none\nsteps:\n  s: { uses: assert, with: { that: true } }\n"), Some(&empty));
        empty.counts().syncs
    };
    run(&plan, Some(&disk));
    disk.counts().syncs - before
}

fn measure(criterion: &mut Criterion) {
    println!("syncs beyond those of a run with one read:");
    println!("  chain of 100 reads           {}", syncs(&chain(READ, 100)));
    println!("  chain of 100 effects (once)  {}", syncs(&chain(ONCE, 100)));
    println!("  fan of 1,000 effects (once)  {}", syncs(&fan(ONCE, 1000)));

    let bootstrap = load(include_str!("../workflows/bootstrap.yaml"));
    let mut group = criterion.benchmark_group("bootstrap");
    group.throughput(Throughput::Elements(bootstrap.steps.len() as u64));
    group.bench_function("in memory", |bencher| bencher.iter(|| run(&bootstrap, None)));
    group.bench_function("with a journal", |bencher| bencher.iter(|| run(&bootstrap, Some(&ForgetfulDisk::default()))));
    group.finish();

    for (name, shape) in [("chain", chain as fn(&str, usize) -> String), ("fan", fan)] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for steps in [10, 1_000, 10_000] {
            let plan = load(&shape(READ, steps));
            group.throughput(Throughput::Elements(steps as u64));
            group.bench_with_input(BenchmarkId::new("in memory", steps), &plan, |bencher, plan| {
                bencher.iter(|| run(plan, None));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, measure);
criterion_main!(benches);
