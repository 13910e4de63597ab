//! `onramp run`.

use super::request::request;
use super::{outcome, workspace};
use crate::cli::args::{Global, Run};
use crate::cli::console::console;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::log;
use crate::cli::voice::Voice;
use crate::ops::{self, OpError, RunRequest};
use crate::secret::Mask;

pub async fn run(args: Run, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = workspace(&args.store.store, "onramp run");
    let (checked, request) = request(&workspace, args.file, args.inputs, args.service, global)?;
    let request = RunRequest { inject: args.inject.inject, id: args.id, until: args.until, ..request };
    let console = console(global, &args.output.progress, &mask).map_err(OpError::Usage)?;
    let outcome =
        ops::run(&workspace, checked, request, console, &mut Voice::new(&args.output.progress, global)).await?;
    outcome::ended(&workspace, &outcome, &args.output, global, &mask)
}
