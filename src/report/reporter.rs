//! The seam between the driver and those who watch.

use crate::plan::Plan;
use crate::run::{Entry, RunState};

/// Shows a run to somebody, entry by entry.
pub trait Reporter: Send {
    /// `entry` was committed; `state` is the state after the whole commit that it is part of.
    fn committed(&mut self, entry: &Entry, plan: &Plan, state: &RunState);

    /// The run stands still; nothing more comes.
    fn ended(&mut self, _plan: &Plan, _state: &RunState) {}
}
