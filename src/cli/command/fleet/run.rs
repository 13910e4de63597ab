//! `onramp fleet run` and `onramp fleet resume`.

use std::ffi::OsString;

use super::outcome::ended;
use super::rows::{For, name, rows};
use crate::cli::args::{Driving, FleetResume, FleetRun, FlowArgs, Global, Inputs};
use crate::cli::command::asking;
use crate::cli::command::exec::user_command;
use crate::cli::command::request::{draw_warnings, request};
use crate::cli::console::fleet_console;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log};
use crate::ops::{
    self, Condition, Each, FleetResumeRequest, FleetRunRequest, FlowRequest, OpError, Pick, ResumeRequest, RunRequest,
};
use crate::secret::Mask;

pub async fn run(args: FleetRun, global: &Global) -> Result<Exit, Failure> {
    let Driving { flow, each, spend, print, progress, store } = args.driving;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&store.folder(global), "onramp fleet run", global);
    let checked = ops::validate(&workspace, &args.file)?;
    draw_warnings(&checked, global);
    let environment = environment::reader(&global.chosen);
    let none = Inputs { input: Vec::new(), inputs: None, inputs_from: None };
    let request = request(&checked, Some(args.file), none, args.service, &global.chosen, &environment)?;
    let request = RunRequest { allow_spend: spend.allow_spend, ..request };
    let mut voice = Voice::new(&progress, global);
    let name = name(args.name, &args.rows)?;
    let rows = match &checked.plan {
        Some(plan) => {
            let whose = For { workspace: &workspace, plan, name: &name, sandbox: request.sandbox };
            rows(&whose, args.rows, global, &mut voice)?
        }
        None => Vec::new(),
    };
    let accept_terms = args.accept_terms;
    let (flow, each) = (flow_of(&flow), each_of(each.command));
    let request = FleetRunRequest { run: request, name, rows, flow, accept_terms, each };
    let console = fleet_console(global, &progress, &mask).map_err(OpError::Usage)?;
    let outcome = ops::fleet_run(&workspace, checked, request, console, &mut voice).await?;
    ended(&workspace, &outcome, print.json, &mut voice, global)
}

pub async fn resume(args: FleetResume, global: &Global) -> Result<Exit, Failure> {
    let Driving { flow, each, spend, print, progress, store } = args.driving;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&store.folder(global), "onramp fleet resume", global);
    let environment = environment::reader(&global.chosen);
    let resume = ResumeRequest {
        base_url: args.service.base_url,
        as_stored: args.as_stored,
        allow_spend: spend.allow_spend,
        trust_checkpoint: args.trust_checkpoint,
        ..ResumeRequest::new(args.which.fleet.clone(), &environment)
    };
    let condition = args.condition.as_deref().map(Condition::parse).transpose()?;
    let pick = Pick { failed: args.failed, condition, named: args.row };
    let (flow, each) = (flow_of(&flow), each_of(each.command));
    let request = FleetResumeRequest { fleet: args.which.fleet, resume, pick, flow, each };
    let mut voice = Voice::new(&progress, global);
    let console = fleet_console(global, &progress, &mask).map_err(OpError::Usage)?;
    let outcome = ops::fleet_resume(&workspace, request, console, &mut voice).await?;
    ended(&workspace, &outcome, print.json, &mut voice, global)
}

fn each_of(command: Vec<OsString>) -> Option<Each> {
    user_command(command).map(Each::new)
}

fn flow_of(args: &FlowArgs) -> FlowRequest {
    FlowRequest { max_parallel: args.max_parallel, canary: args.canary, stop_after: args.stop_after }
}
