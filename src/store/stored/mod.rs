//! What stands in the files: versioned types, apart from those the program works with. [`FORMAT`](super::FORMAT) says
//! which version this is. To seal is to go from a run type to a stored one, to open is to come back.

mod attempt;
mod data;
mod entry;
mod made;
mod malformed;
mod outcome;
mod replanned;
mod resumption;
mod scalar;
mod skip;
mod started;
mod state;
mod task;
mod words;

pub(super) use data::StoredData;
pub(super) use entry::StoredEntry;
pub(super) use malformed::Malformed;
pub(super) use outcome::StoredError;
pub(super) use scalar::{Moment, to_millis};
pub(super) use started::StoredStarted;
pub(super) use state::StoredState;
pub(super) use words::StoredStatus;
