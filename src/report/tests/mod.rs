//! What readers see of runs.

mod lines;
mod page;
pub mod scenario;
mod tape;
mod undo;
