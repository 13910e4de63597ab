//! `onramp plan`.

use super::request::{draw_warnings, request};
use super::workspace;
use crate::cli::args::{Global, Plan, Progress};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, out};
use crate::ops::{self, RunRequest};
use crate::report::outlook;

pub fn plan(args: Plan, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp plan");
    let checked = ops::validate(&workspace, &args.file)?;
    draw_warnings(&checked, global);
    let environment = environment::reader(&global.chosen);
    let request = request(&checked, Some(args.file), args.inputs, args.service, &global.chosen, &environment)?;
    let request = RunRequest { allow_spend: args.spend.allow_spend, until: args.until, ..request };
    let found = ops::outlook(&workspace, checked, &request, &mut Voice::new(&Progress { quiet: false }, global))?;
    // What a run would refuse is wrong use, or a wrong file.
    let exit = if found.problems.is_empty() { Exit::Done } else { Exit::WrongUse };
    if args.print.json {
        out::print_json(&outlook::json(&found))?;
        return Ok(exit);
    }
    let look = stdout_look(global.color);
    out::print(&outlook::page(&found, &look))?;
    if args.details {
        out::print(&outlook::details(&found, &look))?;
    }
    Ok(exit)
}
