//! `onramp exec`.

use super::workspace;
use crate::cli::args::{Exec as Args, Global};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{environment, out, signals};
use crate::ops::{self, ExecOutcome, ExecRequest, OpError};

pub async fn exec(args: Args, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp exec");
    let mut words = args.command.into_iter();
    let program = words.next().ok_or_else(|| OpError::Usage("there is no command to run".into()))?;
    let shown = program.to_string_lossy().into_owned();
    let withheld = environment::own_variables();
    let request = ExecRequest { run: args.which.run, program, arguments: words.collect(), withheld };
    let signals =
        signals::passed_on().map_err(|error| OpError::Usage(format!("cannot listen for signals: {error}")))?;
    let outcome = ops::exec(&workspace, request, signals, &mut out::say).await?;
    if let ExecOutcome::NotStarted(error) = &outcome {
        out::say(&format!("cannot run `{shown}`: {error}"));
    }
    Ok(Exit::Command(outcome.code()))
}
