//! A run stands still; somebody edits its workflow, or asks for steps once more, and resumes it. What runs again, what is kept
//! and what is held is as a naive oracle says, as the look ahead had said, and over every death of the process.

use std::collections::BTreeSet;

use onramp::id::TaskPath;
use onramp::run::{Fate as Ahead, Resumption, RunState, RunStatus, StepStatus, preview};
use onramp::workflow::Effect;
use proptest::prelude::*;
use proptest::sample::Index;

use super::cases;
use super::graph::{Condition, Graph, Items, Step, number};
use super::graphs::{Shape, graph};
use super::host::CrashPoint;
use super::life::{Life, plan_of};
use super::oracle::leads;
use super::reruns::{Before, Fate, Foreseen, foresee, item};
use super::script::{Blind, Script, Try};
use super::world::{Scripted, World};

/// Two texts of a workflow. In the world of the second one everything succeeds.
#[derive(Debug, Clone)]
struct Pair {
    older: Graph,
    newer: Graph,
}

fn pair() -> impl Strategy<Value = Pair> {
    let edits = prop::collection::vec((any::<Index>(), 0u8..6), 0..4);
    let ends = (0usize..3, 0usize..2);
    (graph(Shape::new(7, Blind::AtFirst)), edits, any::<Index>(), ends).prop_map(|(graph, edits, fails, ends)| {
        let mut older = graph;
        older.for_each(simplify);
        let count = older.steps.len();
        older.steps[fails.index(count)].scripts = vec![Script { tries: vec![(Try::Refused, 10)], blind: Some(0) }];
        let mut newer = older.clone();
        edits.into_iter().for_each(|(at, what)| edit(&mut newer.steps[at.index(count)], what));
        newer.for_each(|step| step.scripts = vec![Script::smooth()]);
        older.steps.truncate(count.saturating_sub(ends.0).max(1));
        newer.steps.truncate(count.saturating_sub(ends.1).max(1));
        Pair { older, newer }
    })
}

/// Whatever fails, fails without having taken place.
fn simplify(step: &mut Step) {
    (step.on_error, step.inside) = (None, None);
    let tries = step.scripts.iter_mut().flat_map(|script| &mut script.tries);
    tries.filter(|(what, _)| *what == Try::Wrong).for_each(|(what, _)| *what = Try::Refused);
}

fn edit(step: &mut Step, what: u8) {
    match (what, &mut step.matrix) {
        (0, _) => step.condition = Condition::None,
        (1, _) => step.condition = Condition::Always,
        (2, _) => step.effect = if step.effect == Effect::Once { Effect::Read } else { Effect::Once },
        // What does not count.
        (3, _) => (step.retry.max_attempts, step.timeout) = (9, Some(3_600_000)),
        (4, Some(matrix)) => {
            if let Items::Literal(count) = &mut matrix.items {
                *count = (*count + 2) % 5;
            }
        }
        _ => step.version += 1,
    }
}

/// A run of the older text until it stands still.
fn first_life<'a>(pair: &Pair, plan: &'a onramp::plan::Plan) -> (Life<'a>, RunState) {
    let mut life = Life::new(plan, World::new(Scripted(pair.older.clone())));
    let state = life.finish();
    life.world.replace(Scripted(pair.newer.clone()));
    (life, state)
}

