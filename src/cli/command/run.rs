//! `onramp run`.

use super::workspace;
use crate::cli::args::{Global, Output, Run};
use crate::cli::console::{console, stdout_look};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out, values};
use crate::ops::{self, OpError, RunOutcome, RunRequest};
use crate::report::{Place, Secrets, Summary, json, page};
use crate::secret::Mask;

pub async fn run(args: Run, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = workspace(&args.store.store, "onramp run");
    let checked = ops::validate(&workspace, &args.file)?;
    let inputs = match &checked.plan {
        Some(plan) => values::given(&plan.workflow, &args.input, args.inputs.as_deref()).map_err(OpError::Usage)?,
        None => Default::default(),
    };
    for finding in checked.findings.iter().filter(|_| checked.plan.is_some()) {
        out::draw(&finding.render(&checked.source, out::colors(global.color, out::stderr_is_terminal())));
    }
    let request = RunRequest {
        file: args.file,
        inputs,
        inputs_from: args.inputs_from,
        environment: &environment::variable,
        sandbox: args.sandbox,
        base_url: args.base_url,
        settle: args.settle,
        allow_hosts: args.allow_host,
        inject: args.inject.inject,
        id: args.id,
        until: args.until,
    };
    let console = console(global, &args.output, &mask).map_err(OpError::Usage)?;
    let outcome = ops::run(&workspace, request, console, &mut Voice::new(&args.output, global)).await?;
    ended(&outcome, &args.output, global, &mask, &args.store.store)
}

/// Prints what came of a run.
pub(super) fn ended(
    outcome: &RunOutcome,
    output: &Output,
    global: &Global,
    mask: &Mask,
    store: &std::path::Path,
) -> Result<Exit, Failure> {
    let secrets = if output.reveal { Secrets::Revealed } else { Secrets::Masked };
    let summary = summary(outcome, secrets, mask, store);
    if output.json {
        out::print_json(&json::run(&summary))?;
    } else {
        out::print(&page::summary(&summary, &stdout_look(global.color)))?;
    }
    Ok(Exit::of(&outcome.plan, &outcome.state))
}

pub(super) fn summary(outcome: &RunOutcome, secrets: Secrets, mask: &Mask, store: &std::path::Path) -> Summary {
    let run_dir = outcome.dir.display().to_string();
    let elsewhere = (store != std::path::Path::new(".onramp")).then(|| store.display().to_string());
    Summary::new(&outcome.plan, &outcome.state, Place { run_dir, store: elsewhere }, secrets, mask)
}
