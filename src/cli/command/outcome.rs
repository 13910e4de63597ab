//! How a run that stands still is printed, whichever command is asked.

use crate::cli::args::Global;
use crate::cli::args::Output;
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, RunOutcome, Workspace};
use crate::report::{History, Place, Secrets, Summary, json, page};
use crate::secret::Mask;

/// Prints what came of a run, and says with which exit code that ends.
pub fn ended(
    workspace: &Workspace,
    outcome: &RunOutcome,
    output: &Output,
    global: &Global,
    mask: &Mask,
) -> Result<Exit, Failure> {
    let mut summary = summary(workspace, outcome, secrets(output.secrets.reveal), mask);
    // One that was never resumed has not rested.
    if !outcome.state.epochs.is_empty() {
        summary = with_times(workspace, outcome, mask, summary);
    }
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

pub fn summary(workspace: &Workspace, outcome: &RunOutcome, secrets: Secrets, mask: &Mask) -> Summary {
    let place = Place { run_dir: outcome.dir.display().to_string(), store: workspace.store_to_type() };
    Summary::new(&outcome.plan, &outcome.state, place, secrets, mask)
}

/// With the time in which it was worked on, as `show` has it; without, where the journal cannot be read.
pub fn with_times(workspace: &Workspace, outcome: &RunOutcome, mask: &Mask, summary: Summary) -> Summary {
    match ops::history(workspace, &outcome.state.started.run) {
        Ok(entries) => summary.with_history(&History::new(&entries, mask)),
        Err(_) => summary,
    }
}

pub const fn secrets(reveal: bool) -> Secrets {
    if reveal { Secrets::Revealed } else { Secrets::Masked }
}
