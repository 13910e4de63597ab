//! The log, on stderr. It may be read by others: known secrets are masked, and other libraries' details left out.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::secret::Mask;

/// Starts logging at `level`; without one, nothing is logged.
pub fn start(level: Option<tracing::Level>, mask: &Mask) {
    let Some(level) = level else { return };
    // Libraries that trace what goes over the wire would show passwords and tokens.
    let others = if level == tracing::Level::ERROR { "error" } else { "warn" };
    // rmcp shows whole messages even then, and its troubles are told as the step's own.
    let filter = EnvFilter::new(format!("{others},rmcp=off,onramp={level}"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(MaskedStderr(mask.clone()))
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
}

#[derive(Clone)]
struct MaskedStderr(Mask);

impl<'a> MakeWriter<'a> for MaskedStderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for MaskedStderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let masked = self.0.apply(&String::from_utf8_lossy(line));
        io::stderr().write_all(masked.as_bytes()).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
