//! Renderers of entries and of the state. They show what is committed, never write state, and never see a secret in the
//! clear.
//!
//! [`Reporter`]s follow a run: [`Live`] on a terminal, [`Lines`] elsewhere. [`Summary`] is what there is to say of a run at
//! one moment; [`json`] and [`page`] render it. All are functions of values; time and the terminal are handed in.

pub mod actions;
mod advice;
mod call;
pub mod doctor;
mod doubt;
pub mod export;
pub mod fleet;
pub mod graph;
mod grid;
mod history;
pub mod inputs;
pub mod json;
mod lines;
mod live;
mod look;
pub mod mail;
pub mod mail_test;
pub mod outlook;
pub mod page;
mod prompt;
mod prospects;
pub mod pruned;
mod reporter;
pub mod rerun;
pub mod show;
mod stand;
mod step_table;
mod summary;
pub mod table;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod times;
mod undo;

pub use crate::diagnostic::{command_line, quoted as shell_word};
pub use doubt::{AnswerView, DoubtView};
pub use history::{End, History, Kind, Pause, Stretch};
pub use lines::Lines;
pub use live::{Live, Size};
pub use look::{Look, Sign, Tone};
pub use prospects::prospects;
pub use reporter::Reporter;
pub use rerun::{Rerun, RerunStep, Verdict};
pub use stand::{Stand, sign_of};
pub use summary::{ErrorView, OutputView, Place, Secrets, StepView, Summary, TaskView};
pub use text::count;
pub use undo::{RoundView, UndoStatus, UndoView};
