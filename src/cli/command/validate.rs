//! `onramp validate`.

use std::path::Path;

use serde_json::{Value, json};

use super::workspace;
use crate::cli::args::{Global, Validate};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::diagnostic::escape;
use crate::ops::{self, Checked, OpError};

/// A file that was read and checked, or why it could not be.
type Read<'a> = (&'a Path, Result<Checked, OpError>);

pub fn validate(args: Validate, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(Path::new(".onramp"), "onramp validate");
    let files: Vec<Read<'_>> =
        args.files.iter().map(|path| (path.as_path(), ops::validate(&workspace, path))).collect();
    if args.print.json {
        out::print_json(&files.iter().map(document).collect())?;
    } else {
        files.iter().for_each(|(_, read)| draw(read, args.deny_warnings, global));
    }
    let is_wrong = |file: &Checked| file.has_errors() || (args.deny_warnings && file.has_warnings());
    let fine = files.iter().all(|(_, read)| read.as_ref().is_ok_and(|file| !is_wrong(file)));
    Ok(if fine { Exit::Done } else { Exit::WrongUse })
}

fn draw(read: &Result<Checked, OpError>, deny_warnings: bool, global: &Global) {
    match read {
        Ok(file) if file.has_errors() => out::draw_findings(&file.source, &file.findings, global.color),
        Ok(file) => {
            out::draw_each(&file.source, &file.findings, global.color);
            out::draw(&format!("{}: {}", escape(&file.source.path), verdict(file, deny_warnings)));
        }
        Err(error) => out::say(&error.to_string()),
    }
}

/// Of a file without errors.
fn verdict(file: &Checked, deny_warnings: bool) -> String {
    let warnings = match file.findings.len() {
        0 => return "ok".to_owned(),
        1 => "1 warning".to_owned(),
        count => format!("{count} warnings"),
    };
    if deny_warnings { format!("{warnings}, and none is let pass") } else { format!("ok, {warnings}") }
}

fn document((path, read): &Read<'_>) -> Value {
    match read {
        Ok(file) => {
            let findings: Vec<Value> = file.findings.iter().map(|finding| finding.to_json(&file.source)).collect();
            json!({"file": &*file.source.path, "valid": !file.has_errors(), "findings": findings})
        }
        Err(error) => {
            json!({"file": path.display().to_string(), "valid": false, "findings": [], "error": error.to_string()})
        }
    }
}
