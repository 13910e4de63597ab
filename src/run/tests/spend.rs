//! What a run may spend: each purchase counts once, with all that it may cost, and nothing is sent that is not covered.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::again::{again, item};
use super::plans::{Run, lost, task};
use crate::run::*;
use crate::workflow::{Cents, Money, RetryClass};

fn dollars(dollars: u64) -> Option<Money> {
    Some(Money::UpTo(Cents::new(dollars * 100)))
}

fn pay(limit: Option<Money>, value: &str) -> Run {
    Run::spending(limit, &format!("steps:\n  a: {{ uses: pay, retry: 3, with: {{ value: {value} }} }}\n"))
}

/// Two that cost 10 each.
fn two(limit: Option<Money>) -> Run {
    let step = |id: &str, rest: &str| format!("  {id}: {{ uses: pay, with: {{ value: 10 }}{rest} }}\n");
    Run::spending(limit, &format!("steps:\n{}{}", step("a", ""), step("b", ", needs: a")))
}

fn broken() -> Outcome {
    let error = StepError::new(ErrorKind::Network, "network.broken", "lost").class(RetryClass::Network);
    Outcome::failed(Happened::Unknown, error)
}

fn failed(run: &Run, step: &str) -> (String, u32) {
    let state = run.task(&task(step));
    (state.error.as_ref().map(|error| error.code.clone()).unwrap_or_default(), state.attempts)
}

fn refused() -> (String, u32) {
    (SPEND_LIMIT.to_owned(), 0)
}

#[test]
fn without_leave_nothing_is_bought() {
    assert_eq!(failed(&pay(None, "0.01"), "a"), refused());
    assert_eq!(failed(&pay(dollars(9), "9.01"), "a"), refused());
    assert_eq!(pay(dollars(9), "9.00").phase(&task("a")), "running");
    assert_eq!(pay(Some(Money::Any), "1000000").phase(&task("a")), "running");
}

#[test]
fn what_costs_nothing_needs_no_leave() {
    assert_eq!(pay(None, "0").phase(&task("a")), "running");
}

#[test]
fn what_has_no_bound_needs_leave_for_any() {
    let run = |limit| Run::spending(limit, "steps:\n  a: { uses: subscribe }\n");
    assert_eq!(failed(&run(dollars(1_000_000)), "a"), refused());
    assert_eq!(run(Some(Money::Any)).phase(&task("a")), "running");
}

#[test]
fn a_sandbox_charges_nobody() {
    let mut started = (*pay(None, "10").state.started).clone();
    started.settings.sandbox = true;
    let run = pay(None, "10");
    let state = RunState::new(&run.plan, started, run.at);
    assert!(matches!(decide(&run.plan, &state).as_slice(), [Fact::AttemptStarted(_)]));
}

#[test]
fn an_amount_that_is_none_is_not_sent() {
    for value in ["0 - 1", "1.998 + 0.001", "[5][0] == 5 ? 'five' : 5", "null", "[[5]][0]", "1e300 * 1.0", "0.0 / 0.0"]
    {
        let run = pay(Some(Money::Any), &format!("\"${{{{ {value} }}}}\""));
        let (code, attempts) = failed(&run, "a");
        assert!(code.starts_with("config.") && attempts == 0, "{value}: {code}");
    }
}

#[test]
fn a_retry_under_the_same_key_is_the_same_purchase() {
    let mut run = pay(dollars(10), "10");
    run.ends(task("a"), broken()).fires(task("a")).ends(task("a"), broken()).fires(task("a"));
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("running", 3));
    assert_eq!(run.state.spent(), Cents::new(1000));
}

#[test]
fn items_count_each_also_when_they_begin_together() {
    let text =
        "steps:\n  a: { uses: pay, strategy: { matrix: { n: [1, 2, 3] }, fail-fast: false }, with: { value: 10 } }\n";
    let run = Run::spending(dollars(25), text);
    let phases: Vec<_> = ["1", "2", "3"].iter().map(|name| run.phase(&item("a", name))).collect();
    assert_eq!(phases, ["running", "running", "failed"]);
}

#[test]
fn what_was_bought_counts_after_a_resume_which_may_raise_the_limit() {
    let mut run = two(dollars(15));
    run.succeeds(task("a"), 0);
    assert_eq!(failed(&run, "b"), refused());
    run.resumes(Duration::from_secs(9));
    assert_eq!(failed(&run, "b"), refused());
    run.resumes_as(Duration::from_secs(9), Resumption { allow_spend: dollars(20), ..Resumption::default() });
    assert_eq!(run.phase(&task("b")), "running");
}

