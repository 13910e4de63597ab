//! Somebody stops the run after every single commit: to pause it, or to end it. A resume does the rest.

use onramp::run::{Entry, Fact, Phase, RunState, RunStatus, Stop};
use proptest::prelude::*;

use super::cases;
use super::crashes::{end, without_verdicts};
use super::ends::check_effects;
use super::graph::{Condition, Graph};
use super::graphs::{Shape, graph, rounds};
use super::life::{Life, plan_of};
use super::script::Blind;
use super::world::{Scripted, World};

/// The run stopped after each commit in turn; `check` sees it stand still.
fn each_stop(graph: &Graph, stop: Stop, check: impl Fn(&mut Life<'_>, RunState, RunState)) {
    let plan = plan_of(graph);
    let mut whole = Life::new(&plan, World::new(Scripted(graph.clone())));
    let undisturbed = whole.finish();
    for commit in 1..=whole.commits {
        let mut life = Life::new(&plan, World::new(Scripted(graph.clone())));
        life.stop = Some((commit, stop));
        let stopped = life.finish();
        check_effects(graph, &stopped, &life.world);
        check(&mut life, stopped, undisturbed.clone());
    }
}

fn pauses(graph: Graph) {
    let graph = without_verdicts(graph);
    each_stop(&graph, Stop::Interrupt, |life, stopped, undisturbed| {
        let state = if stopped.status == RunStatus::Interrupted { life.finish() } else { stopped };
        assert_eq!(end(&state), end(&undisturbed), "{}", graph.yaml());
        check_effects(&graph, &state, &life.world);
    });
}

/// Nothing is left open but what a person must decide, and nothing began after the word that did not ask for it.
pub fn ends_at_once(graph: &Graph, entries: &[Entry], state: &RunState) {
    let tasks = state.steps.iter().filter(|step| step.skipped.is_none()).flat_map(|step| &step.tasks);
    let open = tasks.filter(|task| !task.phase.is_terminal() && !matches!(task.phase, Phase::InDoubt { .. })).count();
    let waiting = state.steps.iter().filter(|step| !step.status().is_terminal()).count();
    let doubt = state.status == RunStatus::InDoubt;
    assert!(doubt || (open, waiting) == (0, 0), "{open} tasks are open in {}", graph.yaml());
    let mut after = entries.iter().skip_while(|entry| !matches!(entry.fact, Fact::StopRequested(_)));
    let failure = after.next().is_some_and(|entry| entry.fact == Fact::StopRequested(Stop::Timeout));
    for entry in after {
        if let Fact::AttemptStarted(started) = &entry.fact {
            let step = graph.step(&started.task.step).unwrap();
            let always = matches!(step.condition, Condition::Always | Condition::AlwaysFlag(_));
            let asks = always || (failure && step.condition == Condition::Failure);
            assert!(asks, "{} began after the run was to end", started.task);
        }
    }
}

fn cancels(graph: Graph) {
    let mut graph = without_verdicts(graph);
    // How often a remedy may go round begins anew with a resume.
    let mut plain = true;
    graph.for_each(|step| {
        step.on_error = None;
        plain &= step.condition == Condition::None;
    });
    each_stop(&graph, Stop::Cancel, |life, stopped, undisturbed| {
        ends_at_once(&graph, &life.entries, &stopped);
        let resumable = matches!(stopped.status, RunStatus::Cancelled);
        let state = if resumable { life.finish() } else { stopped };
        if resumable && plain {
            assert_eq!(end(&state), end(&undisturbed), "{}", graph.yaml());
        }
        check_effects(&graph, &state, &life.world);
    });
}

const SHAPE: Shape = Shape::new(5, Blind::AtFirst);

proptest! {
    #![proptest_config(cases(0.12))]

    #[test]
    fn a_pause_changes_nothing(graph in prop_oneof![graph(SHAPE), rounds(Blind::AtFirst)]) {
        pauses(graph);
    }

    #[test]
    fn a_cancelled_run_ends_at_once_and_a_resume_does_the_rest(graph in graph(SHAPE)) {
        cancels(graph);
    }
}
