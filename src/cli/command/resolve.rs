//! `onramp resolve`.

use super::outcome::{print, summary, with_times};
use super::workspace;
use crate::cli::args::{Global, Resolve as Args};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{out, values};
use crate::ops::{self, Answer, GivenOutput, OpError, ResolveRequest, Resolved};
use crate::report::Secrets;

pub fn resolve(args: Args, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp resolve");
    let answer = answer(args.redo, &args.output)?;
    let request = ResolveRequest { run: args.which.run, task: args.step, answer };
    let Resolved { outcome, words, mask } = ops::resolve(&workspace, request)?;
    words.iter().for_each(|word| out::say(word));
    let summary = with_times(&workspace, &outcome, &mask, summary(&workspace, &outcome, Secrets::Masked, &mask));
    print(&summary, args.print.json, global)?;
    Ok(Exit::Done)
}

/// What a person says of a step.
pub(super) fn answer(redo: bool, outputs: &[String]) -> Result<Answer, OpError> {
    if redo {
        return Ok(Answer::Redo);
    }
    let outputs = outputs.iter().map(|pair| given(pair)).collect::<Result<_, _>>();
    outputs.map(Answer::Done).map_err(OpError::Usage)
}

fn given(pair: &str) -> Result<GivenOutput, String> {
    let (name, value) = values::pair(pair)?;
    let file = values::from_elsewhere(value).map_err(|error| format!("the output `{name}`: {error}"))?;
    let is_argument = file.is_none();
    Ok(GivenOutput { name: name.to_owned(), text: file.unwrap_or_else(|| value.to_owned()), is_argument })
}
