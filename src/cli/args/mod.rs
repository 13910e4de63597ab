//! The command line, as clap reads it: one file for each family of commands, and in `groups` what several of them take.

mod actions;
mod again;
mod call;
mod cancel;
mod doctor;
mod exec;
mod export;
mod fleet;
mod global;
mod graph;
mod groups;
mod init;
mod key;
mod mail;
mod plan;
mod prune;
mod resolve;
mod run;
mod sandbox;
mod schema;
mod show;
mod teardown;
mod validate;

use clap::{Parser, Subcommand};

pub use actions::Actions;
pub use again::{GoingOn, Resume, Retry};
pub use call::Call;
pub use cancel::Cancel;
pub use doctor::Doctor;
pub use exec::Exec;
pub use export::{Export, ExportFormat};
pub use fleet::{
    Driving, Fleet, FleetCancel, FleetExport, FleetExportFormat, FleetList, FleetResolve, FleetResume, FleetRun,
    FleetShow, FleetTeardown, FlowArgs, RowArgs, WhichFleet,
};
pub use global::{Color, Global};
pub use graph::{Graph, GraphFormat};
pub use groups::{Inputs, Output, Progress, Service, StoreArgs};
pub use init::Init;
pub use key::{Key, Rotate};
pub use mail::{Mail, MailExtract, MailTest, MailWait};
pub use plan::Plan;
pub use prune::Prune;
pub use resolve::Resolve;
pub use run::Run;
pub use sandbox::Sandbox;
pub use schema::Schema;
pub use show::{Runs, Show};
pub use teardown::{Teardown, Undo};
pub use validate::Validate;

/// Takes service accounts from nothing to working, without a browser.
///
/// A workflow is run step by step; each step is written to a journal before and after, so that a run can be resumed after
/// anything and nothing is done twice. stdout is data, stderr is talk.
///
/// Exit codes: 0 done, 1 a step failed or the run could not go on, 2 wrong use or wrong file, 3 stopped in doubt and a person must decide,
/// 4 some rows of a fleet failed, 130 interrupted or cancelled.
#[derive(Debug, Parser)]
#[command(name = "onramp", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    pub global: Global,
}

// What a command says of itself stands with its arguments: a comment here would take its place.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(Init),
    Run(Run),
    Call(Call),
    Resume(Resume),
    Retry(Retry),
    Resolve(Resolve),
    Runs(Runs),
    Show(Show),
    Cancel(Cancel),
    Teardown(Teardown),
    Export(Export),
    Exec(Exec),
    Prune(Prune),
    #[command(subcommand)]
    Fleet(Fleet),
    #[command(subcommand)]
    Key(Key),
    Validate(Validate),
    Plan(Plan),
    Doctor(Doctor),
    Graph(Graph),
    Actions(Actions),
    Schema(Schema),
    #[command(subcommand)]
    Mail(Mail),
    Sandbox(Sandbox),
}
