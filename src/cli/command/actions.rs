//! `onramp actions`.

use crate::action::Registry;
use crate::cli::args::{Actions, Global};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, Named};
use crate::report::actions::{all_data, data, list, sheet};

pub fn actions(args: Actions, global: &Global) -> Result<Exit, Failure> {
    let named = ops::actions(&Registry::builtin().catalogue(), args.name.as_deref())?;
    let look = stdout_look(global.color);
    match (named, args.json) {
        (Named::One(spec), true) => out::print_json(&data(&spec))?,
        (Named::One(spec), false) => out::print(sheet(&spec, &look).trim_end())?,
        (Named::Family(specs), true) => out::print_json(&all_data(specs.iter().map(AsRef::as_ref)))?,
        (Named::Family(specs), false) => out::print(list(specs.iter().map(AsRef::as_ref), &look).trim_end())?,
    }
    Ok(Exit::Done)
}
