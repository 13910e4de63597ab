//! Writes the outputs of a fleet's rows as other programs read them.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::show::fleet_show;
use super::stored_rows::StoredRows;
use crate::engine::learn_state;
use crate::fleet::{FleetState, RowId, RowPhase};
use crate::ops::export::{named, refused, unwritten, write};
use crate::ops::outputs::listed;
use crate::ops::stored::Stored;
use crate::ops::{OpError, Workspace};
use crate::report::Secrets;
use crate::report::export::{Exported, Format, export as render};
use crate::report::fleet::{ExportedRow, csv, jsonl};
use crate::run::RunStatus;
use crate::secret::{Mask, Secret};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FleetFormat {
    /// A line for each row, the key first.
    Csv,
    /// An object for each row.
    Jsonl,
    /// A `.env` file for each row, named by its run.
    DotenvDir,
}

pub struct FleetExportRequest {
    pub fleet: String,
    pub format: FleetFormat,
    pub secrets: Secrets,
    /// Instead of standard output; for [`FleetFormat::DotenvDir`] the folder, which is needed.
    pub output: Option<PathBuf>,
}

pub struct FleetExportOutcome {
    /// For standard output.
    pub text: Secret<String>,
    pub notes: Vec<String>,
}

pub fn fleet_export(workspace: &Workspace, request: &FleetExportRequest) -> Result<FleetExportOutcome, OpError> {
    let state = fleet_show(workspace, &request.fleet)?.state;
    let ready = |id: &RowId| {
        state.row(*id).is_some_and(|row| row.phase == RowPhase::Ended(RunStatus::Succeeded) && !row.teardown)
    };
    let rows: Vec<RowId> = state.numbered().map(|(id, _)| id).filter(ready).collect();
    let mut notes = Vec::new();
    if rows.len() < state.rows.len() {
        let without = state.rows.len() - rows.len();
        notes.push(format!("{without} of {} rows have not succeeded, and are left out", state.rows.len()));
    }
    let exported = exported(workspace, &state, &rows)?;
    let hides = exported.iter().flat_map(|row| &row.outputs).any(|output| output.value.is_secret());
    if hides && request.secrets == Secrets::Masked {
        notes.push("outputs that are secret are masked or left out; --reveal writes them".to_owned());
    }
    let text = match request.format {
        FleetFormat::Csv => csv(&exported, request.secrets),
        FleetFormat::Jsonl => jsonl(&exported, request.secrets),
        FleetFormat::DotenvDir => {
            let missing = || OpError::Usage("a folder is needed for the files: `--output DIR`".to_owned());
            folder(request.output.as_deref().ok_or_else(missing)?, &exported, request.secrets)?;
            return Ok(FleetExportOutcome { text: Secret::new(String::new()), notes });
        }
    };
    let text = match &request.output {
        None => text,
        Some(path) => {
            write(path, text, false)?;
            String::new()
        }
    };
    Ok(FleetExportOutcome { text: Secret::new(text), notes })
}

fn exported(workspace: &Workspace, state: &FleetState, rows: &[RowId]) -> Result<Vec<ExportedRow>, OpError> {
    let mut stored = StoredRows::read(workspace, state, rows)?;
    let mut exported = Vec::with_capacity(rows.len());
    for id in rows {
        let Stored { plan, state: run, .. } = stored.take(workspace, *id)?;
        let mask = Mask::default();
        learn_state(&mask, &workspace.registry, &plan, &run);
        let outputs: Vec<Exported> = listed(&plan, &run, &mask).iter().map(named).collect();
        let key = state.row(*id).map(|row| row.key.to_string()).unwrap_or_default();
        exported.push(ExportedRow { key, run: run.started.run.to_string(), outputs });
    }
    Ok(exported)
}

/// One file for each row, for its owner alone.
fn folder(folder: &Path, rows: &[ExportedRow], secrets: Secrets) -> Result<(), OpError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| unwritten(folder, &error))?;
    for row in rows {
        let path = folder.join(format!("{}.env", row.run));
        let rendered = render(Format::Dotenv, &row.outputs, secrets, false);
        write(&path, rendered.map_err(|unfit| refused(&unfit))?.data, false)?;
    }
    Ok(())
}
