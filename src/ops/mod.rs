//! The use cases, one file each: typed options in, typed results out. Command line, MCP and web only translate.

mod actions;
mod asked;
mod attach;
mod base_url;
mod begin;
mod call;
mod cancel;
mod doctor;
mod edit;
mod error;
mod exec;
mod export;
mod fleet;
mod go_on;
mod init;
mod inject;
mod inputs_from;
mod kept;
mod key;
mod library;
mod mail_extract;
mod mail_test;
mod mail_wait;
mod mailbox;
mod named;
mod outlook;
mod outputs;
mod prepare;
mod profile;
mod prune;
mod random;
mod recall;
mod refusal;
mod resolve;
mod resume;
mod run;
mod sandbox;
mod show;
mod spend;
mod stored;
mod surroundings;
mod takeover;
mod teardown;
mod tokens;
mod unstored;
mod validate;
mod variables;
mod workspace;

pub use crate::diagnostic::DEFAULT_STORE;
pub use crate::http::host_or_origin;
pub use crate::outlook::BaseUrlSource;
pub use actions::{Named, actions};
pub use attach::Console;
pub use call::call;
pub use cancel::{CancelOutcome, CancelRequest, cancel};
pub use doctor::{DoctorRequest, doctor};
pub use error::OpError;
pub use exec::{ExecOutcome, ExecRequest, UserCommand, exec};
pub use export::{ExportOutcome, ExportRequest, export};
pub use fleet::{
    Condition, DuplicateRow, Each, FleetCancel, FleetConsole, FleetExportOutcome, FleetExportRequest, FleetFormat,
    FleetOutcome, FleetResolveRequest, FleetResolved, FleetResumeRequest, FleetRunRequest, FleetTeardown, FlowRequest,
    GivenRows, Joined, MannersRequest, Pick, RowFormat, RowSource, RowsFromRequest, RowsRequest, ShownFleet,
    fleet_cancel, fleet_control, fleet_export, fleet_resolve, fleet_resume, fleet_run, fleet_show, fleets, join,
    mind_manners, read_rows, rows_from,
};
pub use init::{TEMPLATES, Template, init, template};
pub use kept::is_row;
pub use key::{KeyPlace, RotateOutcome, Rotation, key_new, key_rotate};
pub use mail_extract::{MailExtractRequest, extract_value, mail_extract, mail_file};
pub use mail_test::mail_test;
pub use mail_wait::{MailWaitRequest, mail_wait};
pub use outlook::outlook;
pub use profile::{Profile, ProfileRequest, profile};
pub use prune::{Fate, PruneOutcome, PruneRequest, Pruned, prune};
pub use resolve::{Answer, GivenOutput, ResolveRequest, Resolved, resolve};
pub use resume::{Rehearsal, ResumeRequest, RetryRequest, Talk, rehearse, rehearse_retry, resume, retry};
pub use run::{DEFAULT_SETTLE, RunOutcome, RunRequest, run};
pub use sandbox::{SandboxRequest, sandbox};
pub use show::{Listed, Shown, history, runs, show};
pub use surroundings::{DEFAULT_BASE_URL, MAILBOX_VARIABLE};
pub use teardown::Teardown;
pub use tokens::{TokenSource, TokenSources};
pub use validate::{Checked, validate};
pub use workspace::Workspace;
