//! `onramp resume` and `onramp retry`.

use super::asking;
use super::outcome::ended;
use crate::cli::args::{Global, GoingOn, Resume, Retry};
use crate::cli::console::{console, stdout_look};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out};
use crate::ops::{self, OpError, Rehearsal, ResumeRequest, RetryRequest};
use crate::report::rerun;
use crate::secret::Mask;

pub async fn resume(args: Resume, global: &Global) -> Result<Exit, Failure> {
    let Resume { going } = args;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&going.store.folder(global), "onramp resume", global);
    let mut voice = Voice::new(&going.output.progress, global);
    let environment = environment::reader(&global.chosen);
    let request = request(&going, &environment);
    if going.dry_run {
        return rehearsed(ops::rehearse(&workspace, &request, &mut voice)?, &going, global);
    }
    let console = console(global, &going.output.progress, &mask).map_err(OpError::Usage)?;
    let outcome = ops::resume(&workspace, request, console, &mut voice).await?;
    ended(&workspace, &outcome, &going.output, global, &mask)
}

pub async fn retry(args: Retry, global: &Global) -> Result<Exit, Failure> {
    let Retry { going, step, downstream } = args;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&going.store.folder(global), "onramp retry", global);
    let mut voice = Voice::new(&going.output.progress, global);
    let environment = environment::reader(&global.chosen);
    let request = RetryRequest { resume: request(&going, &environment), steps: each_step(&step), downstream };
    if going.dry_run {
        return rehearsed(ops::rehearse_retry(&workspace, request, &mut voice)?, &going, global);
    }
    let console = console(global, &going.output.progress, &mask).map_err(OpError::Usage)?;
    let outcome = ops::retry(&workspace, request, console, &mut voice).await?;
    ended(&workspace, &outcome, &going.output, global, &mask)
}

fn request<'a>(going: &GoingOn, environment: &'a environment::Reader<'a>) -> ResumeRequest<'a> {
    ResumeRequest {
        run: going.which.run.clone(),
        environment,
        base_url: going.service.base_url.clone(),
        as_stored: going.as_stored,
        keep: each_step(&going.keep),
        redo: each_step(&going.redo),
        allow_spend: going.spend.allow_spend,
        until: going.until.clone(),
        file: None,
        inject: going.inject.inject.clone(),
        trust_checkpoint: going.trust_checkpoint,
    }
}

/// `a,b[x, y]` names two: a comma within brackets is the item's.
fn each_step(texts: &[String]) -> Vec<String> {
    let mut depth = 0i32;
    let mut is_between = |c: char| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c == ',' && depth <= 0
    };
    let split = |text: &String| text.split(&mut is_between).map(str::to_owned).collect::<Vec<_>>();
    texts.iter().flat_map(split).filter(|step| !step.is_empty()).collect()
}

/// Ends as the command itself would.
fn rehearsed((outlook, refusal): Rehearsal, going: &GoingOn, global: &Global) -> Result<Exit, Failure> {
    if going.output.print.json {
        out::print_json(&rerun::json(&outlook))?;
    } else {
        out::print(rerun::table(&outlook, &stdout_look(global.color)).trim_end())?;
    }
    refusal.map_or(Ok(Exit::Done), |refusal| Err(refusal.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_within_an_item_does_not_part_it() {
        let given = ["a,deploy[eu, 1]".to_owned(), "b[x[0],y],c".to_owned()];
        assert_eq!(each_step(&given), ["a", "deploy[eu, 1]", "b[x[0],y]", "c"]);
    }
}
