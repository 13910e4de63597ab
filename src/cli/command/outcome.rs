//! How a run that stands still is printed, whichever command is asked.

use std::path::Path;

use crate::cli::args::Global;
use crate::cli::args::Output;
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::RunOutcome;
use crate::report::{Place, Secrets, Summary, json, page};
use crate::secret::Mask;

/// Prints what came of a run, and says with which exit code that ends.
pub fn ended(
    outcome: &RunOutcome,
    output: &Output,
    global: &Global,
    mask: &Mask,
    store: &Path,
) -> Result<Exit, Failure> {
    let summary = summary(outcome, secrets(output.secrets.reveal), mask, store);
    print(&summary, output.print.json, global)?;
    Ok(Exit::of(&outcome.plan, &outcome.state))
}

/// As one JSON document, or as text for people.
pub fn print(summary: &Summary, json: bool, global: &Global) -> Result<(), Failure> {
    let printed = match json {
        true => out::print_json(&json::run(summary)),
        false => out::print(&page::summary(summary, &stdout_look(global.color))),
    };
    Ok(printed?)
}

pub fn summary(outcome: &RunOutcome, secrets: Secrets, mask: &Mask, store: &Path) -> Summary {
    let run_dir = outcome.dir.display().to_string();
    let elsewhere = (store != Path::new(".onramp")).then(|| store.display().to_string());
    Summary::new(&outcome.plan, &outcome.state, Place { run_dir, store: elsewhere }, secrets, mask)
}

pub const fn secrets(reveal: bool) -> Secrets {
    if reveal { Secrets::Revealed } else { Secrets::Masked }
}
