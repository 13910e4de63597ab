//! What `onramp doctor` takes.

use clap::Args;

use super::groups::{Print, StoreArgs, Target};

/// Look whether a run would find what it needs: key, store, service, token and mailbox.
///
/// Each is a line: ok, warning or failed, and below it what to do. The service is asked for its contract, and from that alone it
/// is said which spellings it knows. A token is looked at if ONRAMP_INPUT_TOKEN or MODELSLAB_TOKEN is set, a mailbox if
/// ONRAMP_MAILBOX_URL is, or the profile has one. With `--sandbox`, neither of them is. Nothing is changed
/// anywhere.
///
/// Exit codes: 0 nothing failed, 1 something did.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub target: Target,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}
