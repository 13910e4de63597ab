//! Writes the outputs of a fleet's rows as other programs read them.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::outputs::{RowOutputs, each_outputs, succeeded};
use super::show::{ShownFleet, fleet_show};
use crate::ops::export::{named, refused, unwritten, write};
use crate::ops::{OpError, Workspace};
use crate::report::Secrets;
use crate::report::export::{Exported, Format, export as render};
use crate::report::fleet::{ExportedRow, csv, jsonl};
use crate::secret::Secret;

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
    let ShownFleet { state, secrets_pruned, .. } = fleet_show(workspace, &request.fleet)?;
    let rows = succeeded(&state);
    let mut notes = Vec::new();
    if rows.len() < state.rows.len() {
        let without = state.rows.len() - rows.len();
        notes.push(format!("{without} of {} rows have not succeeded, and are left out", state.rows.len()));
    }
    let mut exported = Vec::with_capacity(rows.len());
    each_outputs(workspace, &state, &rows, &mut |RowOutputs { key, run, list, .. }| {
        let outputs: Vec<Exported> = list.iter().map(named).collect();
        exported.push(ExportedRow { key: key.to_string(), run: run.to_string(), outputs });
        Ok(())
    })?;
    let secrets = if secrets_pruned.is_some() { Secrets::Masked } else { request.secrets };
    let hides = exported.iter().flat_map(|row| &row.outputs).any(|output| output.value.is_secret());
    if hides && secrets == Secrets::Masked {
        let why = if secrets_pruned.is_some() { "the fleet's secrets were pruned" } else { "--reveal writes them" };
        notes.push(format!("outputs that are secret are masked or left out; {why}"));
    }
    let text = match request.format {
        FleetFormat::Csv => csv(&exported, secrets),
        FleetFormat::Jsonl => jsonl(&exported, secrets),
        FleetFormat::DotenvDir => {
            let missing = || OpError::Usage("a folder is needed for the files: `--output DIR`".to_owned());
            folder(request.output.as_deref().ok_or_else(missing)?, &exported, secrets)?;
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
