//! The process, or the machine, dies after every single commit; the run goes on from the files to the same end.

use onramp::run::{RunState, RunStatus, SkipReason, StepStatus};
use onramp::secret::Data;
use onramp::store::simulated::Crash;
use onramp::workflow::Effect;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::cases;
use super::ends::check_effects;
use super::graph::Graph;
use super::graphs::{Shape, graph, rounds};
use super::host::CrashPoint;
use super::life::{Life, plan_of};
use super::script::{Blind, Try};
use super::world::{Scripted, World};

/// What must be the same whatever happened on the way.
#[derive(Debug, PartialEq)]
pub struct End {
    pub run: RunStatus,
    steps: Vec<(StepStatus, Option<SkipReason>, Data)>,
    outputs: Data,
}

pub fn end(state: &RunState) -> End {
    let outputs = |index| state.outputs_of(index).cloned().unwrap_or_default();
    let steps = state.steps.iter().enumerate();
    let steps = steps.map(|(index, step)| (step.status(), step.skipped.clone(), outputs(index)));
    End { run: state.status, steps: steps.collect(), outputs: state.outputs.clone() }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

fn coin(rng: &mut TestRng) -> bool {
    rng.next_u32() & 1 == 1
}

/// Lives on after every death until the run stands still; dies again at times.
fn survive(life: &mut Life<'_>, crash: CrashPoint, rng: &mut TestRng, power: bool) -> RunState {
    let mut crash = Some(crash);
    loop {
        let (state, died) = life.live(crash.take());
        if !died {
            return state;
        }
        let downtime = u64::from(rng.next_u32() % 20_000);
        let back = if power {
            let tail = life.disk.unsynced();
            let keep = if tail == 0 { 0 } else { rng.next_u32() as usize % (tail + 1) };
            let start = rng.next_u32() as usize % (keep + 1);
            let hole = coin(rng).then(|| start..(start + rng.next_u32() as usize % 40).min(keep));
            let rest = Crash { keep, hole, keep_checkpoint: coin(rng) };
            life.power_lost(rest, downtime, || coin(rng))
        } else {
            life.killed(&state, downtime, || coin(rng))
        };
        if back.status != RunStatus::Running {
            return back.clone();
        }
        crash = rng
            .next_u32()
            .is_multiple_of(3)
            .then(|| CrashPoint { commit: 1 + u64::from(rng.next_u32() % 4), launched: coin(rng) });
    }
}

/// A verdict on an answer is lost with the answer: a look finds the effect, and that the step succeeded.
pub fn without_verdicts(mut graph: Graph) -> Graph {
    graph.for_each(|step| {
        let effect = step.effect;
        let own = step.scripts.iter_mut().map(|script| (effect, script));
        let remedy = step.on_error.iter_mut().flat_map(|o| [(o.effect, &mut o.script), (effect, &mut o.again)]);
        for (_, script) in own.chain(remedy).filter(|(effect, _)| *effect == Effect::Once) {
            script.tries.iter_mut().filter(|(what, _)| *what == Try::Wrong).for_each(|(what, _)| *what = Try::Refused);
        }
    });
    graph
}

/// A life for each commit, in which the process dies there; `check` sees what came of it, and of one without a death.
pub fn each_death(graph: &Graph, seed: u64, power: bool, check: impl Fn(&Life<'_>, &RunState, &RunState)) {
    let plan = plan_of(graph);
    let mut whole = Life::new(&plan, World::new(Scripted(graph.clone())));
    let undisturbed = whole.finish();
    for commit in 1..=whole.commits {
        for launched in [false, true] {
            let mut rng = rng(seed ^ (commit << 1) ^ u64::from(launched));
            let mut life = Life::new(&plan, World::new(Scripted(graph.clone())));
            let state = survive(&mut life, CrashPoint { commit, launched }, &mut rng, power);
            check(&life, &state, &undisturbed);
        }
    }
}

fn check(graph: Graph, seed: u64, power: bool) {
    let graph = without_verdicts(graph);
    each_death(&graph, seed, power, |life, state, undisturbed| {
        assert_eq!(end(state), end(undisturbed), "{}", graph.yaml());
        check_effects(&graph, state, &life.world);
    });
}

const SHAPE: Shape = Shape::new(5, Blind::AtFirst);

proptest! {
    #![proptest_config(cases(0.12))]

    #[test]
    fn a_killed_process_changes_nothing(graph in graph(SHAPE), seed: u64) {
        check(graph, seed, false);
    }

    #[test]
    fn a_killed_process_changes_nothing_about_going_round(graph in rounds(Blind::AtFirst), seed: u64) {
        check(graph, seed, false);
    }

    #[test]
    fn a_machine_without_power_changes_nothing(graph in graph(SHAPE), seed: u64) {
        check(graph, seed, true);
    }
}
