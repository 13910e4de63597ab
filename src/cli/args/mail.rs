//! What `onramp mail` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::groups::{Print, Progress, Reveal, duration};
use crate::action::mail_words as words;

/// Codes and links out of mail.
#[derive(Debug, Subcommand)]
pub enum Mail {
    Wait(Box<MailWait>),
    Extract(MailExtract),
    Test(MailTest),
}

/// Connect to a mailbox as runs do, and say what its server can do.
///
/// Address, TLS, login, extensions, the folder, which one is for junk, and how long a question takes. Nothing is changed: the
/// folder is opened read-only. With --append a message to oneself is put there over a second connection, to measure how long
/// it takes until IDLE tells of it, and exactly that message is removed again (docs/mailboxes.md).
///
/// Exit codes: 0 it works, 1 it does not, 2 wrong use.
#[derive(Debug, Args)]
pub struct MailTest {
    #[command(flatten)]
    pub mailbox: ByName,

    /// Put a message there, see when it is told of, and remove it again.
    #[arg(long)]
    pub append: bool,

    #[command(flatten)]
    pub print: Print,
}

/// Which mailbox.
#[derive(Debug, Args)]
pub struct ByName {
    /// The `[mailbox.NAME]` of onramp.toml, instead of ONRAMP_MAILBOX_URL, that of the profile, or the only one.
    #[arg(long, value_name = "NAME")]
    pub mailbox: Option<String>,
}

/// Wait for a mail and print the code or link in it.
///
/// As the step mail.wait does, with the same words. The mailbox is that of --mailbox, ONRAMP_MAILBOX_URL or the profile, or the only one
/// of onramp.toml; it is only read. Mail counts that arrives from now on, or with --since and --after earlier.
///
/// stdout has the code or link and nothing else. If none comes in time the exit code is 1, and stderr says what was seen and why it
/// did not count; 130 is Ctrl-C.
#[derive(Debug, Args)]
pub struct MailWait {
    #[command(flatten)]
    pub mailbox: ByName,

    #[arg(long, value_name = "ADDRESS", help = said(words::TO))]
    pub to: String,

    #[arg(long, value_name = "SENDER", help = format!("{}; may be given several times", said(words::FROM)))]
    pub from: Vec<String>,

    #[arg(long, value_name = "PART", help = said(words::SUBJECT))]
    pub subject: Option<String>,

    #[arg(long, value_name = "NAME: PART", help = format!("{}; may be given several times", said(words::HEADER)))]
    pub header: Vec<String>,

    #[arg(long, value_name = "WHEN", help = said(words::SINCE), conflicts_with = "after")]
    pub since: Option<String>,

    #[arg(long, value_name = "JSON", help = said(words::AFTER))]
    pub after: Option<String>,

    #[arg(long, value_name = "FINDING", help = said(words::REQUIRE))]
    pub require: Option<String>,

    #[arg(long, value_name = "NAME", help = said(words::AUTHSERV_ID))]
    pub authserv_id: Option<String>,

    #[arg(long, help = said(words::JUNK))]
    pub junk: bool,

    #[command(flatten)]
    pub what: What,

    /// How long to wait: 30s, 3m.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub timeout: Duration,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub progress: Progress,
}

/// As help is written: without the last full stop.
fn said(words: &'static str) -> &'static str {
    words.trim_end_matches('.')
}

/// What is to be taken out of a message.
#[derive(Debug, Args)]
pub struct What {
    /// What to take, as in `extract` of mail.wait: code, link, or a pattern as JSON.
    ///
    /// Patterns: {"link": "/verify/{code}"}, {"regex": "Code: (\\d+)"}, {"css": "#code"}, {"code": {"digits": 6}}.
    #[arg(long, value_name = "WHAT", default_value = "code")]
    pub extract: String,
}

/// Take the code or link out of a message that lies in a file.
///
/// It is printed on stdout. Where more than one could be meant, or the only one is doubtful, none is: the exit code is 1, and
/// stderr names the candidates.
#[derive(Debug, Args)]
pub struct MailExtract {
    /// The message as it was sent, or - for standard input.
    pub file: PathBuf,

    #[command(flatten)]
    pub what: What,

    /// Say on stderr what was looked at, and what speaks for and against each candidate.
    #[arg(long)]
    pub explain: bool,

    #[command(flatten)]
    pub reveal: Reveal,

    #[command(flatten)]
    pub print: Print,
}
