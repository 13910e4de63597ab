//! What readers see of runs.

mod lines;
mod page;
pub mod scenario;
pub mod screen;
mod tape;
mod undo;
