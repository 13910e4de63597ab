//! How often each step asks, at least and at most, and what that means for rates.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::{Calls, Fate, Items, RateOutlook};
use crate::plan::{Plan, PlanStep};
use crate::workflow::{RateClass, RetryPolicy};

/// How often each step may run at most: every `on-error` that goes back behind it adds rounds.
pub(super) fn rounds(plan: &Plan, included: &[bool]) -> Vec<u64> {
    let mut rounds = vec![1u64; plan.steps.len()];
    for (step, _) in plan.steps.iter().zip(included).filter(|(_, included)| **included) {
        let Some(remedy) = &step.on_error else { continue };
        for again in &remedy.rerun {
            rounds[*again] = rounds[*again].saturating_mul(1 + u64::from(remedy.max));
        }
    }
    rounds
}

/// Of a step itself.
pub(super) fn of_step(fate: &Fate, items: &Items, retry: &RetryPolicy, rounds: u64) -> Calls {
    let count = match items {
        Items::One => Some(1),
        Items::Known(names) => u64::try_from(names.len()).ok(),
        Items::Open(_) => None,
    };
    match fate {
        Fate::Skipped => Calls { least: 0, most: Some(0) },
        fate => Calls {
            least: count.filter(|_| *fate == Fate::Runs).unwrap_or(0),
            most: count.map(|count| count.saturating_mul(rounds).saturating_mul(retry.max_attempts.into())),
        },
    }
}

/// Of what its `on-error` does.
pub(super) fn of_remedy(step: &PlanStep, own: Calls, rounds: u64) -> Calls {
    let most = step.on_error.as_ref().map_or(0, |remedy| {
        let retry = RetryPolicy::default().max_attempts;
        // Each of the rounds but the first came about by it.
        rounds.saturating_sub(1).max(remedy.max.into()).saturating_mul(retry.into())
    });
    Calls { least: 0, most: own.most.map(|own| if own == 0 { 0 } else { most }) }
}

/// The calls of a run by what the service counts together.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<&'static str, (RateClass, Calls)>);

impl Tally {
    pub fn add(&mut self, class: Option<RateClass>, calls: Calls) {
        let Some(class) = class else { return };
        let sum = &mut self.0.entry(class.name).or_insert((class, Calls { least: 0, most: Some(0) })).1;
        sum.least = sum.least.saturating_add(calls.least);
        sum.most = sum.most.zip(calls.most).map(|(a, b)| a.saturating_add(b));
    }

    pub fn into_rates(self) -> Vec<RateOutlook> {
        let rates = self.0.into_values();
        let rates =
            rates.map(|(class, calls)| RateOutlook { class, calls, least_time: least_time(&class, calls.least) });
        rates.filter(|rate| rate.calls.most != Some(0)).collect()
    }
}

/// The first go at once, and as many with each further period.
fn least_time(class: &RateClass, calls: u64) -> Duration {
    let periods = calls.saturating_sub(1) / u64::from(class.rate.count).max(1);
    class.rate.per.saturating_mul(u32::try_from(periods).unwrap_or(u32::MAX))
}
