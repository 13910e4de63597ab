//! Facts and states of every kind, with odd strings, numbers and nesting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::fixture::*;
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::run::*;
use crate::secret::{Data, Datum};
use crate::store::texts::pin;
use crate::workflow::{Cents, Effect, Money, RetryClass};

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
    btree_map(text(), (value(), any::<bool>()).prop_map(|(value, secret)| Datum::new(value, secret)), 0..4)
        .prop_map(Data::from_iter)
        .boxed()
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
        role: Role::Step,
        round: None,
    });
    let undo = item.clone().prop_map(|task| task.with_role(Role::Undo));
    let earlier = (item.clone(), 1..=u32::MAX).prop_map(|(task, round)| task.undo_of_round(round.try_into().unwrap()));
    prop_oneof![item, undo, earlier, step().prop_map(TaskPath::remedy)].boxed()
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
    let waited = any::<u64>().prop_map(Duration::from_millis);
    (happened, data(), option::of(error()), retry_after, option::of(text()), vec(text(), 0..3), waited)
        .prop_map(|(happened, data, error, retry_after, warning, claims, waited)| Outcome {
            happened,
            data,
            error,
            retry_after,
            warning,
            claims,
            waited,
        })
        .boxed()
}

fn answer() -> BoxedStrategy<ProbeAnswer> {
    let again = option::of((0..1_000_000u64).prop_map(Duration::from_millis));
    let cannot = (text(), again).prop_map(|(reason, again)| ProbeAnswer::CannotTell { reason, again });
    let seen = outcome().prop_map(|outcome| ProbeAnswer::Seen(Box::new(outcome)));
    let plain = proptest::sample::select(vec![ProbeAnswer::NotDone, ProbeAnswer::NoWay, ProbeAnswer::CutOff]);
    prop_oneof![data().prop_map(ProbeAnswer::Done), plain, seen, cannot].boxed()
}

fn skip() -> BoxedStrategy<SkipReason> {
    use SkipReason::*;
    prop_oneof![
        proptest::sample::select(vec![Condition, Cancelled, TimedOut, NothingToUndo]),
        text().prop_map(|step| Upstream { step }),
        text().prop_map(|item| FailFast { item }),
        text().prop_map(|why| CannotUndo { why }),
    ]
    .boxed()
}

fn status() -> BoxedStrategy<RunStatus> {
    use RunStatus::*;
    proptest::sample::select(vec![Running, Succeeded, Failed, InDoubt, Cancelled, Interrupted]).boxed()
}

fn money() -> BoxedStrategy<Money> {
    prop_oneof![Just(Money::Any), any::<u64>().prop_map(|cents| Money::UpTo(Cents::new(cents)))].boxed()
}

fn run_started() -> BoxedStrategy<RunStarted> {
    (
        text(),
        data(),
        data(),
        text(),
        any::<bool>(),
        0..u64::MAX,
        vec(text(), 0..3),
        vec(text(), 0..3),
        option::of(money()),
    )
        .prop_map(|(workflow, inputs, secrets, base_url, sandbox, settle, allow_hosts, typed_origins, allow_spend)| {
            let settle = Duration::from_millis(settle);
            let settings = Settings { base_url, sandbox, settle, allow_hosts, typed_origins, allow_spend };
            RunStarted { workflow, inputs, secrets, settings, ..started("a") }
        })
        .boxed()
}

fn attempt() -> BoxedStrategy<AttemptStarted> {
    let effect = proptest::sample::select(vec![Effect::Read, Effect::Repeat, Effect::Keyed, Effect::Once]);
    (task(), any::<u32>(), any::<u32>(), effect, text(), data(), text(), option::of(money()))
        .prop_map(|(task, attempt, occurrence, effect, idempotency_key, input, digest, spends)| AttemptStarted {
            task,
            attempt,
            occurrence,
            effect,
            idempotency_key,
            input,
            digest: digest.into(),
            spends,
        })
        .boxed()
}

fn items() -> BoxedStrategy<Vec<MatrixItem>> {
    vec((text(), data()).prop_map(|(key, values)| MatrixItem { key: key.into(), values }), 0..4).boxed()
}

