//! What `onramp fleet resolve` and `onramp fleet teardown` take.

use clap::Args;

use super::WhichFleet;
use crate::cli::args::groups::StoreArgs;
use crate::cli::args::teardown::Undo;

/// Say of steps of many rows that they took place, or run them again.
///
/// Only the answers are recorded; `onramp fleet resume` goes on with them. Without --step, all that is in doubt in a row is
/// answered, or else what it failed at. A row about which there is nothing to answer is left as it is and named.
///
/// Exit codes: 0 all rows were answered for, 2 wrong use, 4 some rows were left as they are.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["done", "redo"]))]
#[command(group = clap::ArgGroup::new("rows").required(true).args(["condition", "row"]))]
pub struct FleetResolve {
    #[command(flatten)]
    pub which: WhichFleet,

    /// Rows that have not succeeded and for which it holds, as 'error.code == "in_doubt"' (docs/fleets.md).
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: Option<String>,

    /// These rows, by run or key. May be given again.
    #[arg(long, value_name = "ROW")]
    pub row: Vec<String>,

    /// A step, an item of one, or what helps it after an error: `signup`, `invite[ada@onramp.test]`, `code/on-error`.
    #[arg(long)]
    pub step: Option<String>,

    /// It took place: it is not sent again.
    #[arg(long)]
    pub done: bool,

    /// Send it again, under a new idempotency key.
    #[arg(long)]
    pub redo: bool,

    /// An output of the step, the same for all rows: NAME=VALUE, NAME=@FILE, or NAME=@- for standard input.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "redo", requires = "step")]
    pub output: Vec<String>,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Undo what the rows of a fleet made, each as `onramp teardown` does.
///
/// No row begins or goes on after that; with --where or --row none of these. A teardown that was interrupted goes on when it is asked for again, and what failed is tried
/// again; what is undone stays so.
///
/// Exit codes: 0 nothing is left that could be undone, 2 wrong use, or nobody said yes, 4 of some rows it is not, 130 interrupted.
#[derive(Debug, Args)]
pub struct FleetTeardown {
    #[command(flatten)]
    pub which: WhichFleet,

    /// Only rows for which it holds, as 'status == "failed"' (docs/fleets.md). The others go on as they are.
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "row")]
    pub condition: Option<String>,

    /// Only these rows, by run or key. May be given again.
    #[arg(long, value_name = "ROW")]
    pub row: Vec<String>,

    /// Rows that are undone at a time; 25, or what `onramp fleet set` said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_parallel: Option<u32>,

    #[command(flatten)]
    pub undo: Undo,
}
