//! `onramp schema`.

use crate::action::Registry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::workflow;

pub fn schema() -> Result<Exit, Failure> {
    out::print_json(&workflow::schema(&Registry::builtin().catalogue()))?;
    Ok(Exit::Done)
}
