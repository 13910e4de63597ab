//! What `onramp sandbox` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::groups::duration;

/// Run the embedded service by itself, until it is told to stop.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// HTTP port; 0 is any that is free.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub port: u16,

    /// IMAP port; 0 is any that is free.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub imap_port: u16,

    /// SMTP port; 0 is any that is free.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub smtp_port: u16,

    /// Offer TLS for mail: STARTTLS at the IMAP and SMTP ports, and IMAP over TLS.
    #[arg(long)]
    pub tls: bool,

    /// Port of IMAP over TLS, 0 is any that is free; implies --tls.
    #[arg(long, value_name = "N")]
    pub imaps_port: Option<u16>,

    /// Keep the service's state in this folder, over restarts.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// Faults to inject, as JSON (docs/sandbox.md).
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,

    /// Makes tokens, keys and fault draws repeatable; 0 draws a seed.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,

    /// Hand mail to another server instead of the sandbox's own inbox: lmtp://HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub deliver_to: Option<String>,

    /// How the verification mail looks: laravel-link, code, spans, plain, base64, forwarded or multilingual.
    #[arg(long, value_name = "STYLE")]
    pub mail_style: Option<String>,

    /// Multiplies the rate limits.
    #[arg(long, value_name = "FACTOR")]
    pub rate_scale: Option<f64>,

    /// How long every request is held back.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub latency: Option<Duration>,
}
