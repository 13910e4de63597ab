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
        files.iter().for_each(|(_, read)| draw(read, global));
    }
    let fine = files.iter().all(|(_, read)| read.as_ref().is_ok_and(|file| !file.has_errors()));
    Ok(if fine { Exit::Done } else { Exit::WrongUse })
}

fn draw(read: &Result<Checked, OpError>, global: &Global) {
    match read {
        Ok(file) if file.has_errors() => out::draw_findings(&file.source, &file.findings, global.color),
        Ok(file) => {
            let color = out::colors(global.color, out::stderr_is_terminal());
            file.findings.iter().for_each(|finding| out::draw(&format!("{}\n", finding.render(&file.source, color))));
            out::draw(&format!("{}: ok", escape(&file.source.path)));
        }
        Err(error) => out::say(&error.to_string()),
    }
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
