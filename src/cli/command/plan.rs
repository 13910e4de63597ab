//! `onramp plan`.

use super::workspace;
use crate::cli::args::{Global, Plan, Progress};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, out, values};
use crate::ops::{self, OpError, RunRequest};
use crate::report::outlook;

pub fn plan(args: Plan, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.store, "onramp plan");
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
        inject: Vec::new(),
        id: None,
        until: args.until,
    };
    let found = ops::outlook(&workspace, &request, &mut Voice::new(&Progress { quiet: false }, global))?;
    if args.print.json {
        out::print_json(&outlook::json(&found))?;
        return Ok(Exit::Done);
    }
    let look = stdout_look(global.color);
    out::print(&outlook::page(&found, &look))?;
    if args.details {
        out::print(&outlook::details(&found, &look))?;
    }
    Ok(Exit::Done)
}
