//! What every command takes.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Global {
    /// Colours: auto (a terminal, and NO_COLOR not set), always or never.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN", display_order = 900)]
    pub color: Color,

    /// Log to stderr: error, warn, info, debug or trace. Other libraries stay at warn.
    #[arg(long, env = "ONRAMP_LOG", global = true, value_name = "LEVEL", hide_env_values = true, display_order = 901)]
    pub log: Option<tracing::Level>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}
