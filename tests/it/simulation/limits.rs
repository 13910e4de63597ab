//! Limits of a run and of its steps: kept in every journal, over every death of the process, and without another end where
//! only time is at stake.

use onramp::run::{Fact, RunState, RunStatus, Stop};
use proptest::prelude::*;

use super::cases;
use super::crashes::each_death;
use super::ends::{check_effects, seen};
use super::graph::{Graph, Limits};
use super::graphs::{Shape, graph};
use super::life::{Life, plan_of};
use super::oracle::expect;
use super::rules;
use super::script::Blind;
use super::stops::ends_at_once;
use super::world::{Scripted, World};

fn limited(shape: Shape) -> impl Strategy<Value = Graph> {
    let rate = prop::option::of((1u32..5, 1u64..3000));
    (graph(shape), prop::option::of(1u32..4), rate).prop_map(|(mut graph, max_parallel, rate)| {
        graph.limits = Limits { max_parallel, rate, timeout: None };
        graph
    })
}

/// Everything that is a matter of time.
const HURRIED: Shape = Shape { timed: true, fail_fast: true, ..Shape::new(5, Blind::AtFirst) };

fn live(graph: &Graph) -> RunState {
    let plan = plan_of(graph);
    let mut life = Life::new(&plan, World::new(Scripted(graph.clone())));
    let state = life.finish();
    rules::check(graph, &life.entries);
    check_effects(graph, &state, &life.world);
    state
}

fn stops_in_time(graph: &Graph) {
    let plan = plan_of(graph);
    let mut life = Life::new(&plan, World::new(Scripted(graph.clone())));
    // Each resume of a run that was too slow has its time anew.
    for _ in 0..3 {
        let begun = life.entries.len();
        let state = life.finish();
        rules::check(graph, &life.entries);
        check_effects(graph, &state, &life.world);
        let late = life.entries[begun..].iter().any(|entry| entry.fact == Fact::StopRequested(Stop::Timeout));
        if !late {
            return;
        }
        ends_at_once(graph, &life.entries[begun..], &state);
        if state.status != RunStatus::Failed {
            return;
        }
    }
}

proptest! {
    #![proptest_config(cases(0.3))]

    #[test]
    fn a_run_that_is_slowed_down_ends_as_any_other(graph in limited(Shape::new(6, Blind::Perhaps))) {
        let state = live(&graph);
        assert_eq!(seen(&state), expect(&graph), "{}", graph.yaml());
    }

    #[test]
    fn no_limit_is_exceeded(graph in limited(HURRIED)) {
        live(&graph);
    }

    #[test]
    fn a_run_whose_time_is_over_ends_and_a_resume_has_its_time_anew(graph in limited(HURRIED), timeout in 50u64..15_000) {
        let mut graph = graph;
        graph.limits.timeout = Some(timeout);
        stops_in_time(&graph);
    }
}

proptest! {
    #![proptest_config(cases(0.06))]

    #[test]
    fn no_limit_is_exceeded_by_a_process_that_comes_back(
        graph in limited(HURRIED),
        timeout in prop::option::of(50u64..15_000),
        seed: u64,
    ) {
        let mut graph = graph;
        graph.limits.timeout = timeout;
        each_death(&graph, seed, false, |life, state, _| {
            rules::check(&graph, &life.entries);
            check_effects(&graph, state, &life.world);
        });
    }
}
