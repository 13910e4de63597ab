//! Whom an action asks, and what each time uses up.

use serde_json::Value;

use super::{Cents, Money, Rate};

/// Who is sent what a step gives to its action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// It works on this machine.
    Nobody,
    /// The service at the base URL.
    Service,
    /// The URL in this parameter; a path alone is below the base URL.
    Url(&'static str),
    /// The server of the mailbox in this parameter.
    Mailbox(&'static str),
    /// Stripe, which is given what is never stored; where a sandbox is the service, that.
    Stripe,
}

/// Calls that a service counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateClass {
    /// As the service calls it.
    pub name: &'static str,
    pub rate: Rate,
    /// What it is counted by.
    pub per: &'static str,
}

/// What each call spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spends {
    /// In words, with what is known of the price.
    pub what: &'static str,
    /// How much money at most; `None` for credits that the account has by then.
    pub money: Option<Bound>,
}

impl Spends {
    pub const fn credits(what: &'static str) -> Self {
        Self { what, money: None }
    }

    pub const fn money(bound: Bound, what: &'static str) -> Self {
        Self { what, money: Some(bound) }
    }
}

/// How many US dollars a call may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// As many as this parameter says.
    Parameter(&'static str),
    /// The same where it is given, and else none.
    IfGiven(&'static str),
    /// The service alone knows.
    Open,
}

impl Bound {
    /// The parameter that says how much.
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::Parameter(name) | Self::IfGiven(name) => Some(name),
            Self::Open => None,
        }
    }

    /// What a call costs at most that is given `value` for the parameter; an error names the parameter whose value is none.
    pub fn of(self, value: Option<&Value>) -> Result<Money, &'static str> {
        match (self, value.filter(|value| !value.is_null())) {
            (Self::Open, _) => Ok(Money::Any),
            (Self::IfGiven(_), None) => Ok(Money::UpTo(Cents::default())),
            (Self::Parameter(name) | Self::IfGiven(name), value) => {
                value.and_then(Cents::of).map(Money::UpTo).ok_or(name)
            }
        }
    }
}

/// Whom an action asks, and what each time uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub contact: Contact,
    /// Whom it asks beside that.
    pub also: Option<Contact>,
    /// What each call counts against, where the service says so.
    pub rate: Option<RateClass>,
    pub spends: Option<Spends>,
}

impl Reach {
    pub const NOBODY: Self = Self::to(Contact::Nobody);

    pub const fn to(contact: Contact) -> Self {
        Self { contact, also: None, rate: None, spends: None }
    }

    pub const fn and(self, contact: Contact) -> Self {
        Self { also: Some(contact), ..self }
    }

    pub const fn counts(self, class: RateClass) -> Self {
        Self { rate: Some(class), ..self }
    }

    pub const fn spends(self, what: Spends) -> Self {
        Self { spends: Some(what), ..self }
    }
}
