//! Where runs are kept: a journal of commits, which is the truth; a checkpoint, which is its fold; everything secret sealed.
//!
//! ```text
//! .onramp/            0700; a .gitignore keeps it out of repositories
//!   runs/ID/          0700, the files 0600; appears whole, with the run's first entry
//!     journal.jsonl   a header, then a line for each commit, each with a MAC chained to the line before
//!     checkpoint.json the state after a commit; replaced atomically
//!     seal.json       the format, and the run's random key, wrapped by the user's key
//!     workflow.yaml   the workflow as it was started; its digest is in the header
//!     library.json    the files that it calls, if it calls any; pinned in the same way
//!     workflow.2.yaml what it was edited to; its digest is in the entry that says so
//!     lock            locked while somebody writes; says who
//!     cancel          there for an instant: somebody asks the writer to end the run
//! ```
//!
//! Outside of the store, in the user's state folder, is a record of how far each run had come and in which folder, so that
//! a copy or a restored backup is noticed.
//!
//! `docs/checkpoint-format.md` describes the files. A [`Store`] creates, finds, reads and resumes runs; the one
//! [`RunWriter`] of a run appends to its journal. Both reach the files through [`Disk`], so that
//! [`simulated::ForgetfulDisk`] can stand in for a real one.

mod appender;
mod cancel;
mod chain;
mod checkpoint;
mod control;
mod crypto;
mod disk;
mod entry_writer;
mod error;
mod find;
mod fleet;
mod folder;
mod format;
mod growth;
mod hold;
mod journal;
mod key;
mod key_command;
mod key_file;
mod load;
mod lock;
mod parallel;
mod runs;
mod seal;
pub mod simulated;
mod stored;
mod suspicion;
mod texts;
mod witness;
mod writer;
mod wrong_line;

#[cfg(test)]
mod tests;

pub use cancel::CancelRequests;
pub use control::ControlRequests;
pub use disk::{Disk, RunFile};
pub use entry_writer::EntryWriter;
pub use error::StoreError;
pub use find::Listed;
pub use fleet::{FleetReader, FleetSealer, FleetWriter, LoadedFleet, NewFleet, RowFacts, RowWriter, SealedFacts};
pub use format::{FORMAT, Format};
pub use hold::Held;
pub use journal::Origin;
pub use key::{Key, KeyError, KeySource};
pub use key_command::CommandError;
pub use key_file::{Rotated, make as make_key, read_or_make as read_or_make_key, rotate as rotate_key};
pub use load::Loaded;
pub use lock::Holder;
pub use runs::Store;
pub use seal::PRUNED;
pub use suspicion::Suspicion;
pub use writer::{NewRun, RunWriter};
