//! A fleet is steered from another terminal.

use super::outcome::Standing;
use crate::cli::args::{FleetCancel, Global, StoreArgs, WhichFleet};
use crate::cli::command::workspace;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::fleet::Control;
use crate::ops;

pub async fn control(which: WhichFleet, store: &StoreArgs, control: Control, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&store.folder(global), "onramp fleet");
    out::say(&ops::fleet_control(&workspace, &which.fleet, control).await?);
    Ok(Exit::Done)
}

pub async fn cancel(args: FleetCancel, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet cancel");
    let wait = (!args.no_wait).then_some(args.wait);
    let shown = match ops::fleet_cancel(&workspace, &args.which.fleet, wait).await? {
        ops::FleetCancel::Asked(fleet) => {
            out::say(&format!("fleet {fleet} was asked to end"));
            return Ok(if args.no_wait { Exit::Done } else { Exit::StepFailed });
        }
        ops::FleetCancel::Idle(shown) => {
            out::say(&format!("no process works on fleet {}: nothing is to be ended", shown.state.id()));
            shown
        }
        ops::FleetCancel::Ended(shown) => shown,
    };
    Standing::of(&workspace, &shown).print(false, false, global)?;
    Ok(Exit::Done)
}
