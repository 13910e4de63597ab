//! The loop that owns the state, and the hosts that it runs on.

mod driver;
mod fleet;
mod host;
mod inject;
mod launcher;
mod learning;
mod local;
mod under_way;
mod within;

pub use driver::{EngineError, drive, recalled, resume, resume_edited, tear_down};
pub use fleet::{FleetDriver, FleetEnd, FleetLog, RowLog, RowNotes, RowStart, Rows, Sealer};
pub use host::{Completion, Host, HostError, Queued};
pub use inject::{Injected, Injection, Trouble};
pub use launcher::Launcher;
pub use learning::{learn_given, learn_named, learn_state};
pub use local::{LocalHost, Log, StopSignal};
