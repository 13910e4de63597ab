//! What a run would do, told before it does anything: a function of the plan and of what is known so far.
//!
//! `survey` goes through the steps once, in their order: what of their values is known, where each sends what, and which
//! secrets are among that. `extent` says which steps are meant; `calls` counts; `gather` turns the same round, by host and by secret.

mod calls;
mod costs;
mod extent;
mod gather;
mod model;
mod place;
mod provenance;
mod survey;
mod values;

#[cfg(test)]
mod tests;

pub use costs::SPENDING;
pub use model::{
    BaseUrlSource, Calls, Cost, Doubt, Fate, HostOutlook, InputOutlook, Items, Known, Outlook, OutputOutlook, Place,
    Problem, Purpose, RateOutlook, SecretOutlook, Sending, StepOutlook, Supply, Verdict,
};
pub use survey::outlook;
