//! `onramp teardown`.

use std::io::{BufRead as _, IsTerminal as _};

use super::asking;
use super::outcome::{print, summary, with_times};
use crate::cli::args::{Global, Teardown as Args, Undo};
use crate::cli::console::{console, stderr_look};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out};
use crate::ops::{OpError, ResumeRequest, Talk as _, Teardown};
use crate::report::{Secrets, prospects};
use crate::run::TeardownStatus;
use crate::secret::Mask;

pub async fn teardown(args: Args, global: &Global) -> Result<Exit, Failure> {
    let Undo { yes, service, print: printed, progress, store } = args.undo;
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&store.folder(global), "onramp teardown", global);
    let environment = environment::reader(&global.chosen);
    let request = ResumeRequest { base_url: service.base_url, ..ResumeRequest::new(args.which.run, &environment) };
    let mut voice = Voice::new(&progress, global);
    let teardown = Teardown::prepare(&workspace, &request, &mut voice)?;
    let outcome = if teardown.is_over() {
        voice.say("nothing is left to undo");
        teardown.leave(&workspace)?
    } else {
        if !yes && !is_wanted(&teardown, global)? {
            out::say("nothing was undone");
            return Ok(Exit::WrongUse);
        }
        // From here on a signal asks the engine to stop; until here it ended the question.
        let console = console(global, &progress, &mask).map_err(OpError::Usage)?;
        teardown.carry_out(&workspace, console).await?
    };
    let status = outcome.state.teardown_status(&outcome.plan);
    let summary = with_times(&workspace, &outcome, &mask, summary(&workspace, &outcome, Secrets::Masked, &mask));
    print(&summary, printed.json, global)?;
    Ok(status.map_or(Exit::Interrupted, exit))
}

/// Shows what a teardown would do, and asks where there is somebody to ask.
fn is_wanted(teardown: &Teardown, global: &Global) -> Result<bool, Failure> {
    out::draw(&prospects(&teardown.prospects(), &stderr_look(global.color)));
    is_agreed()
}

/// Asks whether what was shown shall be undone.
pub fn is_agreed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() || !out::stderr_is_terminal() {
        return Err(OpError::Usage("nobody is there to be asked: say `--yes` to undo this".to_owned()).into());
    }
    out::ask("Undo this? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

const fn exit(status: TeardownStatus) -> Exit {
    match status {
        TeardownStatus::Done => Exit::Done,
        TeardownStatus::Failed => Exit::StepFailed,
        TeardownStatus::InDoubt => Exit::InDoubt,
        TeardownStatus::Running | TeardownStatus::Interrupted => Exit::Interrupted,
    }
}
