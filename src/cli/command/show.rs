//! `onramp show` and `onramp runs`.

use super::outcome::{secrets, summary};
use super::workspace;
use crate::cli::args::{Global, Runs, Show};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, Shown};
use crate::report::{History, Secrets, Summary, json, show as page};

pub fn show(args: Show, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp show");
    let Shown { outcome, entries, warnings, mask, .. } = ops::show(&workspace, &args.which.run)?;
    warnings.iter().for_each(|warning| out::say(warning));
    let history = History::new(&entries, &mask);
    let summary = summary(&workspace, &outcome, secrets(args.secrets.reveal), &mask).with_history(&history);
    if args.print.json {
        out::print_json(&json::run(&summary))?;
    } else {
        out::print(&page::run(&summary, &history, args.tries, &stdout_look(global.color)))?;
    }
    Ok(Exit::Done)
}

pub fn runs(args: Runs, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp runs");
    let mut summaries: Vec<Summary> = Vec::new();
    let listed = ops::runs(&workspace)?;
    if listed.is_empty() {
        out::say(&format!("no runs in {} yet", workspace.store.display()));
    }
    let mut exit = Exit::Done;
    for (run, shown) in listed {
        match shown {
            Ok(shown) => summaries.push(summary(&workspace, &shown.outcome, Secrets::Masked, &shown.mask)),
            Err(error) => {
                out::say(&format!("run {run} cannot be read: {error}"));
                exit = Exit::WrongUse;
            }
        }
    }
    if args.print.json {
        out::print_json(&json::runs(&summaries))?;
    } else if !summaries.is_empty() {
        out::print(&page::runs(&summaries, &stdout_look(global.color)))?;
    }
    Ok(exit)
}
