//! A page that a person has to open while a step is under way.

use crate::id::TaskPath;
use crate::plan::{Call, Plan};
use crate::run::{Fact, Phase, TaskState};
use crate::secret::{Data, Datum};

/// The page in what a call is given.
fn page<'d>(call: &Call, input: &'d Data) -> Option<&'d str> {
    input.get(call.prompts?).filter(|page| !page.is_secret()).map(Datum::expose)?.as_str()
}

/// The page that a task waits at now.
pub(super) fn open<'t>(call: &Call, task: &'t TaskState) -> Option<&'t str> {
    page(call, &task.input).filter(|_| task.phase == Phase::Running)
}

/// Who has just begun to wait, and at which page.
pub(super) fn begun<'f>(plan: &Plan, fact: &'f Fact) -> Option<(&'f TaskPath, &'f str)> {
    let Fact::AttemptStarted(started) = fact else { return None };
    Some((&started.task, page(plan.call(&started.task)?, &started.input)?))
}

pub(super) fn told(page: &str) -> String {
    format!("a person has to open {page}")
}
