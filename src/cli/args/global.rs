//! What every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::ops::Profile;

#[derive(Debug, Args)]
pub struct Global {
    /// Take what is not given otherwise from this profile of onramp.toml (docs/profiles.md).
    #[arg(
        long,
        env = "ONRAMP_PROFILE",
        global = true,
        value_name = "NAME",
        hide_env_values = true,
        display_order = 898
    )]
    pub profile: Option<String>,

    /// Read this file instead of onramp/onramp.toml in your configuration folder.
    #[arg(long, global = true, value_name = "FILE", display_order = 899)]
    pub config: Option<PathBuf>,

    /// Trust the certificate authorities in this PEM file beside those of the system, for mail and HTTP.
    #[arg(
        long,
        env = "ONRAMP_CA_FILE",
        global = true,
        value_name = "FILE",
        hide_env_values = true,
        display_order = 899
    )]
    pub ca_file: Option<PathBuf>,

    /// Colours: auto (a terminal, and NO_COLOR not set), always or never.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN", display_order = 900)]
    pub color: Color,

    /// Log to stderr: error, warn, info, debug or trace. Other libraries stay at warn.
    #[arg(long, env = "ONRAMP_LOG", global = true, value_name = "LEVEL", hide_env_values = true, display_order = 901)]
    pub log: Option<tracing::Level>,

    /// What the profile gives, once its file has been read.
    #[arg(skip)]
    pub chosen: Profile,

    /// Why it gives nothing; for the command that looks what is wrong.
    #[arg(skip)]
    pub unread: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}
