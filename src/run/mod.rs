//! Decisions, pure: facts are folded into a state, and a state says what to do next. No I/O, no clock, no randomness.

mod agenda;
mod answer;
mod apply;
mod call;
mod capture;
mod decide;
mod delay;
mod derive;
mod displaced;
mod ending;
mod entry;
mod expand;
mod made;
mod matrix;
mod order;
mod outcome;
mod pace;
mod passed;
mod preview;
mod progress;
mod replan;
mod resume;
mod round;
mod scope;
mod started;
mod state;
mod step_state;
mod stopping;
mod table;
mod target;
mod task_state;
mod teardown;
mod transition;
mod undoing;
mod unit;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

pub use apply::{IllegalEntry, apply};
pub use decide::{BATCH, decide};
pub use delay::{MAX_RETRY_AFTER, backoff};
pub use derive::{Mark, idempotency_key, input_digest, unique_name};
pub use ending::end;
pub use entry::{AttemptStarted, Entry, Fact, MatrixItem};
pub use made::Made;
pub use order::{Limit, Op, Order, Undone, Wake, is_durable, op, pending_wakes};
pub use outcome::{ErrorKind, Happened, Outcome, ProbeAnswer, StepError};
pub use preview::{Fate, Preview, StepPreview, at_rest, preview};
pub use started::{Replanned, Resumption, RunStarted, Settings};
pub use state::{Recorded, RunState};
pub use step_state::{StepState, StepStatus};
pub use task_state::{Phase, TaskState};
pub use undoing::{Prospect, TeardownStatus, Undoing};
pub use words::{Alarm, Doubt, Resolution, RunStatus, SkipReason, Stop, Timer};
