//! `onramp run`.

use super::{outcome, workspace};
use crate::cli::args::{Global, Run};
use crate::cli::console::console;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out, values};
use crate::ops::{self, OpError, RunRequest};
use crate::secret::Mask;

pub async fn run(args: Run, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = workspace(&args.store.store, "onramp run");
    let checked = ops::validate(&workspace, &args.file)?;
    let inputs = match &checked.plan {
        Some(plan) => {
            values::given(&plan.workflow, &args.inputs.input, args.inputs.inputs.as_deref()).map_err(OpError::Usage)?
        }
        None => Default::default(),
    };
    for finding in checked.findings.iter().filter(|_| checked.plan.is_some()) {
        out::draw(&finding.render(&checked.source, out::colors(global.color, out::stderr_is_terminal())));
    }
    let request = RunRequest {
        file: args.file,
        inputs,
        inputs_from: args.inputs.inputs_from,
        environment: &environment::variable,
        sandbox: args.service.sandbox,
        base_url: args.service.base_url,
        settle: args.service.settle,
        allow_hosts: args.service.allow_host,
        inject: args.inject.inject,
        id: args.id,
        until: args.until,
    };
    let console = console(global, &args.output.progress, &mask).map_err(OpError::Usage)?;
    let outcome =
        ops::run(&workspace, checked, request, console, &mut Voice::new(&args.output.progress, global)).await?;
    outcome::ended(&workspace, &outcome, &args.output, global, &mask)
}
