//! What a person answers about a step.

use clap::Args;

use super::groups::{Print, StoreArgs, Which};

/// Say of a step in doubt, failed or interrupted that it took place, or run it again.
///
/// Only the answer is recorded; `onramp resume` goes on with it. `onramp show` says what is unknown and what to look at.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["done", "redo"]))]
pub struct Resolve {
    #[command(flatten)]
    pub which: Which,

    /// A step, an item of one, or what helps it after an error: `signup`, `invite[ada@onramp.test]`, `code/on-error`.
    pub step: String,

    /// It took place: it is not sent again.
    #[arg(long)]
    pub done: bool,

    /// Send it again, under a new idempotency key.
    #[arg(long)]
    pub redo: bool,

    /// An output of the step: NAME=VALUE, NAME=@FILE, or NAME=@- for standard input. A secret one must not be an argument.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "redo")]
    pub output: Vec<String>,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}
