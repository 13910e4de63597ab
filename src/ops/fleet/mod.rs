//! Fleets: the same workflow for many rows.

mod attach;
mod begin;
mod condition;
mod control;
mod denial;
mod drive;
mod each;
mod export;
mod find;
mod join;
mod log;
mod manners;
mod outputs;
mod pick;
mod resolve;
mod rows;
mod run;
mod show;
mod stored_rows;
mod take;
mod teardown;

pub use condition::Condition;
pub use control::{FleetCancel, fleet_cancel, fleet_control};
pub use drive::{FleetConsole, FleetOutcome, FlowRequest};
pub use each::Each;
pub use export::{FleetExportOutcome, FleetExportRequest, FleetFormat, fleet_export};
pub use join::{Joined, join};
pub use manners::{MannersRequest, mind_manners};
pub use pick::Pick;
pub(super) use pick::named as row_of_key;
pub use resolve::{FleetResolveRequest, FleetResolved, fleet_resolve};
pub use rows::{DuplicateRow, GivenRows, RowFormat, RowSource, RowsFromRequest, RowsRequest, read_rows, rows_from};
pub use run::{FleetResumeRequest, FleetRunRequest, fleet_resume, fleet_run};
pub use show::{ShownFleet, fleet_show, fleets};
pub use teardown::FleetTeardown;
