//! `onramp fleet show`, `list` and `export`.

use super::outcome::Standing;
use crate::cli::args::{FleetExport, FleetExportFormat, FleetList, FleetShow, Global};
use crate::cli::command::outcome::secrets;
use crate::cli::command::workspace;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, FleetExportOutcome, FleetExportRequest, FleetFormat};

pub fn show(args: FleetShow, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet show");
    let shown = ops::fleet_show(&workspace, &args.which.fleet)?;
    shown.warnings.iter().for_each(|warning| out::say(warning));
    Standing::of(&workspace, &shown).print(args.print.json, args.rows, global)?;
    Ok(Exit::Done)
}

pub fn list(args: FleetList, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet list");
    let names = ops::fleets(&workspace)?;
    if names.is_empty() {
        out::say(&format!("no fleets in {} yet", workspace.store.display()));
    }
    let mut documents = Vec::new();
    for name in names {
        let shown = ops::fleet_show(&workspace, name.as_str())?;
        let standing = Standing::of(&workspace, &shown);
        match args.print.json {
            true => documents.push(standing.json(false)),
            false => standing.print_line(global)?,
        }
    }
    if args.print.json {
        out::print_json(&documents.into())?;
    }
    Ok(Exit::Done)
}

pub fn export(args: FleetExport, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet export");
    let format = match args.format {
        FleetExportFormat::Csv => FleetFormat::Csv,
        FleetExportFormat::Jsonl => FleetFormat::Jsonl,
        FleetExportFormat::DotenvDir => FleetFormat::DotenvDir,
    };
    let secrets = secrets(args.reveal);
    let request = FleetExportRequest { fleet: args.which.fleet, format, secrets, output: args.output };
    let FleetExportOutcome { text, notes } = ops::fleet_export(&workspace, &request)?;
    notes.iter().for_each(|note| out::say(note));
    out::print_exact(text.expose())?;
    Ok(Exit::Done)
}
