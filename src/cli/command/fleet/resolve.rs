//! `onramp fleet resolve`.

use super::outcome::NAMED;
use crate::cli::args::{FleetResolve, Global};
use crate::cli::command::resolve::answer;
use crate::cli::command::workspace;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, Condition, FleetResolveRequest, FleetResolved};
use crate::report::{command_line, count};

pub fn resolve(args: FleetResolve, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet resolve");
    let condition = args.condition.as_deref().map(Condition::parse).transpose()?;
    let answer = answer(args.redo, &args.output)?;
    let (named, step) = (args.row, args.step);
    let request = FleetResolveRequest { fleet: args.which.fleet, named, condition, step, answer };
    let FleetResolved { fleet, answered, left, words } = ops::fleet_resolve(&workspace, request)?;
    words.iter().for_each(|word| out::say(word));
    left.iter().take(NAMED).for_each(|(row, why)| out::say(&format!("row `{row}` was left as it is: {why}")));
    let resume = command_line("fleet resume", fleet.as_str(), "", workspace.store_to_type().as_deref());
    let rows = count(answered, "row", "rows");
    let left_too = if left.is_empty() { String::new() } else { format!(", {} left as it was", left.len()) };
    let go_on = if answered > 0 { format!("; go on with `{resume}`") } else { String::new() };
    out::say(&format!("fleet {fleet}: {rows} answered for{left_too}{go_on}"));
    Ok(if left.is_empty() { Exit::Done } else { Exit::RowsFailed })
}