fn resumption() -> BoxedStrategy<Resumption> {
    (
        text(),
        any::<bool>(),
        any::<bool>(),
        data(),
        option::of(money()),
        option::of(step()),
        vec(task(), 0..3),
        vec(task(), 0..3),
    )
        .prop_map(|(epoch, wary, trusted, secrets, allow_spend, until, again, keep)| Resumption {
            epoch,
            wary,
            trusted,
            secrets,
            allow_spend,
            until,
            again,
            keep,
        })
        .boxed()
}

/// Of a version whose text a generated disk has.
fn replanned() -> BoxedStrategy<Replanned> {
    (vec(step(), 0..3), vec(step(), 0..3), data(), data())
        .prop_map(|(recheck, succession, inputs, secrets)| Replanned {
            version: 1,
            workflow: pin(&WORKFLOW.into()).unwrap(),
            recheck,
            succession,
            inputs,
            secrets,
        })
        .boxed()
}

fn resolution() -> BoxedStrategy<Resolution> {
    prop_oneof![data().prop_map(Resolution::Done), Just(Resolution::Redo)].boxed()
}

fn stop() -> BoxedStrategy<Stop> {
    proptest::sample::select(vec![Stop::Interrupt, Stop::Cancel, Stop::Timeout]).boxed()
}

fn alarm() -> BoxedStrategy<Alarm> {
    proptest::sample::select(vec![Alarm::Rate, Alarm::Timeout]).boxed()
}

fn doubt() -> BoxedStrategy<Doubt> {
    proptest::sample::select(vec![Doubt::Unclear, Doubt::NoWay, Doubt::Changed]).boxed()
}

pub fn fact() -> BoxedStrategy<Fact> {
    let run = prop_oneof![
        run_started().prop_map(|started| Fact::RunStarted(Box::new(started))),
        resumption().prop_map(|how| Fact::Resumed(Box::new(how))),
        replanned().prop_map(|replanned| Fact::Replanned(Box::new(replanned))),
        stop().prop_map(Fact::StopRequested),
        (alarm(), time()).prop_map(|(alarm, due)| Fact::AlarmSet { alarm, due }),
        alarm().prop_map(|alarm| Fact::AlarmRang { alarm }),
        Just(Fact::TeardownStarted),
        vec(step(), 1..3).prop_map(|steps| Fact::Recalled { steps }),
        (status(), data(), vec(text(), 0..3)).prop_map(|(status, outputs, notes)| Fact::RunEnded {
            status,
            outputs,
            notes
        }),
    ];
    let step = prop_oneof![
        (step(), items()).prop_map(|(step, items)| Fact::ItemsExpanded { step, items }),
        (task(), skip()).prop_map(|(task, reason)| Fact::Skipped { task, reason }),
        (task(), data()).prop_map(|(task, outputs)| Fact::Kept { task, outputs }),
        (task(), resolution()).prop_map(|(task, resolution)| Fact::Resolved { task, resolution }),
        (step(), error()).prop_map(|(step, error)| Fact::RemedyDue { step, error }),
        (step(), vec(step(), 0..3)).prop_map(|(step, steps)| Fact::Rewound { step, steps }),
    ];
    let attempts = prop_oneof![
        attempt().prop_map(|started| Fact::AttemptStarted(Box::new(started))),
        (task(), any::<u32>(), outcome()).prop_map(|(task, attempt, outcome)| Fact::AttemptEnded {
            task,
            attempt,
            outcome: Arc::new(outcome)
        }),
        (task(), any::<u32>(), option::of(data())).prop_map(|(task, probe, input)| Fact::ProbeStarted {
            task,
            probe,
            input
        }),
        (task(), any::<u32>(), answer()).prop_map(|(task, probe, answer)| Fact::ProbeEnded { task, probe, answer }),
    ];
    let ends = prop_oneof![
        (task(), timer(), time()).prop_map(|(task, timer, due)| Fact::TimerSet { task, timer, due }),
        task().prop_map(|task| Fact::TimerFired { task }),
        (task(), option::of(data()), option::of(text())).prop_map(|(task, outputs, warning)| Fact::Succeeded {
            task,
            outputs,
            warning
        }),
        (task(), error()).prop_map(|(task, error)| Fact::Failed { task, error }),
        (task(), doubt(), text()).prop_map(|(task, doubt, question)| Fact::HeldInDoubt { task, doubt, question }),
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
        outcome().prop_map(|outcome| Ended(Arc::new(outcome))),
        (timer(), time()).prop_map(|(timer, due)| Delayed { timer, due }),
        timer().prop_map(Due),
        answer().prop_map(Probed),
        (doubt(), text()).prop_map(|(doubt, question)| InDoubt { doubt, question }),
        skip().prop_map(Skipped),
    ]
    .boxed()
}

