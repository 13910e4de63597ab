//! Steps that say how they are undone, run again and again: each thing that each round made is undone, once, the last
//! first.

use std::collections::{HashMap, HashSet};

use onramp::clock::Timestamp;
use onramp::id::{Role, TaskPath};
use onramp::run::{Entry, Fact, Order, Resumption, RunState, RunStatus, StepStatus, TeardownStatus};
use onramp::secret::Data;
use onramp::workflow::Effect;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::cases;
use super::graph::{Graph, id};
use super::graphs::{Shape, graph};
use super::host::CrashPoint;
use super::life::{Life, plan};
use super::script::{Blind, Script, Try};
use super::world::{Scripted, Service, World};

/// Each occurrence makes a thing of its own, which its outputs name.
struct Things(Scripted);

fn index(task: &TaskPath) -> usize {
    task.step.as_str()[1..].parse().unwrap()
}

impl Service for Things {
    fn script(&self, order: &Order, occurrence: u32) -> Script {
        if order.task.role != Role::Undo {
            return self.0.script(order, occurrence);
        }
        // The first time, every third step is refused and of every third the answer is lost.
        let tries = match index(&order.task) % 3 {
            1 if order.number == 1 => vec![(Try::Refused, 10)],
            2 if order.number == 1 => vec![(Try::Broken { effect: true, retry_after: None }, 10)],
            _ => vec![(Try::Succeeds, 10)],
        };
        Script { tries: tries.repeat(9), blind: Some(0) }
    }

    fn outputs(&self, order: &Order) -> Data {
        let mut outputs = self.0.outputs(order);
        outputs.insert("value".into(), json!(format!("{} {}", order.task, order.idempotency_key)).into());
        outputs
    }
}

/// The same graph, with steps that say how they are undone.
fn yaml(graph: &Graph) -> String {
    let mut text = graph.yaml();
    for step in (0..graph.steps.len()).filter(|step| graph.steps[*step].effect != Effect::Read) {
        let id = id(step);
        let undo = format!("undo: {{ uses: sim.keyed, with: {{ value: \"${{{{ steps.{id}.outputs.value }}}}\" }} }}");
        text = text.replacen(&format!("\n  {id}:\n"), &format!("\n  {id}:\n    {undo}\n"), 1);
    }
    text
}

/// The steps that may be run again now, of which `choice` takes some.
fn again(state: &RunState, choice: u64) -> Vec<TaskPath> {
    let steps = state.steps.iter().enumerate().filter(|(_, step)| step.status() == StepStatus::Succeeded);
    steps.filter(|(at, _)| choice >> at & 1 == 1).map(|(_, step)| TaskPath::step(step.id.clone())).collect()
}

/// Goes on until it stands still, killed once on the way.
fn live(life: &mut Life<'_>, crash: CrashPoint, arrived: bool) -> RunState {
    let (state, died) = life.live(Some(crash));
    if !died {
        return state;
    }
    let restored = life.killed(&state, 20_000, || arrived).clone();
    // What it was to run again may not have been written yet.
    if restored.status == RunStatus::Succeeded { restored } else { life.finish() }
}

fn check(graph: &Graph, stop: u64, choices: [u64; 2]) {
    let plan = plan(&yaml(graph));
    let mut life = Life::new(&plan, World::new(Things(Scripted(graph.clone()))));
    let crash = |commit: u64| CrashPoint { commit: 1 + commit % 12, launched: stop.is_multiple_of(2) };
    let mut state = live(&mut life, crash(stop), stop.is_multiple_of(3));
    for choice in choices {
        let again = again(&state, choice);
        if !again.is_empty() {
            life.how = Resumption { again, ..Resumption::default() };
            state = live(&mut life, crash(choice), stop.is_multiple_of(3));
        }
    }
    // The teardown itself dies after each of its commits in turn, until it is done.
    for commit in 1..200 {
        let (state, died) = life.tear_down(Some(CrashPoint { commit, launched: commit % 2 == 0 }));
        if died {
            life.killed(&state, 1_000, || true);
            continue;
        }
        let status = state.teardown_status(&plan);
        if status == Some(TeardownStatus::Failed) {
            continue; // what was refused is asked for again
        }
        assert!(matches!(status, Some(TeardownStatus::Done | TeardownStatus::InDoubt)), "{status:?}");
        return check_undone(graph, &life, status == Some(TeardownStatus::Done));
    }
    panic!("the teardown does not come to an end in\n{}", graph.yaml());
}

/// What is known to have been made, and when it was there for the last time that it says so.
fn made(graph: &Graph, entries: &[Entry]) -> HashMap<Value, Timestamp> {
    let mut ended = HashMap::new();
    let succeeded = entries.iter().filter_map(|entry| match &entry.fact {
        Fact::AttemptEnded { task, outcome, .. } => {
            ended.insert(task, &outcome.data);
            None
        }
        Fact::Succeeded { task, outputs, .. } if task.role == Role::Step => {
            Some((task, outputs.as_ref().unwrap_or_else(|| ended[task]), entry.at))
        }
        _ => None,
    });
    let left = succeeded.filter(|(task, ..)| graph.steps[index(task)].effect != Effect::Read);
    left.map(|(_, outputs, at)| (outputs["value"].expose().clone(), at)).collect()
}

fn check_undone(graph: &Graph, life: &Life<'_>, done: bool) {
    let undos: Vec<_> = life.world.ledger.iter().filter(|landed| landed.task.role == Role::Undo).collect();
    let undone: HashSet<&Value> = undos.iter().map(|landed| &landed.value).collect();
    assert_eq!(undone.len(), undos.len(), "undone twice: {undos:#?}");
    let things = life.world.ledger.iter().filter(|landed| landed.task.role == Role::Step);
    let things: HashSet<Value> = things.map(|landed| json!(format!("{} {}", landed.task, landed.key))).collect();
    assert!(undone.iter().all(|value| things.contains(value)), "{undone:#?} are not all among {things:#?}");
    let made = made(graph, &life.entries);
    if done {
        let left: Vec<_> = made.keys().filter(|value| !undone.contains(value)).collect();
        assert!(left.is_empty(), "{left:#?} were left in\n{}", yaml(graph));
    }
    // What was refused comes later than its turn, and so does what a look found out only then.
    let began = life.entries.iter().find(|entry| entry.fact == Fact::TeardownStarted).unwrap().at;
    let in_turn = undos.iter().filter(|landed| index(&landed.task) % 3 != 1);
    let order: Vec<Timestamp> =
        in_turn.filter_map(|landed| made.get(&landed.value)).filter(|at| **at < began).copied().collect();
    assert!(order.is_sorted_by(|one, next| one >= next), "undone out of order: {order:?}");
}

const SHAPE: Shape = Shape { calls: false, ..Shape::new(4, Blind::AtFirst) };

proptest! {
    #![proptest_config(cases(0.3))]

    #[test]
    fn each_thing_that_each_round_made_is_undone_once(
        graph in graph(SHAPE),
        stop in 0u64..1000,
        choices in [0u64..256, 0u64..256],
    ) {
        check(&graph, stop, choices);
    }
}
