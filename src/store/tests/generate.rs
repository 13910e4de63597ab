//! Facts and states of every kind, with odd strings, numbers and nesting.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::fixture::*;
use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
use crate::run::*;
use crate::secret::{Data, Datum};
use crate::workflow::{Effect, RetryClass};

const ODD: &[&str] =
    &["", "\0", "\n", "\"}", "sealed", "public", "***", "\u{202e}", "\u{10ffff}", "\",\"mac\":\"", "/on-error", "]"];

/// Control characters, quotes, line ends, bidi marks, the shapes that mean something in the files.
pub fn text() -> BoxedStrategy<String> {
    prop_oneof![".{0,12}", "\\PC{0,12}", proptest::sample::select(ODD).prop_map(str::to_owned)].boxed()
}

pub fn value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner.clone()), 0..4).prop_map(|fields| Value::Object(Map::from_iter(fields))),
            inner.prop_map(|value| Value::Object(Map::from_iter([("sealed".to_owned(), value)]))),
        ]
    });
    tree.boxed()
}

pub fn data() -> BoxedStrategy<Data> {
    btree_map(text(), (value(), any::<bool>()).prop_map(|(value, secret)| Datum::new(value, secret)), 0..4).boxed()
}

fn time() -> BoxedStrategy<Timestamp> {
    prop_oneof![0..4_102_444_800_000i64, any::<i64>()].prop_map(Timestamp::from_millis).boxed()
}

fn step() -> BoxedStrategy<StepId> {
    "[a-z][a-z0-9_]{0,8}".prop_map(|text| StepId::new(&text).unwrap()).boxed()
}

fn task() -> BoxedStrategy<TaskPath> {
    let item = (step(), option::of(text())).prop_map(|(step, item)| TaskPath {
        step,
        item: item.map(Into::into),
        remedy: false,
    });
    prop_oneof![item, step().prop_map(|step| TaskPath { step, item: None, remedy: true })].boxed()
}

fn timer() -> BoxedStrategy<Timer> {
    proptest::sample::select(vec![Timer::Retry, Timer::Settle, Timer::Reprobe]).boxed()
}

fn error() -> BoxedStrategy<StepError> {
    let kinds = [ErrorKind::Assertion, ErrorKind::Service, ErrorKind::Network, ErrorKind::Mail, ErrorKind::Config];
    let class = option::of(proptest::sample::select(RetryClass::ALL.to_vec()));
    let kind = proptest::sample::select(kinds.to_vec());
    (text(), kind, text(), class)
        .prop_map(|(code, kind, message, class)| StepError { code, kind, message, class })
        .boxed()
}

fn outcome() -> BoxedStrategy<Outcome> {
    let happened = proptest::sample::select(vec![Happened::None, Happened::Done, Happened::Unknown]);
    let retry_after = option::of(any::<u64>().prop_map(Duration::from_millis));
    (happened, data(), option::of(error()), retry_after, option::of(text()), vec(text(), 0..3))
        .prop_map(|(happened, data, error, retry_after, warning, claims)| Outcome {
            happened,
            data,
            error,
            retry_after,
            warning,
            claims,
        })
        .boxed()
}

fn answer() -> BoxedStrategy<ProbeAnswer> {
    let again = option::of((0..1_000_000u64).prop_map(Duration::from_millis));
    let cannot = (text(), again).prop_map(|(reason, again)| ProbeAnswer::CannotTell { reason, again });
    prop_oneof![data().prop_map(ProbeAnswer::Done), Just(ProbeAnswer::NotDone), cannot].boxed()
}

fn skip() -> BoxedStrategy<SkipReason> {
    prop_oneof![Just(SkipReason::Condition), text().prop_map(|step| SkipReason::Upstream { step })].boxed()
}

fn status() -> BoxedStrategy<RunStatus> {
    use RunStatus::*;
    proptest::sample::select(vec![Running, Succeeded, Failed, InDoubt, Interrupted]).boxed()
}

fn run_started() -> BoxedStrategy<RunStarted> {
    (text(), data(), data(), text(), any::<bool>(), 0..u64::MAX, vec(text(), 0..3), vec(text(), 0..3))
        .prop_map(|(workflow, inputs, secrets, base_url, sandbox, settle, allow_hosts, typed_origins)| {
            let settle = Duration::from_millis(settle);
            let settings = Settings { base_url, sandbox, settle, allow_hosts, typed_origins };
            RunStarted { workflow, inputs, secrets, settings, ..started("a") }
        })
        .boxed()
}

fn attempt() -> BoxedStrategy<AttemptStarted> {
    let effect = proptest::sample::select(vec![Effect::Read, Effect::Repeat, Effect::Keyed, Effect::Once]);
    (task(), any::<u32>(), any::<u32>(), effect, text(), data(), text())
        .prop_map(|(task, attempt, occurrence, effect, idempotency_key, input, digest)| AttemptStarted {
            task,
            attempt,
            occurrence,
            effect,
            idempotency_key,
            input,
            digest,
        })
        .boxed()
}

