//! Checks of a decoded workflow against the actions that exist. One file is one check; each has its codes in
//! `docs/diagnostics.md`. What concerns the order of steps is checked where the graph is, in `plan`.

mod action;
mod answer;
mod body;
mod bounds;
mod call;
mod enumeration;
mod known;
mod names;
mod need;
mod on_error;
mod parameter;
mod probe;
mod reference;
mod types;

pub use names::{Names, Use, check};
