//! The command line. It translates between words and use cases, and is the only one that reads the environment.

mod args;
mod command;
mod console;
mod environment;
mod exit;
mod failure;
mod harden;
mod help;
mod log;
mod out;
mod signals;
mod values;
mod voice;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command, Global};
use exit::Exit;
use failure::Failure;

/// The whole program.
pub fn main() -> ExitCode {
    harden::harden();
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => return help::answer(&said),
    };
    match command::profile(&cli.global) {
        Ok(profile) => cli.global.chosen = profile,
        // The command that is asked what is wrong says it in its place.
        Err(Failure::Op(error)) if matches!(cli.command, Command::Doctor(_)) => {
            cli.global.unread = Some(error.to_string());
        }
        Err(failure) => return refused(&failure, &cli.global),
    }
    if matches!(cli.command, Command::Fleet(_) | Command::Sandbox(_)) {
        harden::take_all_files();
    }
    // One thread: a run waits for others nearly all of the time, and to hand each step to another thread and its end back
    // costs more than the step's own work. Mailboxes are read on threads of their own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            out::say(&format!("cannot start: {error}"));
            return Exit::WrongUse.into();
        }
    };
    let result = runtime.block_on(async {
        signals::outlive_file_limit();
        command::dispatch(cli.command, &cli.global).await
    });
    // What still runs in the background is not waited for: whatever mattered is on disk.
    runtime.shutdown_background();
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => refused(&failure, &cli.global),
    }
}

fn refused(failure: &Failure, global: &Global) -> ExitCode {
    failure.explain(global);
    failure.exit().into()
}