fn items() -> BoxedStrategy<Vec<MatrixItem>> {
    vec((text(), data()).prop_map(|(key, values)| MatrixItem { key: key.into(), values }), 0..4).boxed()
}

pub fn fact() -> BoxedStrategy<Fact> {
    let run = prop_oneof![
        run_started().prop_map(|started| Fact::RunStarted(Box::new(started))),
        Just(Fact::Resumed),
        Just(Fact::StopRequested),
        (status(), data(), vec(text(), 0..3)).prop_map(|(status, outputs, notes)| Fact::RunEnded {
            status,
            outputs,
            notes
        }),
    ];
    let step = prop_oneof![
        (step(), items()).prop_map(|(step, items)| Fact::ItemsExpanded { step, items }),
        (step(), skip()).prop_map(|(step, reason)| Fact::Skipped { step, reason }),
        (step(), error()).prop_map(|(step, error)| Fact::RemedyDue { step, error }),
        (step(), vec(step(), 0..3)).prop_map(|(step, steps)| Fact::Rewound { step, steps }),
    ];
    let attempts = prop_oneof![
        attempt().prop_map(|started| Fact::AttemptStarted(Box::new(started))),
        (task(), any::<u32>(), outcome()).prop_map(|(task, attempt, outcome)| Fact::AttemptEnded {
            task,
            attempt,
            outcome: Box::new(outcome)
        }),
        (task(), any::<u32>()).prop_map(|(task, probe)| Fact::ProbeStarted { task, probe }),
        (task(), any::<u32>(), answer()).prop_map(|(task, probe, answer)| Fact::ProbeEnded { task, probe, answer }),
    ];
    let ends = prop_oneof![
        (task(), timer(), time()).prop_map(|(task, timer, due)| Fact::TimerSet { task, timer, due }),
        task().prop_map(|task| Fact::TimerFired { task }),
        (task(), data(), option::of(text())).prop_map(|(task, outputs, warning)| Fact::Succeeded {
            task,
            outputs,
            warning
        }),
        (task(), error()).prop_map(|(task, error)| Fact::Failed { task, error }),
        (task(), text()).prop_map(|(task, question)| Fact::HeldInDoubt { task, question }),
    ];
    prop_oneof![run, step, attempts, ends].boxed()
}

pub fn entries() -> BoxedStrategy<Vec<Entry>> {
    let facts = vec((time(), fact()), 0..6);
    facts
        .prop_map(|facts| facts.into_iter().zip(2..).map(|((at, fact), seq)| Entry { seq, at, fact }).collect())
        .boxed()
}

fn phase() -> BoxedStrategy<Phase> {
    use Phase::*;
    prop_oneof![
        proptest::sample::select(vec![Waiting, Running, Probing, Remedying, Succeeded, Failed]),
        outcome().prop_map(|outcome| Ended(Box::new(outcome))),
        (timer(), time()).prop_map(|(timer, due)| Delayed { timer, due }),
        timer().prop_map(Due),
        answer().prop_map(Probed),
        text().prop_map(|question| InDoubt { question }),
    ]
    .boxed()
}

fn task_state() -> BoxedStrategy<TaskState> {
    let counts = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>());
    let times = (option::of(time()), option::of(time()), option::of(time()));
    let texts = (option::of(error()), option::of(text()), option::of(outcome()));
    (option::of(text()), phase(), counts, times, texts, data(), data(), data())
        .prop_map(|(item, phase, counts, times, texts, values, input, outputs)| TaskState {
            item: item.map(Arc::from),
            values,
            phase,
            occurrence: counts.0,
            attempts: counts.1,
            tries: counts.2,
            probes: counts.3,
            since: times.0,
            first_sent: times.1,
            unsure: counts.4,
            ended: times.2,
            input,
            answer: texts.2.map(Box::new),
            error: texts.0,
            outputs,
            warning: texts.1,
        })
        .boxed()
}

fn step_state() -> BoxedStrategy<StepState> {
    let remedy = option::of(task_state().prop_map(|task| Box::new(TaskState { item: None, ..task })));
    (step(), vec(task_state(), 0..3), any::<bool>(), option::of(skip()), remedy, any::<u32>(), data())
        .prop_map(|(id, tasks, expanded, skipped, remedy, rounds, outputs)| StepState {
            id,
            tasks,
            expanded,
            skipped,
            remedy,
            rounds,
            outputs,
        })
        .boxed()
}

pub fn run_state() -> BoxedStrategy<RunState> {
    (vec(step_state(), 0..4), status(), any::<bool>(), time(), data(), vec(text(), 0..3))
        .prop_map(|(steps, status, stopping, now, outputs, notes)| {
            let parts = parts(&state("a", 1, steps));
            RunState::from_parts(RunParts { status, stopping, now, outputs, notes, ..parts })
        })
        .boxed()
}
