//! `onramp call`.

use super::asking;
use super::request::{draw_warnings, request};
use super::run::watch;
use crate::cli::args::{Call, Global, Inputs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{environment, log, values};
use crate::ops::{self, OpError, RunRequest};
use crate::secret::Mask;

pub async fn call(args: Call, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&args.store.folder(global), "onramp call", global);
    let pairs =
        args.with.iter().map(|pair| values::pair(pair)).collect::<Result<Vec<_>, _>>().map_err(OpError::Usage)?;
    let checked = ops::call(&workspace, &args.action, &pairs)?;
    draw_warnings(&checked, global);
    let inputs = Inputs { input: args.with, inputs: None, inputs_from: None };
    let environment = environment::reader(&global.chosen);
    let request = request(&checked, None, inputs, args.service, &global.chosen, &environment)?;
    let request = RunRequest { allow_spend: args.spend.allow_spend, id: args.id, ..request };
    watch(&workspace, checked, request, &args.output, global, &mask).await
}
