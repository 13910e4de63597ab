//! What `onramp mail` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::groups::{Print, Reveal};

/// Codes and links out of mail.
#[derive(Debug, Subcommand)]
pub enum Mail {
    Extract(MailExtract),
}

/// Take the code or link out of a message that lies in a file.
///
/// It is printed on stdout. Where more than one could be meant, or the only one is doubtful, none is: the exit code is 1, and
/// stderr names the candidates.
#[derive(Debug, Args)]
pub struct MailExtract {
    /// The message as it was sent, or - for standard input.
    pub file: PathBuf,

    /// What to take, as in `extract` of mail.wait: code, link, or a pattern as JSON.
    ///
    /// Patterns: {"link": "/verify/{code}"}, {"regex": "Code: (\\d+)"}, {"css": "#code"}, {"code": {"digits": 6}}.
    #[arg(long, value_name = "WHAT", default_value = "code")]
    pub extract: String,

    /// Say on stderr what was looked at, and what speaks for and against each candidate.
    #[arg(long)]
    pub explain: bool,

    #[command(flatten)]
    pub reveal: Reveal,

    #[command(flatten)]
    pub print: Print,
}
