//! What the steps spend, and what of that a run would refuse.

use super::model::{Cost, Fate, Items, Problem};
use super::values::View;
use crate::expr::Template;
use crate::id::StepId;
use crate::plan::{Call, PlanStep, StepKind, Undo};
use crate::run::{SPEND_LIMIT, cost_of, refusal};
use crate::secret::Datum;
use crate::workflow::{Bound, Cents, Money, Spends};

/// The codes of problems with what is spent.
pub const SPENDING: [&str; 2] = [SPEND_LIMIT, NO_AMOUNT];

const NO_AMOUNT: &str = "config.parameter";

/// The money of a run: what it may spend, and what it certainly will.
pub(super) struct Purse {
    pub limit: Option<Money>,
    /// A sandbox charges nobody.
    pub free: bool,
    /// Of the steps so far, as far as it is known.
    pub certain: Cents,
}

impl Purse {
    /// What each time of a step spends.
    pub fn cost(spends: Spends, step: &PlanStep, view: &View<'_>) -> Cost {
        let money = spends.money.map(|bound| at_most(bound, &step.call, step, view));
        Cost { what: spends.what, money: spends.money.is_some(), at_most: money.and_then(Result::ok).flatten() }
    }

    /// What a run would refuse of a step, and of what may be done for it.
    pub fn problems(&mut self, step: &PlanStep, view: &View<'_>, fate: &Fate, items: &Items) -> Vec<Problem> {
        if self.free || step.kind != StepKind::Action || *fate == Fate::Skipped {
            return Vec::new();
        }
        let remedy = step.on_error.as_ref().map(|remedy| ("`on-error` of ", &remedy.call));
        let undo = match &step.undo {
            Undo::Call(call) => Some(("`undo` of ", &**call)),
            _ => None,
        };
        let besides = [remedy, undo].into_iter().flatten();
        let besides =
            besides.filter_map(|(role, call)| self.judge(&step.id, role, call, 1, Cents::default(), step, view));
        let mut problems: Vec<Problem> = besides.collect();
        let times = match items {
            Items::One => 1,
            Items::Known(names) => u64::try_from(names.len()).unwrap_or(u64::MAX),
            Items::Open(_) => 0,
        };
        let begun = self.certain;
        let judged = self.judge(&step.id, "", &step.call, times, begun, step, view);
        if judged.is_none() && *fate == Fate::Runs {
            self.certain = begun.plus(certain(&step.call, times, step, view));
        }
        problems.extend(judged);
        problems
    }

    #[allow(clippy::too_many_arguments)] // it is asked in two places
    fn judge(
        &self,
        id: &StepId,
        role: &str,
        call: &Call,
        times: u64,
        begun: Cents,
        step: &PlanStep,
        view: &View<'_>,
    ) -> Option<Problem> {
        let bound = call.money?;
        let what = format!("{role}`{id}`");
        let problem = |code, message| Some(Problem { step: id.clone(), code, message });
        let money = match at_most(bound, call, step, view) {
            Err(why) => return problem(NO_AMOUNT, why),
            Ok(Some(Money::UpTo(cents))) => Money::UpTo(cents.times(times.max(1))),
            Ok(Some(Money::Any)) => Money::Any,
            // It may cost anything, and at least something.
            Ok(None) if self.limit.is_some() => return None,
            Ok(None) => {
                let message = format!("{what} spends US dollars; `--allow-spend LIMIT` lets it");
                return problem(SPEND_LIMIT, message);
            }
        };
        let free = money == Money::UpTo(Cents::default());
        if free || self.limit.is_some_and(|limit| limit.covers(begun, money)) {
            return None;
        }
        problem(SPEND_LIMIT, refusal(&what, money, begun, self.limit))
    }
}

fn certain(call: &Call, times: u64, step: &PlanStep, view: &View<'_>) -> Cents {
    match call.money.map(|bound| at_most(bound, call, step, view)) {
        Some(Ok(Some(Money::UpTo(cents)))) => cents.times(times),
        _ => Cents::default(),
    }
}

/// `Ok(None)` as long as it is not known.
fn at_most(bound: Bound, call: &Call, step: &PlanStep, view: &View<'_>) -> Result<Option<Money>, String> {
    let given = call.with.iter().find(|(name, ..)| Some(name.as_str()) == bound.parameter());
    let value: Option<Datum> = match given {
        Some((_, template, secret)) => match known(template, *secret, view) {
            Some(value) => Some(value),
            None => return Ok(None),
        },
        None => None,
    };
    cost_of(bound, value.as_ref(), step.id.as_str()).map(Some)
}

fn known(template: &Template, secret: bool, view: &View<'_>) -> Option<Datum> {
    let value = template.evaluate(view).ok()?;
    Some(Datum::new(value.expose().clone(), secret || value.is_secret()))
}
