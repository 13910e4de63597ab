//! The table of transitions: for every phase, the facts that may follow, and what they lead to. All others are refused.

use std::sync::Arc;
use std::time::Duration;

use super::plans::{Run, lost, outputs, task};
use crate::clock::Timestamp;
use crate::run::*;
use crate::secret::Data;
use crate::workflow::Effect;

fn phases() -> Vec<(&'static str, Phase)> {
    let due = Timestamp::from_millis(9);
    let cannot = || ProbeAnswer::CannotTell { reason: "dark".into(), again: Some(Duration::ZERO) };
    vec![
        ("waiting", Phase::Waiting),
        ("running", Phase::Running),
        ("ended", Phase::Ended(Arc::new(lost(Happened::Done)))),
        ("delayed retry", Phase::Delayed { timer: Timer::Retry, due }),
        ("delayed settle", Phase::Delayed { timer: Timer::Settle, due }),
        ("due retry", Phase::Due(Timer::Retry)),
        ("due settle", Phase::Due(Timer::Settle)),
        ("due reprobe", Phase::Due(Timer::Reprobe)),
        ("probing", Phase::Probing),
        ("probed", Phase::Probed(cannot())),
        ("in doubt", Phase::InDoubt { doubt: Doubt::Unclear, question: "?".into() }),
        ("remedying", Phase::Remedying),
        ("succeeded", Phase::Succeeded),
        ("failed", Phase::Failed),
        ("skipped", Phase::Skipped(SkipReason::Cancelled)),
    ]
}

fn attempt(attempt: u32, occurrence: u32, digest: &str) -> Fact {
    Fact::AttemptStarted(Box::new(AttemptStarted {
        task: task("a"),
        attempt,
        occurrence,
        effect: Effect::Once,
        idempotency_key: String::new(),
        input: Data::new(),
        digest: digest.into(),
        spends: None,
    }))
}

/// Facts about a task that made two attempts and two looks.
fn facts() -> Vec<(&'static str, Fact)> {
    let (a, due) = (|| task("a"), Timestamp::from_millis(99));
    let ended = |attempt| Fact::AttemptEnded { task: a(), attempt, outcome: Arc::new(lost(Happened::None)) };
    let looked = |probe| Fact::ProbeEnded { task: a(), probe, answer: ProbeAnswer::NotDone };
    let timer = |timer| Fact::TimerSet { task: a(), timer, due };
    let error = || StepError::new(ErrorKind::Service, "lost", "it was lost");
    vec![
        ("attempt", attempt(3, 0, "same")),
        ("attempt of another number", attempt(2, 0, "same")),
        ("attempt of another occurrence", attempt(3, 1, "same")),
        ("attempt with another input", attempt(3, 1, "other")),
        ("attempt with another input under the same key", attempt(3, 0, "other")),
        ("end", ended(2)),
        ("end of another", ended(1)),
        ("timer retry", timer(Timer::Retry)),
        ("timer settle", timer(Timer::Settle)),
        ("timer reprobe", timer(Timer::Reprobe)),
        ("fired", Fact::TimerFired { task: a() }),
        ("look", Fact::ProbeStarted { task: a(), probe: 3, input: None }),
        ("look first", Fact::ProbeStarted { task: a(), probe: 3, input: Some(outputs(1)) }),
        ("look of another number", Fact::ProbeStarted { task: a(), probe: 2, input: None }),
        ("seen", looked(2)),
        ("seen by another", looked(1)),
        ("look cut off", Fact::ProbeEnded { task: a(), probe: 2, answer: ProbeAnswer::CutOff }),
        ("success", Fact::Succeeded { task: a(), outputs: Some(outputs(1)), warning: None }),
        ("success as ended", Fact::Succeeded { task: a(), outputs: None, warning: None }),
        ("failure", Fact::Failed { task: a(), error: error() }),
        ("doubt", Fact::HeldInDoubt { task: a(), doubt: Doubt::Unclear, question: "?".into() }),
        ("remedy", Fact::RemedyDue { step: a().step, error: error() }),
        ("skip", Fact::Skipped { task: a(), reason: SkipReason::Condition }),
        ("kept", Fact::Kept { task: a(), outputs: outputs(1) }),
        ("items", Fact::ItemsExpanded { step: a().step, items: Vec::new() }),
        ("rewound", Fact::Rewound { step: a().step, steps: vec![a().step] }),
    ]
}

