//! `onramp cancel`.

use super::outcome::{print, summary, with_times};
use super::workspace;
use crate::cli::args::{Cancel, Global};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, CancelOutcome, CancelRequest};
use crate::report::{Secrets, command_line};

pub async fn cancel(args: Cancel, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp cancel");
    let request = CancelRequest { run: args.which.run, wait: (!args.no_wait).then_some(args.wait) };
    match ops::cancel(&workspace, request, &mut out::say).await? {
        CancelOutcome::Asked(run) => {
            out::say(&format!("run {run} was asked to end"));
            Ok(Exit::Done)
        }
        CancelOutcome::Ending(run) => {
            out::say(&format!(
                "run {run} was asked to end and is still at it; `{}` tells what it is doing",
                command_line("show", run.as_str(), "", workspace.store_to_type().as_deref())
            ));
            Ok(Exit::StepFailed)
        }
        CancelOutcome::Ended(shown) => {
            let summary = summary(&workspace, &shown.outcome, Secrets::Masked, &shown.mask);
            let summary = with_times(&workspace, &shown.outcome, &shown.mask, summary);
            print(&summary, args.print.json, global)?;
            Ok(Exit::Done)
        }
    }
}
