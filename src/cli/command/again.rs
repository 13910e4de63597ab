//! `onramp resume` and `onramp retry`.

use super::run::ended;
use super::workspace;
use crate::cli::args::{Global, GoingOn, Resume, Retry};
use crate::cli::console::{console, stdout_look};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out};
use crate::ops::{self, OpError, ResumeRequest, RetryRequest};
use crate::report::{Rerun, rerun};
use crate::secret::Mask;

pub async fn resume(args: Resume, global: &Global) -> Result<Exit, Failure> {
    let Resume { going } = args;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = workspace(&going.store.store, "onramp resume");
    let mut voice = Voice::new(&going.output, global);
    let request = request(&going);
    if going.dry_run {
        return rehearsed(&ops::rehearse(&workspace, &request, &mut voice)?, &going, global);
    }
    let console = console(global, &going.output, &mask).map_err(OpError::Usage)?;
    let outcome = ops::resume(&workspace, request, console, &mut voice).await?;
    ended(&outcome, &going.output, global, &mask, &going.store.store)
}

pub async fn retry(args: Retry, global: &Global) -> Result<Exit, Failure> {
    let Retry { going, step, downstream } = args;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = workspace(&going.store.store, "onramp retry");
    let mut voice = Voice::new(&going.output, global);
    let request = RetryRequest { resume: request(&going), steps: step, downstream };
    if going.dry_run {
        return rehearsed(&ops::rehearse_retry(&workspace, request, &mut voice)?, &going, global);
    }
    let console = console(global, &going.output, &mask).map_err(OpError::Usage)?;
    let outcome = ops::retry(&workspace, request, console, &mut voice).await?;
    ended(&outcome, &going.output, global, &mask, &going.store.store)
}

fn request(going: &GoingOn) -> ResumeRequest<'static> {
    ResumeRequest {
        run: going.run.clone(),
        environment: &environment::variable,
        base_url: going.base_url.clone(),
        as_stored: going.as_stored,
        keep: going.keep.clone(),
        redo: going.redo.clone(),
        until: going.until.clone(),
        file: None,
        inject: going.inject.inject.clone(),
        trust_checkpoint: going.trust_checkpoint,
    }
}

fn rehearsed(outlook: &Rerun, going: &GoingOn, global: &Global) -> Result<Exit, Failure> {
    if going.output.json {
        out::print_json(&rerun::json(outlook))?;
    } else {
        out::print(rerun::table(outlook, &stdout_look(global.color)).trim_end())?;
    }
    Ok(Exit::Done)
}
