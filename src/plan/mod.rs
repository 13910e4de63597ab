//! The plan: a checked workflow as a graph of steps, ready to be decided on.

mod build;
mod check;
mod compare;
mod effect;
mod files;
mod flatten;
mod graph;
mod load;
mod model;
mod readers;
mod recall;
mod remedy;
mod secrecy;

pub use compare::{Change, Comparison, Part, compare};
pub use load::{Loaded, load};
pub use model::{Call, FileCall, Parameters, Plan, PlanStep, Probe, Remedy, StepKind, Undo};
pub use readers::Readers;

#[cfg(test)]
mod tests;
