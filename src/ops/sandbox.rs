//! The embedded service, standing alone until it is told to stop.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::OpError;
use crate::sandbox::{Faults, Options, RateLimits, Sandbox};

/// How the service is set up; what is `None` is as in a run with `--sandbox`.
#[derive(Debug, Default)]
pub struct SandboxRequest {
    /// HTTP, IMAP and SMTP; 0 is any that is free.
    pub ports: [u16; 3],
    /// Offers TLS at the mail ports.
    pub tls: bool,
    /// IMAP over TLS, 0 is any that is free; given, it offers TLS as `tls` does.
    pub imaps_port: Option<u16>,
    pub state: Option<PathBuf>,
    /// 0 draws one.
    pub seed: u64,
    /// The text of a faults file.
    pub faults: Option<String>,
    /// `lmtp://HOST:PORT`
    pub deliver_to: Option<String>,
    pub mail_style: Option<String>,
    /// What the rate limits are multiplied by.
    pub rate_scale: Option<f64>,
    pub latency: Option<Duration>,
}

/// Serves until `stop` is ready. `ready` is told, in one line of JSON, where the service is found.
pub async fn sandbox(
    request: SandboxRequest,
    ready: impl FnOnce(&str),
    stop: impl Future<Output = io::Result<()>>,
) -> Result<(), OpError> {
    let sandbox = Sandbox::start(options(request)?).await?;
    ready(&serde_json::to_string(sandbox.ready()).unwrap_or_default());
    let stopped = stop.await;
    sandbox.stop().await;
    stopped.map_err(|error| OpError::Usage(format!("cannot listen for signals: {error}")))
}

fn options(request: SandboxRequest) -> Result<Options, OpError> {
    let [port, imap_port, smtp_port] = request.ports;
    let state = request.state;
    let mut options = Options { port, imap_port, smtp_port, state, seed: request.seed, ..Options::default() };
    options.tls = request.tls || request.imaps_port.is_some();
    options.imaps_port = request.imaps_port.unwrap_or(0);
    if let Some(text) = request.faults {
        options.faults = Faults::from_json(&text).map_err(|error| OpError::Usage(format!("faults: {error}")))?;
    }
    if let Some(url) = request.deliver_to {
        let deliver_to = url.parse().map_err(|error| OpError::Usage(format!("--deliver-to: {error}")))?;
        options.deliver_to = Some(deliver_to);
    }
    if let Some(style) = request.mail_style {
        options.mail_style = style.parse().map_err(|error| OpError::Usage(format!("--mail-style: {error}")))?;
    }
    if let Some(factor) = request.rate_scale {
        options.rate_limits = RateLimits::default().scaled(factor);
    }
    options.latency = request.latency.unwrap_or(options.latency);
    Ok(options)
}
