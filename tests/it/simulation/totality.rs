//! Whatever entry meets whatever state: it moves the run on, or it is refused and nothing has changed.

use std::sync::Arc;

use onramp::clock::Timestamp;
use onramp::id::{Role, StepId, TaskPath};
use onramp::run::{
    Alarm, AttemptStarted, Doubt, Entry, ErrorKind, Fact, Happened, MatrixItem, Outcome, ProbeAnswer, Replanned,
    Resolution, Resumption, RunState, RunStatus, SkipReason, StepError, Stop, Timer, apply, decide,
};
use onramp::secret::Data;
use onramp::workflow::Effect;
use proptest::prelude::*;

use super::cases;
use super::graph::Graph;
use super::graphs::{Shape, graph, rounds};
use super::life::{BEGIN, Life, plan_of, started};
use super::script::Blind;
use super::world::{Scripted, World};

fn path() -> impl Strategy<Value = TaskPath> {
    (0usize..6, prop::option::weighted(0.4, 0usize..3), prop::bool::weighted(0.2)).prop_map(|(step, item, remedy)| {
        let item = item.filter(|_| !remedy).map(|item| format!("i{item}").into());
        let role = if remedy { Role::Remedy } else { Role::Step };
        TaskPath { step: StepId::new(&format!("s{step}")).unwrap(), item, role, round: None }
    })
}

fn outcome() -> impl Strategy<Value = Arc<Outcome>> {
    (any::<bool>(), 0u8..3).prop_map(|(fails, happened)| {
        let happened = [Happened::None, Happened::Done, Happened::Unknown][usize::from(happened)];
        let mut outcome = Outcome::succeeded(Data::new());
        outcome.claims.push("a claim".into());
        outcome.error = fails.then(|| StepError::new(ErrorKind::Service, "sim.lost", "lost"));
        Arc::new(Outcome { happened, ..outcome })
    })
}

