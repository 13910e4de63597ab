//! Decisions, pure: facts are folded into a state, and a state says what to do next. No I/O, no clock, no randomness.

mod agenda;
mod apply;
mod call;
mod capture;
mod decide;
mod delay;
mod derive;
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
mod replan;
mod resume;
mod round;
mod scope;
mod state;
mod step_state;
mod table;
mod target;
mod task_state;
mod teardown;
mod undoing;
mod unit;
mod verdict;

#[cfg(test)]
mod tests;

pub use apply::{IllegalEntry, apply};
pub use decide::{BATCH, decide};
pub use delay::{MAX_RETRY_AFTER, backoff};
pub use derive::{Mark, idempotency_key, input_digest, unique_name};
pub use ending::end;
pub use entry::{
    Alarm, AttemptStarted, Doubt, Entry, Fact, MatrixItem, Replanned, Resolution, Resumption, RunStarted, RunStatus,
    Settings, SkipReason, Stop, Timer,
};
pub use made::Made;
pub use order::{Limit, Op, Order, Undone, Wake, is_durable, op, pending_wakes};
pub use outcome::{ErrorKind, Happened, Outcome, ProbeAnswer, StepError};
pub use preview::{Fate, Preview, StepPreview, at_rest, preview};
pub use state::{Recorded, RunState};
pub use step_state::{StepState, StepStatus};
pub use task_state::{Phase, TaskState};
pub use undoing::{Prospect, TeardownStatus, Undoing};
