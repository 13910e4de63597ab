//! `onramp export`.

use super::outcome::secrets;
use super::workspace;
use crate::cli::args::{Export as Args, ExportFormat, Global};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, ExportRequest};
use crate::report::export::Format;

pub fn export(args: Args, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp export");
    let request = ExportRequest {
        run: args.which.run,
        format: match args.format {
            ExportFormat::Dotenv => Format::Dotenv,
            ExportFormat::Shell => Format::Shell,
            ExportFormat::Json => Format::Json,
            ExportFormat::Csv => Format::Csv,
            ExportFormat::Github => Format::Github,
        },
        secrets: secrets(args.reveal),
        output: args.output,
    };
    let exported = ops::export(&workspace, request)?;
    exported.notes.iter().for_each(|note| out::say(note));
    out::print_exact(exported.text.expose())?;
    Ok(Exit::from(exported.status))
}
