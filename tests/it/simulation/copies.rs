//! Two copies of one run's folder go on in turns, against one world: each `once` effect is looked for before it is sent, and
//! takes place once.

use std::collections::BTreeSet;

use onramp::run::{Fact, Resumption};
use onramp::workflow::Effect;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::cases;
use super::crashes::{end, without_verdicts};
use super::ends::check_effects;
use super::graph::Graph;
use super::graphs::{Shape, graph, rounds};
use super::host::CrashPoint;
use super::life::{Life, plan_of};
use super::script::Blind;
use super::tries::SETTLE;
use super::world::{Scripted, World};

/// In the last process of a life, nothing was sent that must not be sent twice before somebody had looked for it.
fn looked_first(life: &Life<'_>, graph: &Graph) {
    let began = life.entries.iter().rposition(|entry| matches!(entry.fact, Fact::Resumed(_)));
    let mut looked_for = BTreeSet::new();
    for entry in &life.entries[began.unwrap_or_default()..] {
        match &entry.fact {
            Fact::ProbeStarted { task, .. } => _ = looked_for.insert(task.clone()),
            Fact::AttemptStarted(started) if started.effect == Effect::Once => {
                let known = looked_for.contains(&started.task);
                assert!(known, "{} was sent before anybody looked\n{}", started.task, graph.yaml());
            }
            _ => {}
        }
    }
}

fn check(graph: Graph, seed: u64) {
    let graph = without_verdicts(graph);
    let plan = plan_of(&graph);
    let world = || World::new(Scripted(graph.clone()));
    let mut whole = Life::new(&plan, world());
    let wanted = end(&whole.finish());
    for commit in 1..=whole.commits {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&(seed ^ commit).to_le_bytes());
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut original = Life::new(&plan, world());
        let (state, _) = original.live(Some(CrashPoint { commit, launched: rng.next_u32() & 1 == 1 }));
        // Whoever comes next comes when nothing is on its way any more.
        original.killed(&state, SETTLE, || rng.next_u32() & 1 == 1);
        if original.restored().1.status != onramp::run::RunStatus::Running {
            continue;
        }
        let copy = original.copy(world());
        let (mut at_work, mut waiting) = (original, copy);
        let mut left = 2;
        while left > 0 {
            at_work.how = Resumption { wary: true, ..Resumption::default() };
            let crash = rng.next_u32().is_multiple_of(2);
            let commit = 1 + u64::from(rng.next_u32() % 5);
            let crash = (crash && left == 2).then_some(CrashPoint { commit, launched: rng.next_u32() & 1 == 1 });
            let (state, died) = at_work.live(crash);
            looked_first(&at_work, &graph);
            if died {
                at_work.killed(&state, SETTLE, || rng.next_u32() & 1 == 1);
            } else {
                assert_eq!(end(&state), wanted, "copied in commit {commit}\n{}", graph.yaml());
                check_effects(&graph, &state, &at_work.world);
                left -= 1;
            }
            let over = at_work.restored().1.status != onramp::run::RunStatus::Running;
            std::mem::swap(&mut at_work.world, &mut waiting.world);
            std::mem::swap(&mut at_work, &mut waiting);
            left = if over && died { left - 1 } else { left };
        }
    }
}

const SHAPE: Shape = Shape::new(5, Blind::AtFirst);

proptest! {
    #![proptest_config(cases(0.06))]

    #[test]
    fn two_copies_of_a_run_do_everything_once(graph in prop_oneof![3 => graph(SHAPE), 1 => rounds(Blind::AtFirst)], seed: u64) {
        check(graph, seed);
    }
}
