//! From the tree to a [`Workflow`](super::Workflow). Reading goes on after an error, so that all are found at once; what
//! could not be read is given a stand-in that no later check trips over.
//!
//! One file reads one part of the language.

mod capture;
mod decoder;
mod defaults;
mod document;
mod fields;
mod input;
mod limits;
mod on_error;
mod output;
mod parameters;
mod probe;
mod retry;
mod scalar;
mod secret;
mod step;
mod strategy;
mod undo;
mod value;

pub use document::decode;
pub(super) use scalar::{literal_of_type, plain_value};
