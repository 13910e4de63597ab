//! `onramp run`, and how a run is watched to its end.

use super::request::{draw_warnings, request};
use super::{asking, outcome};
use crate::cli::args::{Global, Output, Run};
use crate::cli::console::console;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log};
use crate::ops::{self, Checked, OpError, RunRequest, Workspace};
use crate::secret::Mask;

pub async fn run(args: Run, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&args.store.folder(global), "onramp run", global);
    let checked = ops::validate(&workspace, &args.file)?;
    draw_warnings(&checked, global);
    let environment = environment::reader(&global.chosen);
    let request = request(&checked, Some(args.file), args.inputs, args.service, &global.chosen, &environment)?;
    let request = RunRequest {
        allow_spend: args.spend.allow_spend,
        inject: args.inject.inject,
        id: args.id,
        until: args.until,
        ..request
    };
    watch(&workspace, checked, request, &args.output, global, &mask).await
}

/// Runs, shows how it goes, and prints what came of it.
pub async fn watch(
    workspace: &Workspace,
    checked: Checked,
    request: RunRequest<'_>,
    output: &Output,
    global: &Global,
    mask: &Mask,
) -> Result<Exit, Failure> {
    let console = console(global, &output.progress, mask).map_err(OpError::Usage)?;
    let outcome = ops::run(workspace, checked, request, console, &mut Voice::new(&output.progress, global)).await?;
    outcome::ended(workspace, &outcome, output, global, mask)
}