/// What may happen to a task, and where it leads.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("waiting", "attempt", "running"),
    ("waiting", "attempt with another input", "running"),
    ("waiting", "failure", "failed"),
    ("waiting", "look first", "probing"),
    ("waiting", "doubt", "in_doubt"),
    ("waiting", "skip", "waiting"),
    ("running", "end", "ended"),
    ("ended", "attempt", "running"),
    ("ended", "attempt with another input", "running"),
    ("ended", "look first", "probing"),
    ("ended", "doubt", "in_doubt"),
    ("ended", "timer retry", "delayed"),
    ("ended", "timer settle", "delayed"),
    ("ended", "success", "succeeded"),
    ("ended", "success as ended", "succeeded"),
    ("ended", "failure", "failed"),
    ("ended", "remedy", "remedying"),
    ("delayed retry", "fired", "due"),
    ("delayed settle", "fired", "due"),
    ("due retry", "attempt", "running"),
    ("due retry", "attempt with another input", "running"),
    ("due retry", "failure", "failed"),
    ("due retry", "look first", "probing"),
    ("due retry", "doubt", "in_doubt"),
    ("due retry", "remedy", "remedying"),
    ("due settle", "doubt", "in_doubt"),
    ("due reprobe", "doubt", "in_doubt"),
    ("due settle", "look", "probing"),
    ("due reprobe", "look", "probing"),
    ("probing", "seen", "probed"),
    ("probing", "look cut off", "due"),
    ("probed", "attempt", "running"),
    ("probed", "attempt with another input", "running"),
    ("probed", "look first", "probing"),
    ("probed", "timer retry", "delayed"),
    ("probed", "timer reprobe", "delayed"),
    ("probed", "success", "succeeded"),
    ("probed", "failure", "failed"),
    ("probed", "doubt", "in_doubt"),
    ("probed", "remedy", "remedying"),
    ("remedying", "failure", "failed"),
];

/// A run whose only task is in `phase`, with a second step that keeps the run open.
fn run_in(phase: Phase) -> Run {
    let on_error = "on-error: { when: lost, run: read, rerun-from: a }";
    let mut run = Run::of(&format!("steps:\n  a: {{ uses: once, {on_error} }}\n  z: {{ uses: read, needs: a }}\n"));
    let task = &mut run.state.recorded.steps[0].tasks[0];
    (task.phase, task.attempts, task.probes) = (phase, 2, 2);
    task.digest = "same".into();
    let plan = run.plan.clone();
    run.state.reindex(&plan);
    run
}

#[test]
fn what_is_listed_leads_where_it_says_and_all_else_is_refused() {
    for (from, phase) in phases() {
        for (name, fact) in facts() {
            let mut run = run_in(phase.clone());
            let before = (run.state.seq, run.state.steps.clone(), run.state.claims.clone());
            let applied = run.apply(fact);
            let listed = ALLOWED.iter().find(|(phase, fact, _)| (*phase, *fact) == (from, name));
            match listed {
                Some((.., to)) => {
                    assert_eq!(applied, Ok(()), "{from}: {name}");
                    assert_eq!((run.phase(&task("a")), run.state.seq), (*to, before.0 + 1), "{from}: {name}");
                }
                None => {
                    assert!(applied.is_err(), "{from}: {name} leads to {}", run.phase(&task("a")));
                    assert_eq!(
                        (run.state.seq, run.state.steps.clone(), run.state.claims.clone()),
                        before,
                        "{from}: {name}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_run_does_not_end_while_an_attempt_is_under_way_and_nothing_follows_on_its_end() {
    let end = |status| Fact::RunEnded { status, outputs: Data::new(), notes: Vec::new() };
    assert!(run_in(Phase::Running).apply(end(RunStatus::Failed)).is_err());
    assert!(run_in(Phase::Succeeded).apply(end(RunStatus::Running)).is_err());
    let mut run = run_in(Phase::Failed);
    run.apply(end(RunStatus::Failed)).unwrap();
    assert!(facts().into_iter().all(|(_, fact)| run.apply(fact).is_err()));
    assert!(run.apply(Fact::StopRequested(Stop::Interrupt)).is_err());
    run.apply(Fact::Resumed(Box::default())).unwrap();
    run_in(Phase::Succeeded).apply(end(RunStatus::Succeeded)).unwrap();
}

#[test]
fn a_person_may_answer_for_whatever_has_not_succeeded_and_a_resume_goes_on() {
    let answer = |resolution| Fact::Resolved { task: task("a"), resolution };
    for (name, phase) in phases() {
        let stands = matches!(phase, Phase::Succeeded | Phase::Remedying);
        for (resolution, to) in [(Resolution::Redo, "waiting"), (Resolution::Done(outputs(7)), "succeeded")] {
            let mut run = run_in(phase.clone());
            let applied = run.apply(answer(resolution));
            assert_eq!(applied.is_err(), stands, "{name}");
            assert!(stands || run.phase(&task("a")) == to, "{name} leads to {}", run.phase(&task("a")));
            assert_eq!(run.state.status, if stands { RunStatus::Running } else { RunStatus::Interrupted }, "{name}");
        }
    }
}

#[test]
fn what_stood_before_an_edit_comes_back_as_it_was() {
    let mut run = run_in(Phase::Waiting);
    assert!(run.apply(Fact::Kept { task: task("a"), outputs: outputs(1) }).is_err());
    let ended = Some(Timestamp::from_millis(7));
    let before = TaskState { phase: Phase::Succeeded, attempts: 2, ended, outputs: outputs(1), ..TaskState::default() };
    run.state.recorded.steps[0].tasks[0].kept = Some(Box::new(before.clone()));
    run.apply(Fact::Kept { task: task("a"), outputs: outputs(2) }).unwrap();
    assert_eq!(run.state.steps[0].tasks[0], TaskState { outputs: outputs(2), ..before });
}
