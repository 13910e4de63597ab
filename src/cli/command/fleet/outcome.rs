//! How a fleet is printed, whichever command is asked.

use std::path::Path;

use serde_json::Value;

use crate::cli::args::Global;
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::voice::Voice;
use crate::fleet::{FleetState, RowId, RowKey, StopReason};
use crate::ops::{FleetOutcome, ShownFleet, Talk as _, Workspace};
use crate::report::count;
use crate::report::fleet::{FleetSummary, json, line, page};

/// Rows that were left as they are are named, so many of them.
pub const NAMED: usize = 10;

/// A fleet as it stands.
pub struct Standing<'a> {
    state: &'a FleetState,
    summary: FleetSummary,
}

impl<'a> Standing<'a> {
    pub fn of(workspace: &Workspace, shown: &'a ShownFleet) -> Self {
        Self::new(workspace, &shown.state, shown.is_live, &shown.dir)
    }

    fn new(workspace: &Workspace, state: &'a FleetState, is_live: bool, dir: &Path) -> Self {
        let summary = FleetSummary::new(state, is_live, dir.display().to_string(), workspace.store_to_type());
        Self { state, summary }
    }

    /// As JSON; with `rows`, every one.
    pub fn json(&self, rows: bool) -> Value {
        json(&self.summary, self.state, rows)
    }

    /// As one JSON document, or as a page for people.
    pub fn print(&self, as_json: bool, rows: bool, global: &Global) -> Result<(), Failure> {
        let printed = match as_json {
            true => out::print_json(&self.json(rows)),
            false => out::print(&page(&self.summary, &stdout_look(global.color))),
        };
        Ok(printed?)
    }

    /// On one line of a list.
    pub fn print_line(&self, global: &Global) -> Result<(), Failure> {
        Ok(out::print(&line(&self.summary, &stdout_look(global.color)))?)
    }
}

/// Prints what came of a fleet, and says with which exit code that ends.
pub fn ended(
    workspace: &Workspace,
    outcome: &FleetOutcome,
    as_json: bool,
    voice: &mut Voice,
    global: &Global,
) -> Result<Exit, Failure> {
    say_left(outcome, voice);
    let standing = Standing::new(workspace, &outcome.state, false, &outcome.dir);
    let stopped = outcome.end.as_ref().and_then(|end| end.stopped);
    match stopped {
        Some(StopReason::Failures { failed }) => {
            let rows = count(failed as usize, "row", "rows");
            voice.say(&format!("{rows} failed: no more rows begin, as `--stop-after` says"));
        }
        Some(StopReason::Canary { failed, of }) => {
            voice.say(&format!("{failed} of the {of} rows that went first did not succeed: the others do not begin"));
        }
        Some(StopReason::AccessDenied { row }) => voice.say(&denied(&outcome.state, row)),
        None if outcome.end.is_none() => voice.say(&standing.summary.rests()),
        None => {}
    }
    standing.print(as_json, false, global)?;
    let tally = standing.summary.tally;
    Ok(match () {
        () if outcome.end.as_ref().is_some_and(|end| end.stopping.is_some()) => Exit::Interrupted,
        () if tally.failed + tally.in_doubt > 0 || stopped.is_some() || !outcome.untaken.is_empty() => Exit::RowsFailed,
        () => Exit::Done,
    })
}

fn say_left(outcome: &FleetOutcome, voice: &mut Voice) {
    let name =
        |key: &RowKey| outcome.state.find(key.as_str()).map(|row| outcome.state.name_of(row)).unwrap_or_default();
    for (key, why) in outcome.refused.iter().take(NAMED) {
        let key = name(key);
        voice.say(&format!("row `{key}` was left as it is: {why}"));
    }
    for (key, why) in outcome.untaken.iter().take(NAMED) {
        let key = name(key);
        voice.say(&format!("the outputs of row `{key}` were not taken: {why}"));
    }
}

/// What to do about a service that does not want this.
fn denied(state: &FleetState, row: RowId) -> String {
    format!(
        "the service denied access to row `{}`, or asked for a human (a CAPTCHA): no more rows begin. A wait does not change that, \
         and onramp does not get around it: ask whoever runs the service, then `onramp fleet resume {} --failed`",
        state.name_of(row),
        state.id()
    )
}
