//! What a run may spend. Each purchase counts once, with all that it may cost, from when it is first asked for.

use super::entry::{AttemptStarted, Fact};
use super::outcome::{ErrorKind, StepError};
use super::state::{Recorded, RunState};
use super::unit::Unit;
use crate::id::Role;
use crate::plan::Undo;
use crate::secret::{Data, Datum};
use crate::workflow::{Bound, Cents, Effect, Money};

/// The code of a step that would spend more than it may.
pub const SPEND_LIMIT: &str = "config.spend_limit";

/// Attempts under one idempotency key are one purchase.
fn purchase(started: &AttemptStarted) -> String {
    match started.effect {
        Effect::Keyed => started.idempotency_key.clone(),
        Effect::Read | Effect::Repeat | Effect::Once => format!("{}, attempt {}", started.task, started.attempt),
    }
}

/// An attempt that was started counts whatever came of it.
pub(super) fn began(run: &mut Recorded, started: &AttemptStarted) {
    if let Some(money) = started.spends {
        run.purchases.insert(purchase(started), money);
    }
}

impl Recorded {
    /// What the purchases that were asked for may have cost, as far as that has a bound.
    pub fn spent(&self) -> Cents {
        Money::sum(self.purchases.values())
    }
}

/// What an attempt with this input may cost; `None` if that is nothing.
pub(super) fn cost(unit: &Unit<'_>, input: &Data) -> Result<Option<Money>, StepError> {
    // To take something back in the action's own way is no purchase.
    let built_in = unit.role() == Role::Undo && matches!(unit.step.undo, Undo::BuiltIn);
    let Some(bound) = unit.call.money.filter(|_| !built_in) else { return Ok(None) };
    let value = bound.parameter().and_then(|name| input.get(name));
    let money = cost_of(bound, value, unit.path.to_string().as_str())
        .map_err(|why| StepError::new(ErrorKind::Config, "config.parameter", format!("{why}; nothing was sent")))?;
    Ok(Some(money).filter(|money| *money != Money::UpTo(Cents::default())))
}

/// What `task` may cost that is given `value` for the parameter of `bound`, or why that does not say it.
pub fn cost_of(bound: Bound, value: Option<&Datum>, task: &str) -> Result<Money, String> {
    if let (Some(name), true) = (bound.parameter(), value.is_some_and(Datum::is_secret)) {
        return Err(format!(
            "`{name}` of `{task}` says how many US dollars may be spent: it is shown, and cannot be secret"
        ));
    }
    bound.of(value.map(Datum::expose)).map_err(|name| {
        format!(
            "`{name}` of `{task}` says how many US dollars may be spent: it must be a number, not negative, with at most two \
             decimals"
        )
    })
}

/// Lets of the attempts among `facts` only those begin that the run may pay for; the others fail before anything is sent.
/// What was asked for before goes on under whatever limit.
pub(super) fn within_limit(state: &RunState, facts: Vec<Fact>) -> Vec<Fact> {
    let spends = |fact: &Fact| matches!(fact, Fact::AttemptStarted(started) if started.spends.is_some());
    if state.started.settings.sandbox || !facts.iter().any(spends) {
        return facts;
    }
    let mut ledger = Ledger { state, begun: state.spent() };
    facts.into_iter().map(|fact| ledger.judge(fact)).collect()
}

struct Ledger<'a> {
    state: &'a RunState,
    /// With what begins in this very decision, which is not in the state yet.
    begun: Cents,
}

impl Ledger<'_> {
    fn judge(&mut self, fact: Fact) -> Fact {
        let Fact::AttemptStarted(started) = &fact else { return fact };
        let Some(money) = started.spends else { return fact };
        if self.state.purchases.contains_key(&purchase(started)) {
            return fact;
        }
        let limit = self.state.started.settings.allow_spend;
        if !limit.is_some_and(|limit| limit.covers(self.begun, money)) {
            let message = refusal(&format!("`{}`", started.task), money, self.begun, limit);
            let error = StepError::new(ErrorKind::Config, SPEND_LIMIT, format!("{message}; nothing was sent"));
            return Fact::Failed { task: started.task.clone(), error };
        }
        self.begun = self.begun.plus(Money::sum([&money]));
        fact
    }
}

/// Why `what` must not spend `money`, and which limit would let it.
pub fn refusal(what: &str, money: Money, begun: Cents, limit: Option<Money>) -> String {
    let cost = match money {
        Money::UpTo(cents) => format!("{what} may spend {cents} US dollars"),
        Money::Any => format!("{what} spends US dollars, and only the service knows how many"),
    };
    let besides = if begun.is_zero() { String::new() } else { format!(" beside {begun} that the run spends already") };
    match (limit, money) {
        (_, Money::Any) => format!("{cost}; `--allow-spend any` lets it"),
        (None, Money::UpTo(cents)) => format!("{cost}{besides}; `--allow-spend {}` lets it", begun.plus(cents)),
        (Some(limit), Money::UpTo(cents)) => {
            format!("{cost}{besides}, and the limit is {limit}; `--allow-spend {}` lets it", begun.plus(cents))
        }
    }
}
