//! `onramp graph`.

use std::path::Path;

use super::outcome::summary;
use super::request::draw_warnings;
use super::workspace;
use crate::cli::args::{Global, Graph, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, Workspace};
use crate::report::Secrets;
use crate::report::graph::{Drawing, mermaid, svg};

pub fn graph(args: Graph, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp graph");
    let drawing = match is_file(&args.what) && !ops::is_row(&workspace, &args.what) {
        true => of_file(&workspace, Path::new(&args.what), global)?,
        false => of_run(&workspace, &args)?,
    };
    match args.format {
        GraphFormat::Mermaid => out::print_exact(&mermaid(&drawing))?,
        GraphFormat::Svg => {
            let mut picture = Vec::new();
            svg(&drawing, &mut picture)?;
            out::print_exact(&String::from_utf8_lossy(&picture))?;
        }
    }
    Ok(Exit::Done)
}

/// No run has a name with a slash or a dot; a row of a fleet is told by its fleet.
fn is_file(what: &str) -> bool {
    what.contains(['/', '\\', '.']) || Path::new(what).is_file()
}

fn of_file(workspace: &Workspace, file: &Path, global: &Global) -> Result<Drawing, Failure> {
    let checked = ops::validate(workspace, file)?;
    draw_warnings(&checked, global);
    let plan = checked.into_plan()?.1;
    Ok(Drawing::new(&plan, None))
}

fn of_run(workspace: &Workspace, args: &Graph) -> Result<Drawing, Failure> {
    let shown = ops::show(workspace, &args.what)?;
    shown.warnings.iter().for_each(|warning| out::say(warning));
    let summary = summary(workspace, &shown.outcome, Secrets::Masked, &shown.mask);
    Ok(Drawing::new(&shown.outcome.plan, Some(&summary)))
}
