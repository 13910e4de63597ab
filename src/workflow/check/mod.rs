//! Checks of a decoded workflow against the actions that exist. One file is one check; each has its codes in
//! `docs/diagnostics.md`. What concerns the order of steps is checked where the graph is, in `plan`.

mod action;
mod answer;
mod body;
mod bounds;
mod call;
mod enumeration;
mod judged;
mod known;
mod names;
mod need;
mod on_error;
mod parameter;
mod probe;
mod reference;
mod types;
mod unstored;
mod written;

pub use names::{Names, Use, check};
pub(crate) use unstored::secret as unstored_secret;
pub(super) use written::{in_file, is_empty};
