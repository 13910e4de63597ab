//! `onramp fleet teardown`.

use super::outcome::ended;
use crate::cli::args::{FleetTeardown, Global, Undo};
use crate::cli::command::asking;
use crate::cli::command::teardown::is_agreed;
use crate::cli::console::{fleet_console, stderr_look};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out};
use crate::ops::{self, Condition, FlowRequest, OpError, Pick, ResumeRequest};
use crate::report::prospects;
use crate::secret::Mask;

pub async fn teardown(args: FleetTeardown, global: &Global) -> Result<Exit, Failure> {
    let Undo { yes, service, print, progress, store } = args.undo;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&store.folder(global), "onramp fleet teardown", global);
    let environment = environment::reader(&global.chosen);
    // What a row made is taken back as it was made.
    let request = ResumeRequest {
        base_url: service.base_url,
        as_stored: true,
        ..ResumeRequest::new(args.which.fleet, &environment)
    };
    let condition = args.condition.as_deref().map(Condition::parse).transpose()?;
    let pick = Pick { condition, named: args.row, ..Pick::default() };
    let mut voice = Voice::new(&progress, global);
    let teardown = ops::FleetTeardown::prepare(&workspace, &request, &pick, &mut voice).await?;
    let rows = teardown.rows().to_vec();
    if let Some((name, ahead)) = teardown.example(&workspace)?.filter(|_| !yes) {
        out::draw(&prospects(&ahead, &stderr_look(global.color)));
        let same = format!("; the same is done with each of {} rows", rows.len());
        out::say(&format!("that is row `{name}`{}", if rows.len() > 1 { &same } else { "" }));
        if !is_agreed()? {
            out::say("nothing was undone");
            return Ok(Exit::WrongUse);
        }
    }
    let console = fleet_console(global, &progress, &mask).map_err(OpError::Usage)?;
    let flow = FlowRequest { max_parallel: args.max_parallel, ..FlowRequest::default() };
    let outcome = teardown.carry_out(&workspace, &request, flow, console).await?;
    let exit = ended(&workspace, &outcome, print.json, &mut voice, global)?;
    let is_over = rows.iter().all(|row| outcome.state.row(*row).is_some_and(|row| row.torn_down));
    Ok(if is_over {
        Exit::Done
    } else if exit == Exit::Interrupted {
        exit
    } else {
        Exit::RowsFailed
    })
}
