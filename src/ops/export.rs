//! Writes a run's outputs as other programs read them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::outputs::{Outputs, RunOutput, outputs};
use super::variables::is_obeyed;
use super::{OpError, Workspace};
use crate::report::Secrets;
use crate::report::export::{Export, Exported, Format, Unfit, export as render};
use crate::run::RunStatus;
use crate::secret::Secret;

pub struct ExportRequest {
    /// An id, the beginning of one, or `last`.
    pub run: String,
    pub format: Format,
    pub secrets: Secrets,
    /// Instead of standard output. What sets variables for GitHub is appended, all else replaces what was there.
    pub output: Option<PathBuf>,
}

pub struct ExportOutcome {
    /// For standard output.
    pub text: Secret<String>,
    /// What the user should know: above all, what was left out.
    pub notes: Vec<String>,
    pub status: RunStatus,
}

pub fn export(workspace: &Workspace, request: ExportRequest) -> Result<ExportOutcome, OpError> {
    let outputs = outputs(workspace, &request.run)?;
    let format = request.format;
    let secrets = if outputs.secrets_pruned { Secrets::Masked } else { request.secrets };
    let mut notes: Vec<String> = outputs.caveat(workspace).into_iter().collect();
    notes.extend(left_out(&outputs, &request));
    let fit = |output: &&RunOutput| !format.is_environment() || !is_obeyed(&variable(output));
    let exported: Vec<Exported> = outputs.list.iter().filter(fit).map(named).collect();
    if format.is_environment() {
        distinct(&exported)?;
    }
    let rendered = render(format, &exported, secrets, request.output.is_none()).map_err(|unfit| refused(&unfit))?;
    let Export { commands, data } = rendered;
    let text = match &request.output {
        None => commands + &data,
        Some(path) => {
            write(path, data, format == Format::Github)?;
            commands
        }
    };
    Ok(ExportOutcome { text: Secret::new(text), notes, status: outputs.status })
}

fn variable(output: &RunOutput) -> String {
    output.env.clone().unwrap_or_else(|| output.name.to_ascii_uppercase())
}

pub(super) fn named(output: &RunOutput) -> Exported {
    Exported { name: output.name.clone(), variable: variable(output), value: output.value.clone() }
}

/// A sentence for each reason why outputs are not in the text.
fn left_out(outputs: &Outputs, request: &ExportRequest) -> Vec<String> {
    let names = |wanted: &dyn Fn(&RunOutput) -> bool| {
        let names: Vec<String> =
            outputs.list.iter().filter(|output| wanted(output)).map(|output| format!("`{}`", output.name)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let there = |output: &RunOutput| !output.value.expose().is_null();
    let hidden = |output: &RunOutput| output.value.is_secret() && there(output);
    let masked = if request.format.is_environment() { "left out" } else { "masked" };
    let mut notes = Vec::new();
    match names(&hidden) {
        Some(names) if outputs.secrets_pruned => {
            notes.push(format!("{masked}: {names}; the secrets of run {} were pruned", outputs.run));
        }
        Some(names) if request.secrets == Secrets::Masked => {
            notes.push(format!("{masked}: {names}, which are secret; --reveal writes them"));
        }
        _ => {}
    }
    if request.format.is_environment() {
        if let Some(names) = names(&|output| there(output) && is_obeyed(&variable(output))) {
            notes.push(format!(
                "left out: {names}, whose variables would command other programs; --format json has them"
            ));
        }
        if let Some(names) = names(&|output| !there(output)).filter(|_| outputs.status == RunStatus::Succeeded) {
            notes.push(format!("left out: {names}, which have no value"));
        }
    }
    if outputs.list.is_empty() {
        notes.push(format!("the workflow of run {} declares no outputs", outputs.run));
    }
    notes
}

fn distinct(exported: &[Exported]) -> Result<(), OpError> {
    let twice = exported.iter().enumerate().find_map(|(at, later)| {
        exported[..at].iter().find(|earlier| earlier.variable == later.variable).map(|earlier| (earlier, later))
    });
    twice.map_or(Ok(()), |(one, other)| {
        let message = format!(
            "the outputs `{}` and `{}` would both be {}; give one of them another `env`, or use --format json",
            one.name, other.name, one.variable
        );
        Err(OpError::Usage(message))
    })
}

pub(super) fn refused(unfit: &Unfit) -> OpError {
    OpError::Usage(match unfit {
        Unfit::Nul { name } => format!("the output `{name}` holds a NUL, which no variable can; use --format json"),
        Unfit::Obeyed { name } => format!(
            "the output `{name}` holds a line that a CI system would obey if it were printed; write it to a file with \
             --output, or use --format json"
        ),
    })
}

/// Puts outputs into a file, for its owner alone.
pub(super) fn write(path: &Path, text: String, append: bool) -> Result<(), OpError> {
    let text = Secret::new(text);
    put(path, text.expose(), append).map_err(|error| unwritten(path, &error))
}

pub(super) fn unwritten(path: &Path, error: &io::Error) -> OpError {
    OpError::Usage(format!("could not write {}: {error}", path.display()))
}

fn put(path: &Path, text: &str, append: bool) -> io::Result<()> {
    let special = fs::metadata(path).is_ok_and(|found| !found.is_file());
    if append || special {
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        return file.write_all(text.as_bytes());
    }
    // A link is followed: the file that it names is replaced, and not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?; // 0600
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}
