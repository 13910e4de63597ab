//! What a run made is taken back, wherever the run stopped and wherever the teardown is cut off: all of it, the last thing
//! first, and nothing else.

use std::collections::BTreeSet;

use onramp::id::{Role, TaskPath};
use onramp::run::{Entry, Fact, Phase, RunState, TeardownStatus};
use onramp::workflow::Effect;
use proptest::prelude::*;

use super::cases;
use super::graph::{Graph, number};
use super::graphs::{Shape, graph};
use super::host::CrashPoint;
use super::life::{Life, plan_of};
use super::script::Blind;
use super::world::{Scripted, World};

/// The tasks that have succeeded with something to take back.
fn made(graph: &Graph, state: &RunState) -> BTreeSet<TaskPath> {
    let acts = |id| graph.step(id).is_some_and(|step| step.effect != Effect::Read);
    let steps = state.steps.iter().filter(|step| acts(&step.id));
    let tasks = steps.flat_map(|step| step.tasks.iter().map(|task| (task, task.path(&step.id))));
    tasks.filter(|(task, _)| task.phase == Phase::Succeeded && task.attempts > 0).map(|(_, path)| path).collect()
}

/// The order in which undos succeeded is that in which their steps did, backwards. What a look found out only while others
/// were undone comes after them.
fn check_order(life: &Life<'_>) {
    let succeeded = |entry: &Entry| match &entry.fact {
        Fact::Succeeded { task, .. } => Some((task.clone(), entry.at)),
        _ => None,
    };
    let began = life.entries.iter().position(|entry| entry.fact == Fact::TeardownStarted);
    let (run, teardown) = life.entries.split_at(began.unwrap_or(life.entries.len()));
    let made: Vec<_> = run.iter().filter_map(succeeded).collect();
    let undone = teardown.iter().filter_map(succeeded).filter(|(task, _)| task.role == Role::Undo);
    // What was refused comes later than its turn.
    let undone = undone.filter(|(task, _)| number(&task.step) % 3 != 1);
    let undone = undone.map(|(task, at)| (task.with_role(Role::Step), at));
    let when = |task: &TaskPath| made.iter().rev().find(|(path, _)| path == task).map(|(_, at)| *at);
    let undone: Vec<_> = undone.filter_map(|(task, _)| when(&task)).collect();
    assert!(undone.is_sorted_by(|one, next| one >= next), "undone out of order: {undone:?}");
}

fn check(graph: Graph, stop: u64) {
    let plan = plan_of(&graph);
    let mut life = Life::new(&plan, World::new(Scripted(graph.clone())));
    let crash = CrashPoint { commit: 1 + stop % 12, launched: stop.is_multiple_of(2) };
    let (state, died) = life.live(Some(crash));
    if died {
        life.killed(&state, 20_000, || stop.is_multiple_of(3));
    }
    // The teardown itself dies after each of its commits in turn, until it is done.
    for commit in 1..200 {
        let (state, died) = life.tear_down(Some(CrashPoint { commit, launched: commit % 2 == 0 }));
        if !died {
            let status = state.teardown_status(&plan);
            if status == Some(TeardownStatus::Failed) {
                continue; // what was refused is asked for again
            }
            assert!(matches!(status, Some(TeardownStatus::Done | TeardownStatus::InDoubt)), "{status:?}");
            check_undone(&graph, &life, &state, status == Some(TeardownStatus::Done));
            return;
        }
        life.killed(&state, 1_000, || true);
    }
    panic!("the teardown does not come to an end in\n{}", graph.yaml());
}

fn check_undone(graph: &Graph, life: &Life<'_>, state: &RunState, done: bool) {
    let (made, undone) = (made(graph, state), life.world.undone.iter().cloned().collect::<BTreeSet<_>>());
    if done {
        let left: Vec<_> = made.difference(&undone).collect();
        assert!(left.is_empty(), "{left:?} were left in\n{}", graph.yaml());
    }
    // What has not begun is nothing to take back.
    let sent = |path: &TaskPath| {
        let step = state.steps.iter().find(|step| step.id == path.step).unwrap();
        step.tasks.iter().any(|task| task.item == path.item && task.attempts > 0)
    };
    assert!(undone.iter().all(sent), "{undone:?}");
    check_order(life);
}

const SHAPE: Shape = Shape::new(5, Blind::AtFirst);

proptest! {
    #![proptest_config(cases(0.3))]

    #[test]
    fn all_that_a_run_made_is_taken_back_and_nothing_else(graph in graph(SHAPE), stop in 0u64..1000) {
        check(graph, stop);
    }
}
