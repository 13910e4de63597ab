//! `onramp cancel`.

use super::run::summary;
use super::workspace;
use crate::cli::args::{Cancel, Global};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, CancelOutcome, CancelRequest};
use crate::report::{Secrets, json, page};

pub async fn cancel(args: Cancel, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.store, "onramp cancel");
    let request = CancelRequest { run: args.run, wait: (!args.no_wait).then_some(args.wait) };
    match ops::cancel(&workspace, request, &mut out::say).await? {
        CancelOutcome::Asked(run) => {
            out::say(&format!("run {run} was asked to end"));
            Ok(Exit::Done)
        }
        CancelOutcome::Ending(run) => {
            out::say(&format!(
                "run {run} was asked to end and is still at it; `onramp show {run}` tells what it is doing"
            ));
            Ok(Exit::StepFailed)
        }
        CancelOutcome::Ended(shown) => {
            let summary = summary(&shown.outcome, Secrets::Masked, &shown.mask, &args.store.store);
            if args.json {
                out::print_json(&json::run(&summary))?;
            } else {
                out::print(&page::summary(&summary, &stdout_look(global.color)))?;
            }
            Ok(Exit::Done)
        }
    }
}
