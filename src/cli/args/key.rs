//! What `onramp key` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::groups::StoreArgs;

/// The key that seals runs.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key where the configuration says: at ONRAMP_KEY_FILE, or in your configuration folder.
    New,
    Rotate(Rotate),
}

/// Seal all runs of the store with a new key, and keep the old one beside it.
#[derive(Debug, Args)]
pub struct Rotate {
    /// Seal with the key in this file, which is made if it is not there, and leave the present key alone.
    #[arg(long, value_name = "FILE", conflicts_with = "finish")]
    pub to_key_file: Option<PathBuf>,

    /// Make no new key: only seal runs with the present one that are still sealed with an older one.
    #[arg(long)]
    pub finish: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}
