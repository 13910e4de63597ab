//! From the tree to a [`Workflow`](super::Workflow). Reading goes on after an error, so that all are found at once; what
//! could not be read is given a stand-in that no later check trips over.
//!
//! One file reads one part of the language.

pub(super) mod capture;
mod decoder;
pub(super) mod defaults;
pub(super) mod document;
mod fields;
pub(super) mod input;
pub(super) mod limits;
mod misnamed;
pub(super) mod on_error;
pub(super) mod output;
pub(super) mod parameters;
mod pattern;
mod probe;
pub(super) mod retry;
mod scalar;
pub(super) mod secret;
pub(super) mod step;
pub(super) mod strategy;
pub(super) mod undo;
mod value;

pub use document::decode;
pub(super) use pattern::Patterns;
pub(super) use scalar::{literal_of_type, plain_value};