#[test]
fn to_buy_again_is_another_purchase() {
    let mut run = two(dollars(25));
    run.succeeds(task("a"), 0).succeeds(task("b"), 0);
    run.resumes_as(Duration::from_secs(9), again("a"));
    assert_eq!(run.task(&task("a")).error.as_ref().map(|error| error.code.as_str()), Some(SPEND_LIMIT));
    assert_eq!(run.task(&task("a")).attempts, 1);
}

#[test]
fn what_was_asked_for_goes_on_under_a_lower_limit() {
    let mut run = pay(dollars(10), "10");
    run.ends(task("a"), broken());
    run.resumes_as(Duration::from_secs(9), Resumption { allow_spend: dollars(5), ..Resumption::default() });
    run.fires(task("a"));
    assert_eq!(run.phase(&task("a")), "running");
}

#[derive(Debug, Clone)]
enum Turn {
    Succeed(usize),
    Break(usize),
    Refuse(usize),
    Fire(usize),
    Resume,
    Again(bool),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        any::<usize>().prop_map(Turn::Succeed),
        any::<usize>().prop_map(Turn::Break),
        any::<usize>().prop_map(Turn::Refuse),
        any::<usize>().prop_map(Turn::Fire),
        Just(Turn::Resume),
        any::<bool>().prop_map(Turn::Again),
    ]
}

/// The `n`-th task in one of these phases.
fn nth(run: &Run, phases: &[&str], n: usize) -> Option<crate::id::TaskPath> {
    let steps = run.plan.steps.iter().zip(&run.state.steps);
    let paths = steps.flat_map(|(planned, step)| step.tasks.iter().map(|task| (task.path(&planned.id), task)));
    let open: Vec<_> = paths.filter(|(_, task)| phases.contains(&task.phase.name())).map(|(path, _)| path).collect();
    open.get(n.checked_rem(open.len())?).cloned()
}

fn take(run: &mut Run, turn: &Turn) {
    let resume = |run: &mut Run, how| {
        // What is refused changes nothing.
        let _ = run.apply(Fact::Resumed(Box::new(how))).map(|()| run.resumes(Duration::ZERO).at);
    };
    match turn {
        Turn::Succeed(n) => drop(nth(run, &["running"], *n).map(|task| run.succeeds(task, 0).at)),
        Turn::Break(n) => drop(nth(run, &["running"], *n).map(|task| run.ends(task, broken()).at)),
        Turn::Refuse(n) => drop(nth(run, &["running"], *n).map(|task| run.ends(task, lost(Happened::None)).at)),
        Turn::Fire(n) => drop(nth(run, &["delayed"], *n).map(|task| run.fires(task).at)),
        Turn::Resume => resume(run, Resumption::default()),
        Turn::Again(first) => resume(run, again(if *first { "a" } else { "each" })),
    }
}

proptest! {
    #[test]
    fn whatever_happens_no_more_is_begun_than_the_limit(
        limit in 0u64..60,
        amounts in prop::collection::vec(0u64..30, 4),
        turns in prop::collection::vec(turn(), 0..40),
    ) {
        let [a, p, q, b] = amounts[..] else { unreachable!() };
        let text = format!(
            "steps:\n  a: {{ uses: pay, retry: 3, with: {{ value: {a} }} }}\n  \
             each: {{ uses: pay, retry: 2, strategy: {{ matrix: {{ n: [{p}, 1{q}, {p}.5] }} }}, with: {{ value: '${{{{ matrix.n }}}}' }} }}\n  \
             b: {{ uses: pay, needs: [a], if: always(), with: {{ value: {b} }} }}\n"
        );
        let mut run = Run::spending(dollars(limit), &text);
        for turn in &turns {
            take(&mut run, turn);
        }
        // Counted from the intents alone: what one idempotency key may have cost.
        let mut begun: BTreeMap<&str, u64> = BTreeMap::new();
        for fact in &run.facts {
            if let Fact::AttemptStarted(started) = fact {
                let dollars = started.input["value"].expose().as_f64().unwrap();
                let cents = (dollars * 100.0).round() as u64;
                let known = *begun.entry(&started.idempotency_key).or_insert(cents);
                prop_assert_eq!(known, cents, "one key, two amounts");
            }
        }
        prop_assert!(begun.values().sum::<u64>() <= limit * 100, "{begun:?} of {limit}");
    }
}