fn fact() -> impl Strategy<Value = Fact> {
    let error = || StepError::new(ErrorKind::Service, "sim.lost", "lost");
    let timer = prop_oneof![Just(Timer::Retry), Just(Timer::Settle), Just(Timer::Reprobe)];
    let attempt = |(task, attempt, occurrence): (TaskPath, u32, u32)| {
        Fact::AttemptStarted(Box::new(AttemptStarted {
            task,
            attempt,
            occurrence,
            effect: Effect::Once,
            idempotency_key: String::new(),
            input: Data::new(),
            digest: Arc::default(),
            spends: None,
        }))
    };
    let stop = prop_oneof![Just(Stop::Interrupt), Just(Stop::Cancel), Just(Stop::Timeout)];
    let alarm = || prop_oneof![Just(Alarm::Rate), Just(Alarm::Timeout)];
    let status = prop_oneof![Just(RunStatus::Running), Just(RunStatus::Failed), Just(RunStatus::Succeeded)];
    let item = |n: usize| MatrixItem { key: format!("i{n}").into(), values: Data::new() };
    prop_oneof![
        1 => prop::collection::vec(path(), 0..2).prop_map(|again| Fact::Resumed(Box::new(Resumption { again, ..Resumption::default() }))),
        1 => (1u32..4, prop::collection::vec(path(), 0..4)).prop_map(|(version, recheck)| {
            let recheck: Vec<_> = recheck.into_iter().map(|path| path.step).collect();
            Fact::Replanned(Box::new(Replanned {
                version,
                workflow: "sha256:none".to_owned(),
                succession: recheck.iter().skip(1).cloned().collect(),
                recheck,
                inputs: Data::new(),
                secrets: Data::new(),
            }))
        }),
        1 => stop.prop_map(Fact::StopRequested),
        1 => alarm().prop_map(|alarm| Fact::AlarmSet { alarm, due: BEGIN }),
        1 => alarm().prop_map(|alarm| Fact::AlarmRang { alarm }),
        1 => Just(Fact::TeardownStarted),
        2 => path().prop_map(|task| Fact::Kept { task, outputs: Data::new() }),
        2 => (path(), any::<bool>()).prop_map(|(task, done)| {
            let resolution = if done { Resolution::Done(Data::new()) } else { Resolution::Redo };
            Fact::Resolved { task, resolution }
        }),
        1 => status.prop_map(|status| Fact::RunEnded { status, outputs: Data::new(), notes: Vec::new() }),
        3 => (path(), 1u32..4, 0u32..2).prop_map(attempt),
        3 => (path(), 1u32..4, outcome()).prop_map(|(task, attempt, outcome)| Fact::AttemptEnded { task, attempt, outcome }),
        2 => (path(), 1u32..3, any::<bool>()).prop_map(|(task, probe, first)| {
            Fact::ProbeStarted { task, probe, input: first.then(Data::new) }
        }),
        2 => (path(), 1u32..3).prop_map(|(task, probe)| Fact::ProbeEnded { task, probe, answer: ProbeAnswer::NotDone }),
        2 => (path(), timer).prop_map(|(task, timer)| Fact::TimerSet { task, timer, due: BEGIN }),
        2 => path().prop_map(|task| Fact::TimerFired { task }),
        2 => (path(), any::<bool>()).prop_map(|(task, given)| {
            Fact::Succeeded { task, outputs: given.then(Data::new), warning: None }
        }),
        2 => path().prop_map(move |task| Fact::Failed { task, error: error() }),
        2 => path().prop_map(|task| Fact::HeldInDoubt { task, doubt: Doubt::Unclear, question: "?".into() }),
        2 => path().prop_map(|task| Fact::Skipped { task, reason: SkipReason::Condition }),
        2 => (path(), prop::collection::vec(0usize..3, 0..3)).prop_map(move |(path, items)| Fact::ItemsExpanded {
            step: path.step,
            items: items.into_iter().map(item).collect(),
        }),
        2 => path().prop_map(move |path| Fact::RemedyDue { step: path.step, error: error() }),
        2 => (path(), path()).prop_map(|(a, b)| Fact::Rewound { step: a.step, steps: vec![b.step] }),
    ]
}

/// States on the way of a real run, each with every one of `facts`.
fn check(graph: Graph, facts: Vec<Fact>) {
    let plan = plan_of(&graph);
    let mut life = Life::new(&plan, World::new(Scripted(graph)));
    life.finish();
    let mut state = RunState::new(&plan, started(Data::new(), Data::new()), BEGIN);
    for entry in &life.entries[1..] {
        for fact in &facts {
            let mut tried = state.clone();
            let meets = Entry { seq: state.seq + 1, at: Timestamp::from_millis(i64::MAX / 2), fact: fact.clone() };
            match apply(&plan, &mut tried, &meets) {
                Ok(()) => {
                    assert_eq!(tried.seq, state.seq + 1);
                    assert_eq!(
                        decide(&plan, &tried),
                        decide(&plan, &RunState::restore(&plan, tried.recorded().clone())),
                        "after {fact:?}"
                    );
                }
                Err(_) => {
                    assert_eq!(tried.recorded(), state.recorded(), "{fact:?} was refused and has changed something");
                    assert_eq!(decide(&plan, &tried), decide(&plan, &state));
                }
            }
        }
        for seq in [entry.seq - 1, entry.seq + 1] {
            assert!(apply(&plan, &mut state.clone(), &Entry { seq, ..entry.clone() }).is_err());
        }
        apply(&plan, &mut state, entry).unwrap();
    }
}

const SHAPE: Shape = Shape::new(5, Blind::AtFirst);

proptest! {
    #![proptest_config(cases(0.1))]

    #[test]
    fn every_pair_of_state_and_entry_moves_on_or_is_refused(
        graph in prop_oneof![graph(SHAPE), rounds(Blind::AtFirst)],
        facts in prop::collection::vec(fact(), 20..60),
    ) {
        check(graph, facts);
    }
}
