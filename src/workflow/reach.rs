//! Whom an action asks, and what each time uses up.

use super::Rate;

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

/// Whom an action asks, and what each time uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub contact: Contact,
    /// What each call counts against, where the service says so.
    pub rate: Option<RateClass>,
    /// What each call spends, with what is known of the price.
    pub spends: Option<&'static str>,
}

impl Reach {
    pub const NOBODY: Self = Self::to(Contact::Nobody);

    pub const fn to(contact: Contact) -> Self {
        Self { contact, rate: None, spends: None }
    }

    pub const fn counts(self, class: RateClass) -> Self {
        Self { rate: Some(class), ..self }
    }

    pub const fn spends(self, what: &'static str) -> Self {
        Self { spends: Some(what), ..self }
    }
}
