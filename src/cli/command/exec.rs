//! `onramp exec`.

use std::ffi::OsString;

use super::workspace;
use crate::cli::args::{Exec as Args, Global};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{environment, out, signals};
use crate::ops::{self, ExecOutcome, ExecRequest, OpError, UserCommand};

pub async fn exec(args: Args, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp exec");
    let command = user_command(args.command);
    let command = command.ok_or_else(|| OpError::Usage("there is no command to run".into()))?;
    let shown = command.program.to_string_lossy().into_owned();
    let request = ExecRequest { run: args.which.run, command };
    let signals =
        signals::passed_on().map_err(|error| OpError::Usage(format!("cannot listen for signals: {error}")))?;
    let outcome = ops::exec(&workspace, request, signals, &mut out::say).await?;
    if let ExecOutcome::NotStarted(error) = &outcome {
        out::say(&format!("cannot run `{shown}`: {error}"));
    }
    Ok(Exit::Command(outcome.code()))
}

/// The command that these words are, if there are any.
pub fn user_command(words: Vec<OsString>) -> Option<UserCommand> {
    let mut words = words.into_iter();
    let (program, withheld) = (words.next()?, environment::own_variables());
    Some(UserCommand { program, arguments: words.collect(), withheld })
}