fn check(pair: &Pair, root: Option<Index>) {
    let (older, newer) = (plan_of(&pair.older), plan_of(&pair.newer));
    let (life, stood) = first_life(pair, &older);
    let before = Before::new(&pair.older, &stood, &life.entries);
    let done = before.done();
    let root = root.filter(|_| !done.is_empty()).map(|root| done[root.index(done.len())]);
    if stood.status == RunStatus::Succeeded && root.is_none() {
        return;
    }
    let again: BTreeSet<usize> = root
        .iter()
        .flat_map(|root| done.iter().filter(|step| leads(&pair.newer.steps, *root, **step)))
        .copied()
        .collect();
    let reached = root.map(|root| newer.descendants([root])).unwrap_or_default();
    let followers = stood.steps.iter().zip(reached).filter(|(_, reached)| *reached).flat_map(|(step, _)| {
        let done = step.tasks.iter().filter(|task| task.phase.name() == "succeeded");
        done.map(|task| task.path(&step.id))
    });
    let how = Resumption { again: followers.collect(), ..Resumption::default() };
    let (run, foreseen) = foresee(&before, &pair.newer, &again);
    let ahead = {
        let (mut life, _) = first_life(pair, &older);
        life.plans.push(&newer);
        let (mut writer, state) = life.restored();
        let edit = life.edit(&older, &state, &mut writer);
        preview(&older, &newer, &state, &how, edit.as_ref()).unwrap()
    };
    for (path, fate) in ahead.tasks() {
        foretold(path, fate, &foreseen[number(&path.step)], pair);
    }
    let mut commits = 0;
    for commit in 0..100 {
        let (mut life, _) = first_life(pair, &older);
        life.plans.push(&newer);
        life.how = how.clone();
        let crash = (commit > 0).then_some(CrashPoint { commit, launched: commit % 2 == 0 });
        let (mut state, died) = life.live(crash);
        if commit == 0 {
            commits = life.commits;
            each_task(&stood, &state, &foreseen, |path, ran, fate| {
                assert_eq!(ran, u32::from(fate == Some(Fate::Runs)), "{path} {fate:?}\n{}", texts(pair));
            });
        }
        if died {
            state = life.killed(&state, 20_000, || commit % 3 == 0).clone();
            if state.status == RunStatus::Running {
                state = life.finish();
            }
        }
        let seen: Vec<_> = state.steps.iter().map(|step| Some(step.status()).filter(settled)).collect();
        let wanted: Vec<_> = foreseen.iter().map(|step| step.status).collect();
        assert_eq!((state.status, seen), (run, wanted), "died in commit {commit}\n{}", texts(pair));
        each_task(&stood, &state, &foreseen, |path, ran, fate| {
            assert!(ran == 0 || fate == Some(Fate::Runs), "{path} {fate:?}, died in commit {commit}\n{}", texts(pair));
        });
        for ((task, _), count) in life.world.effects(Effect::Once) {
            assert_eq!(count, 1, "{task}, died in commit {commit}\n{}", texts(pair));
        }
        if commit > 0 && commit >= commits {
            return;
        }
    }
}

fn settled(status: &StepStatus) -> bool {
    status.is_terminal() || *status == StepStatus::InDoubt
}

fn texts(pair: &Pair) -> String {
    format!("{}\nthen\n{}", pair.older.yaml(), pair.newer.yaml())
}

/// How many attempts each task made since, and what the oracle says of it.
fn each_task(before: &RunState, after: &RunState, foreseen: &[Foreseen], check: impl Fn(TaskPath, u32, Option<Fate>)) {
    for (step, foreseen) in after.steps.iter().zip(foreseen) {
        let was = before.steps.iter().find(|was| was.id == step.id);
        for task in &step.tasks {
            let was = was.and_then(|was| was.tasks.iter().find(|was| was.item == task.item));
            let ran = task.attempts - was.map_or(0, |was| was.attempts);
            check(task.path(&step.id), ran, foreseen.tasks.get(&item(task.item.as_deref())).copied());
        }
    }
}

/// The look ahead never says what then does not happen.
fn foretold(path: &TaskPath, ahead: &Ahead, foreseen: &Foreseen, pair: &Pair) {
    let fate = foreseen.tasks.get(&item(path.item.as_deref()));
    let wanted = match ahead {
        Ahead::Kept | Ahead::Judged => Fate::Kept,
        Ahead::Again | Ahead::Runs => Fate::Runs,
        Ahead::Held => Fate::Held,
        _ => return,
    };
    assert!(fate.is_none_or(|fate| *fate == wanted), "{path}: {ahead:?}, and then {fate:?}\n{}", texts(pair));
}

proptest! {
    #![proptest_config(cases(0.15))]

    #[test]
    fn an_edit_runs_again_what_it_must_and_nothing_else(pair in pair()) {
        check(&pair, None);
    }

    #[test]
    fn what_is_asked_for_runs_again_with_all_that_follows_and_nothing_else(pair in pair(), root: Index) {
        let mut pair = pair;
        pair.newer = pair.older.clone();
        pair.newer.for_each(|step| step.scripts = vec![Script::smooth()]);
        check(&pair, Some(root));
    }
}
