//! Faults by rule and seed: what goes wrong, where, how often.

mod rule;
mod verdict;

pub use rule::{Effect, FaultKind, FaultRule, Faults, FaultsError, RetryAfter};
pub use verdict::{MailFault, Strike, Subject, Verdict, judge};
