//! A command that prints the key: no shell, no standard input, bounded in time and in what it may print.

use std::fmt;
use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::key::MAX_TEXT;
use crate::secret::Secret;

/// A password manager may ask its user for a fingerprint first.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a key command gave no key.
#[derive(Debug)]
pub enum CommandError {
    Empty,
    Start(io::Error),
    Read(io::Error),
    TooMuch,
    TooLong,
    Failed(ExitStatus),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Start(error) => write!(f, "could not be started: {error}"),
            Self::Read(error) => write!(f, "could not be read from: {error}"),
            Self::TooMuch => write!(f, "printed more than {MAX_TEXT} bytes"),
            Self::TooLong => write!(f, "took longer than {} s and was ended", PATIENCE.as_secs()),
            Self::Failed(status) => write!(f, "failed: {status}"),
        }
    }
}

/// What `command` prints on its standard output.
pub(super) fn run(command: &str) -> Result<Secret<Vec<u8>>, CommandError> {
    run_within(command, PATIENCE)
}

fn run_within(command: &str, patience: Duration) -> Result<Secret<Vec<u8>>, CommandError> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or(CommandError::Empty)?;
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(CommandError::Start)?;
    let pid = Pid::from_child(&child);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(listen(child)));
    receiver.recv_timeout(patience).unwrap_or_else(|_| {
        let _ = kill_process(pid, Signal::KILL);
        Err(CommandError::TooLong)
    })
}

fn listen(mut child: Child) -> Result<Secret<Vec<u8>>, CommandError> {
    let mut printed = Vec::with_capacity(MAX_TEXT + 1);
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_TEXT as u64 + 1).read_to_end(&mut printed).map_err(CommandError::Read)?;
    }
    let printed = Secret::new(printed);
    let status = child.wait().map_err(CommandError::Read)?;
    match () {
        () if printed.expose().len() > MAX_TEXT => Err(CommandError::TooMuch),
        () if !status.success() => Err(CommandError::Failed(status)),
        () => Ok(printed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_at_white_space_and_sees_no_shell() {
        assert_eq!(run("echo a  $HOME ; b").unwrap().expose(), b"a $HOME ; b\n");
    }

    #[test]
    fn a_command_that_fails_hangs_or_babbles_is_an_error() {
        assert!(matches!(run(" "), Err(CommandError::Empty)));
        assert!(matches!(run("/no/such/program"), Err(CommandError::Start(_))));
        assert!(matches!(run("false"), Err(CommandError::Failed(_))));
        assert!(matches!(run("head -c 5000 /dev/zero"), Err(CommandError::TooMuch)));
        assert!(matches!(run_within("sleep 600", Duration::from_millis(1)), Err(CommandError::TooLong)));
    }
}
