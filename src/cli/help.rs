//! What is said instead of carrying a command out: help, or what is wrong with the words.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use super::args::{Cli, Color, Command};
use super::command::workspace;
use super::console::stdout_look;
use super::{environment, out};
use crate::ops;
use crate::report::inputs;

/// The help of `onramp run FILE` ends with the inputs of that file.
pub fn answer(error: &clap::Error) -> ExitCode {
    let file = (error.kind() == ErrorKind::DisplayHelp).then(named_file).flatten();
    let printed = error.print();
    let inputs = file.and_then(|file| inputs_of(&file));
    let printed = printed.and_then(|()| inputs.map_or(Ok(()), |page| out::print(&format!("\n{}", page.trim_end()))));
    let code = if printed.is_ok() { error.exit_code() } else { 1 };
    ExitCode::from(u8::try_from(code).unwrap_or(2))
}

/// The workflow that is named beside the wish for help.
fn named_file() -> Option<PathBuf> {
    let words = environment::words().filter(|word| word != "--help" && word != "-h");
    match Cli::try_parse_from(words).ok()?.command {
        Command::Run(run) => Some(run.file),
        _ => None,
    }
}

/// `None` if there is nothing to say of the file. What is wrong with it, the command itself says.
fn inputs_of(file: &Path) -> Option<String> {
    let checked = ops::validate(&workspace(Path::new(".onramp"), "onramp run"), file).ok()?;
    let page = inputs::page(&checked.plan?.workflow, &stdout_look(Color::Auto));
    (!page.is_empty()).then_some(page)
}
