//! A command that prints the key: no shell, no standard input, bounded in time and in what it may print.

use std::fmt;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use super::key::MAX_TEXT;
use crate::secret::Secret;
use crate::subprocess::{Bounds, PATIENCE, Unheard, hear};

/// Why a key command gave no key.
#[derive(Debug)]
pub enum CommandError {
    Empty,
    Unheard(Unheard),
    TooMuch,
    Failed(ExitStatus),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Unheard(why) => why.fmt(f),
            Self::TooMuch => write!(f, "printed more than {MAX_TEXT} bytes"),
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
    let bounds = Bounds { printed: MAX_TEXT + 1, complaint: 0, patience };
    let heard = hear(Command::new(program).args(words), bounds).map_err(CommandError::Unheard)?;
    match () {
        () if heard.printed.expose().len() > MAX_TEXT => Err(CommandError::TooMuch),
        () if !heard.status.success() => Err(CommandError::Failed(heard.status)),
        () => Ok(heard.printed),
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
        assert!(matches!(run("/no/such/program"), Err(CommandError::Unheard(Unheard::Start(_)))));
        assert!(matches!(run("false"), Err(CommandError::Failed(_))));
        assert!(matches!(run("head -c 5000 /dev/zero"), Err(CommandError::TooMuch)));
        assert!(matches!(
            run_within("sleep 600", Duration::from_millis(1)),
            Err(CommandError::Unheard(Unheard::TooLong(_)))
        ));
    }
}