fn task_state() -> BoxedStrategy<TaskState> {
    let part = || option::weighted(0.2, task_of_its_own().prop_map(Box::new));
    (task_of_its_own(), part(), part())
        .prop_map(|(task, kept, undo)| {
            let of = |part: Option<Box<TaskState>>| {
                part.map(|part| Box::new(TaskState { item: task.item.clone(), ..*part }))
            };
            TaskState { kept: of(kept), undo: of(undo), ..task }
        })
        .boxed()
}

fn task_of_its_own() -> BoxedStrategy<TaskState> {
    let counts = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>(), any::<bool>(), any::<u64>());
    let times = (option::of(time()), option::of(time()), option::of(time()), option::of(time()));
    let texts = (option::of(error()), option::of(text()), option::of(outcome()), text());
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
            waited: Duration::from_millis(counts.6),
            first_sent: times.1,
            not_before: times.3,
            unsure: counts.4,
            cleared: counts.5,
            ended: times.2,
            input,
            answer: texts.2.map(Arc::new),
            error: texts.0,
            outputs,
            warning: texts.1,
            digest: texts.3.into(),
            kept: None,
            stands: counts.5,
            undo: None,
        })
        .boxed()
}

fn step_state() -> BoxedStrategy<StepState> {
    let remedy = option::of(task_state().prop_map(|task| Box::new(without_item(task))));
    let known = (any::<bool>(), any::<bool>());
    let others = (vec(task_state(), 0..2), vec(made(), 0..2));
    (step(), vec(task_state(), 0..3), known, option::of(skip()), remedy, any::<u32>(), others)
        .prop_map(|(id, tasks, (expanded, succession), skipped, remedy, rounds, (former, made))| StepState {
            id,
            tasks,
            expanded,
            skipped,
            remedy,
            rounds,
            former,
            made,
            succession,
        })
        .boxed()
}

fn made() -> BoxedStrategy<Made> {
    (task_of_its_own(), option::weighted(0.4, task_of_its_own()), time())
        .prop_map(|(task, undo, ended)| Made {
            undo: undo.map(|undo| Box::new(TaskState { item: task.item.clone(), ..undo })),
            item: task.item,
            values: task.values,
            occurrence: task.occurrence,
            ended,
            doubtful: task.unsure,
            outputs: task.outputs,
            answer: task.answer,
        })
        .boxed()
}

fn without_item(task: TaskState) -> TaskState {
    let of = |part: Option<Box<TaskState>>| part.map(|part| Box::new(TaskState { item: None, ..*part }));
    TaskState { item: None, kept: of(task.kept.clone()), undo: of(task.undo.clone()), ..task }
}

fn last_stood(steps: &[StepState]) -> BTreeMap<StepId, Text> {
    let text = |version: u32| Text { version, digest: (version > 1).then(|| "a digest".to_owned()) };
    steps.iter().zip(1..).map(|(step, version)| (step.id.clone(), text(version))).collect()
}

pub fn recorded_run() -> BoxedStrategy<Recorded> {
    let flags = (option::of(stop()), any::<bool>(), any::<bool>(), option::of(step()), any::<u32>());
    let times = (time(), time(), btree_map(alarm(), time(), 0..3), vec(time(), 0..3));
    let purchases = btree_map(text(), money(), 0..3);
    (vec(step_state(), 0..4), status(), flags, times, data(), vec(text(), 0..3), purchases)
        .prop_map(|(steps, status, flags, times, outputs, notes, purchases)| Recorded {
            purchases,
            status,
            stopping: flags.0,
            last_stood: last_stood(&steps),
            removed: steps.clone(),
            teardown: flags.1,
            before_teardown: flags.1.then_some(status),
            wary: flags.2,
            until: flags.3,
            version: flags.4,
            now: times.0,
            since: times.1,
            alarms: times.2,
            paced: times.3.into(),
            epochs: notes.clone(),
            outputs,
            notes,
            workflow: None,
            ..recorded("a", 1, steps)
        })
        .boxed()
}
