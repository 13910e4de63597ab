//! `onramp sandbox`: the embedded service, standing alone.

use crate::cli::args::Sandbox as Args;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{out, signals, values};
use crate::ops::{self, OpError, SandboxRequest};

pub async fn sandbox(args: Args) -> Result<Exit, Failure> {
    let faults = match &args.faults {
        Some(path) => Some(fault_rules(path).map_err(OpError::Usage)?),
        None => None,
    };
    let request = SandboxRequest {
        ports: [args.port, args.imap_port, args.smtp_port],
        tls: args.tls,
        imaps_port: args.imaps_port,
        state: args.state,
        seed: args.seed,
        faults,
        deliver_to: args.deliver_to,
        mail_style: args.mail_style,
        rate_scale: args.rate_scale,
        latency: args.latency,
    };
    // One line, so that a script can read it and go on.
    let mut printed = Ok(());
    ops::sandbox(request, |line| printed = out::print(line), signals::stop_asked()).await?;
    printed?;
    Ok(Exit::Done)
}

fn fault_rules(path: &std::path::Path) -> Result<String, String> {
    values::read(values::open(path)?, &path.display().to_string())
}
