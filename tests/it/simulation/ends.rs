//! A run ends as a naive oracle says.

use onramp::run::{RunState, SkipReason, StepStatus};
use onramp::workflow::Effect;
use proptest::prelude::*;

use super::cases;
use super::graph::Graph;
use super::graphs::{Shape, graph, rounds};
use super::life::{Life, plan_of};
use super::oracle::{Expected, ExpectedStep, expect};
use super::script::Blind;
use super::world::{Scripted, World};

pub fn seen(state: &RunState) -> Expected {
    let skipped = |reason: &SkipReason| match reason {
        SkipReason::Condition => None,
        SkipReason::Upstream { step } => Some(step.clone()),
        other => panic!("nobody asked for this: {other:?}"),
    };
    let steps = state.steps.iter().filter(|step| !step.id.as_str().ends_with("/call-inputs"));
    let steps = steps.map(|step| {
        let (status, attempts) = (step.status(), step.attempts());
        (step.id.to_string(), ExpectedStep { status, attempts, skipped: step.skipped.as_ref().map(skipped) })
    });
    Expected { run: state.status, steps: steps.collect() }
}

/// No `once` effect twice, none lost; the same of keyed ones, whose keys the service knows.
pub fn check_effects(graph: &Graph, state: &RunState, world: &World) {
    for effect in [Effect::Once, Effect::Keyed] {
        let counts = world.effects(effect);
        for ((task, _), count) in &counts {
            assert_eq!(*count, 1, "{task} took effect {count} times");
        }
        for step in &state.steps {
            let acts = graph.step(&step.id).is_some_and(|known| known.effect == effect);
            let succeeded = acts && step.status() == StepStatus::Succeeded;
            for task in step.tasks.iter().filter(|_| succeeded) {
                let path = task.path(&step.id);
                assert!(counts.keys().any(|(landed, _)| *landed == path), "{path} succeeded without its effect");
            }
        }
    }
}

fn check(graph: Graph) {
    let plan = plan_of(&graph);
    let mut life = Life::new(&plan, World::new(Scripted(graph.clone())));
    let state = life.finish();
    assert_eq!(seen(&state), expect(&graph), "{}", graph.yaml());
    check_effects(&graph, &state, &life.world);
}

proptest! {
    #![proptest_config(cases(1.0))]

    #[test]
    fn as_the_oracle_says(graph in graph(Shape::new(8, Blind::Perhaps))) {
        check(graph);
    }

    #[test]
    fn as_the_oracle_says_where_time_is_limited(
        graph in graph(Shape { timed: true, ..Shape::new(4, Blind::Never) }),
    ) {
        check(graph);
    }

    #[test]
    fn as_the_oracle_says_where_an_item_fails_fast(
        graph in graph(Shape { fail_fast: true, ..Shape::new(4, Blind::Never) }),
    ) {
        check(graph);
    }

    #[test]
    fn as_the_oracle_says_where_steps_go_round(graph in rounds(Blind::Perhaps)) {
        check(graph);
    }
}
