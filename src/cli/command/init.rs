//! `onramp init`.

use std::path::{Path, PathBuf};

use crate::cli::args::Init;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, TEMPLATES, Template};
use crate::report::shell_word;

pub fn init(args: Init) -> Result<Exit, Failure> {
    if args.list {
        out::print(&list())?;
        return Ok(Exit::Done);
    }
    let template = ops::template(&args.template)?;
    if args.output.as_deref() == Some(Path::new("-")) {
        out::print_exact(template.text)?;
        return Ok(Exit::Done);
    }
    let path = args.output.unwrap_or_else(|| PathBuf::from(format!("{}.yaml", template.name)));
    ops::init(template, &path, args.force)?;
    out::say(&format!("wrote {}", path.display()));
    let file = typed(&path);
    out::draw(&format!("  Next  onramp validate {file}\n        onramp run {file} --sandbox"));
    Ok(Exit::Done)
}

fn list() -> String {
    let width = TEMPLATES.iter().map(|template| template.name.len()).max().unwrap_or(0);
    let line = |template: &Template| format!("{:width$}  {}", template.name, template.about());
    TEMPLATES.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// As a shell and a command take it.
fn typed(path: &Path) -> String {
    let path = path.display().to_string();
    shell_word(&if path.starts_with('-') { format!("./{path}") } else { path })
}
