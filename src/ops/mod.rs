//! The use cases, one file each: typed options in, typed results out. Command line, MCP and web only translate.

mod actions_page;
mod attach;
mod cancel;
mod error;
mod exec;
mod export;
mod inject;
mod inputs_from;
mod key;
mod outputs;
mod prune;
mod resume;
mod run;
mod sandbox;
mod show;
mod stored;
mod surroundings;
mod validate;
mod variables;
mod workspace;

pub use actions_page::actions_page;
pub use attach::Console;
pub use cancel::{CancelOutcome, CancelRequest, cancel};
pub use error::OpError;
pub use exec::{ExecOutcome, ExecRequest, exec};
pub use export::{ExportOutcome, ExportRequest, export};
pub use key::{KeyPlace, RotateOutcome, Rotation, key_new, key_rotate};
pub use prune::{Fate, PruneOutcome, PruneRequest, Pruned, prune};
pub use resume::{ResumeRequest, resume};
pub use run::{DEFAULT_SETTLE, RunOutcome, RunRequest, run};
pub use sandbox::{SandboxRequest, sandbox};
pub use show::{Listed, Shown, runs, show};
pub use surroundings::{DEFAULT_BASE_URL, MAILBOX_VARIABLE};
pub use validate::{Checked, validate};
pub use workspace::Workspace;
