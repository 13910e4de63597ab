//! `onramp call`.

use super::request::{draw_warnings, request};
use super::run::watch;
use super::workspace;
use crate::cli::args::{Call, Global, Inputs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{log, values};
use crate::ops::{self, OpError, RunRequest};
use crate::secret::Mask;

pub async fn call(args: Call, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = workspace(&args.store.store, "onramp call");
    let pairs =
        args.with.iter().map(|pair| values::pair(pair)).collect::<Result<Vec<_>, _>>().map_err(OpError::Usage)?;
    let checked = ops::call(&workspace, &args.action, &pairs)?;
    draw_warnings(&checked, global);
    let inputs = Inputs { input: args.with, inputs: None, inputs_from: None };
    let request = RunRequest {
        allow_spend: args.spend.allow_spend,
        id: args.id,
        ..request(&checked, None, inputs, args.service)?
    };
    watch(&workspace, checked, request, &args.output, global, &mask).await
}
