//! A run whose folder may be a copy: what another one did is looked for before anything is sent.

use std::time::Duration;

use super::plans::{Run, lost, outputs, task};
use crate::run::*;
use crate::secret::Data;

const HOUR: Duration = Duration::from_secs(3600);
const ONE: &str = "steps:\n  one: { uses: once }\n";
const AFTER: &str = "steps:\n  first: { uses: read }\n  one: { uses: once, needs: first }\n";

fn wary(epoch: &str) -> Resumption {
    Resumption { epoch: epoch.into(), wary: true, ..Resumption::default() }
}

/// A copy that was taken before `one` began.
fn copy() -> Run {
    let mut run = Run::of(AFTER);
    run.resumes_as(HOUR, wary("copy")).succeeds(task("first"), 1);
    run
}

#[test]
fn a_copy_looks_before_it_sends_and_takes_over_what_it_finds() {
    let mut run = copy();
    assert_eq!((run.phase(&task("one")), run.task(&task("one")).attempts), ("probing", 0));
    run.looks(task("one"), ProbeAnswer::Done(outputs(7)));
    assert_eq!((run.state.status, run.state.outputs_of(1)), (RunStatus::Succeeded, Some(&outputs(7))));
}

#[test]
fn a_copy_sends_what_it_does_not_find() {
    let mut run = copy();
    run.looks(task("one"), ProbeAnswer::NotDone);
    assert_eq!((run.phase(&task("one")), run.task(&task("one")).attempts), ("running", 1));
}

#[test]
fn a_copy_that_cannot_look_asks_and_a_person_may_let_it_send() {
    let mut run = copy();
    run.looks(task("one"), ProbeAnswer::NoWay);
    let Phase::InDoubt { question, .. } = &run.task(&task("one")).phase else { panic!("it is not in doubt") };
    assert!(question.contains("another copy of this run may have done `one`"), "{question}");
    run.resolves(task("one"), Resolution::Redo).resumes(HOUR);
    let one = run.task(&task("one"));
    assert_eq!((run.phase(&task("one")), one.occurrence), ("running", 1), "under a key that no copy has used");
}

#[test]
fn a_look_for_a_lost_answer_is_look_enough() {
    let mut run = Run::of(ONE);
    run.resumes_as(HOUR, wary("copy")).fires(task("one")).looks(task("one"), ProbeAnswer::NotDone);
    assert_eq!(run.phase(&task("one")), "running");
}

#[test]
fn reads_and_what_may_be_repeated_are_not_looked_for() {
    let mut run = Run::of("steps:\n  a: { uses: read }\n  b: { uses: repeat }\n  c: { uses: keyed }\n");
    run.resumes_as(HOUR, wary("copy"));
    for step in ["a", "b", "c"] {
        assert_eq!(run.phase(&task(step)), "running", "{step}");
    }
}

#[test]
fn a_key_that_a_copy_may_have_used_a_day_ago_protects_no_longer() {
    let mut run = Run::of("steps:\n  first: { uses: read }\n  c: { uses: keyed, needs: first }\n");
    run.resumes_as(HOUR * 25, wary("copy")).succeeds(task("first"), 1);
    assert_eq!(run.phase(&task("c")), "probing");
}

#[test]
fn a_wary_run_stays_so_until_somebody_vouches_for_its_folder() {
    let mut run = Run::of(AFTER);
    run.resumes_as(HOUR, wary("copy")).resumes(HOUR).succeeds(task("first"), 1);
    assert_eq!(run.phase(&task("one")), "probing");
    let trusted = Resumption { epoch: "trusted".into(), trusted: true, ..Resumption::default() };
    run.resumes_as(HOUR, trusted);
    // The look that was cut off is made again: it does no harm.
    run.looks(task("one"), ProbeAnswer::NotDone);
    assert!(!run.state.wary);
    assert_eq!(run.phase(&task("one")), "running");
}

#[test]
fn what_was_seen_before_a_new_suspicion_is_looked_for_again() {
    let mut run = copy();
    run.looks(task("one"), ProbeAnswer::NotDone).ends(task("one"), lost(Happened::None));
    // It might have been refused because a copy was faster.
    run.fires(task("one")).looks(task("one"), ProbeAnswer::NotDone);
    assert_eq!(run.state.status, RunStatus::Failed);
    run.resumes_as(HOUR, wary("again"));
    assert_eq!((run.phase(&task("one")), run.task(&task("one")).attempts), ("probing", 1));
}

#[test]
fn secrets_that_are_given_anew_are_used_from_then_on() {
    let mut run = Run::of(AFTER);
    let secrets =
        Data::from([("mailbox".to_owned(), crate::secret::Datum::secret("imaps://a:right@host/INBOX".into()))]);
    run.resumes_as(HOUR, Resumption { secrets: secrets.clone(), ..Resumption::default() });
    assert_eq!(run.state.started.secrets, secrets);
}

/// The mark of the attempt that is about to be made, or was made last.
fn mark(run: &Run) -> Mark {
    let attempt = run.task(&task("one")).attempts;
    Mark::new(&run.state, &task("one"), 0, attempt)
}

#[test]
fn a_mark_of_an_earlier_attempt_is_ours_and_one_of_a_copy_is_not() {
    let mut original = Run::of(ONE);
    let first = mark(&original).to_string();
    original.resumes_as(HOUR, Resumption { epoch: "orig1".into(), ..Resumption::default() });
    original.fires(task("one")).looks(task("one"), ProbeAnswer::NotDone);
    let now = mark(&original);
    assert_eq!(now.to_string(), "onramp run one#0.2-orig1");
    assert!(now.is_on(&first) && now.is_of_earlier(&first) && now.is_on(&now.to_string()));
    assert!(!now.is_of_earlier(&now.to_string()));
    for copys in ["onramp run one#0.1-copy1", "onramp run one#0.2-copy1 (mine)"] {
        assert!(!now.is_on(copys) && !now.is_of_earlier(copys) && now.may_be_a_copys(copys), "{copys}");
    }
    for foreign in ["onramp run one#1.1", "onramp other one#0.1", "onramp run one#0.", "mine"] {
        assert!(!now.is_on(foreign) && !now.may_be_a_copys(foreign), "{foreign}");
    }
}

#[test]
fn a_copy_holds_no_mark_for_its_own() {
    let mut run = Run::of(ONE);
    let first = mark(&run).to_string();
    run.resumes_as(HOUR, wary("copy1")).fires(task("one")).looks(task("one"), ProbeAnswer::NotDone);
    let now = mark(&run);
    assert!(!now.is_on(&first) && !now.is_of_earlier(&first) && now.may_be_a_copys(&first));
}
