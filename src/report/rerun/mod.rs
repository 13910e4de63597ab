//! What going on means for each step: kept, run again and why, looked at again, removed, new.

mod table;

use serde::Serialize;

use super::look::{Sign, Tone};
use super::step_table::skipped;
use crate::id::{StepId, TaskPath};
use crate::plan::{Change, Comparison, Part};
use crate::run::{Fate, Preview, RunStarted, StepPreview};

pub use table::{json, table};

/// What becomes of a step or an item. The spelling is part of the JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Kept,
    JudgedAgain,
    RunsAgain,
    LookedAtAgain,
    NeedsAnswer,
    InDoubt,
    Runs,
    Waits,
    Skipped,
    Failed,
    Removed,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::JudgedAgain => "judged again",
            Self::RunsAgain => "runs again",
            Self::LookedAtAgain => "looked at again",
            Self::NeedsAnswer => "needs an answer",
            Self::InDoubt => "in doubt",
            Self::Runs => "runs",
            Self::Waits => "waits",
            Self::Skipped => "skipped",
            Self::Failed => "fails",
            Self::Removed => "removed",
        }
    }

    const fn look(self) -> (Sign, Tone) {
        match self {
            Self::Kept | Self::JudgedAgain => (Sign::Done, Tone::Good),
            Self::RunsAgain | Self::Runs => (Sign::Running, Tone::Busy),
            Self::LookedAtAgain | Self::Waits => (Sign::Waiting, Tone::Faint),
            Self::NeedsAnswer | Self::InDoubt => (Sign::Doubt, Tone::Care),
            Self::Skipped | Self::Removed => (Sign::Skipped, Tone::Faint),
            Self::Failed => (Sign::Failed, Tone::Bad),
        }
    }
}

/// A step or an item, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RerunStep {
    pub name: String,
    pub verdict: Verdict,
    pub why: String,
    /// Of a matrix; empty where all of them go the step's way.
    pub items: Vec<RerunStep>,
}

/// What a resume or a retry means for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    pub run: String,
    pub workflow: String,
    /// The workflow's file is another than the run has.
    pub edited: bool,
    /// In the order of the plan; removed ones last.
    pub steps: Vec<RerunStep>,
}

impl Rerun {
    pub fn new(started: &RunStarted, edited: bool, comparison: &Comparison, preview: &Preview) -> Self {
        let steps = preview.steps.iter().map(|step| of_step(step, comparison.change(&step.id), preview));
        // What a call was given goes with the call.
        let removed = comparison.removed.iter().filter(|step| !step.is_call_inputs());
        let removed = removed.map(|step| of_removed(step, preview));
        Self {
            run: started.run.to_string(),
            workflow: started.workflow.clone(),
            edited,
            steps: steps.chain(removed).collect(),
        }
    }
}

fn of_removed(step: &StepId, preview: &Preview) -> RerunStep {
    let why = if preview.remains.contains(step) { "what it made remains" } else { "" };
    RerunStep { name: step.to_string(), verdict: Verdict::Removed, why: why.to_owned(), items: Vec::new() }
}

fn of_step(step: &StepPreview, change: &Change, preview: &Preview) -> RerunStep {
    let homeless = preview.homeless.iter().any(|path| path.step == step.id);
    let items: Vec<RerunStep> = step.tasks.iter().map(|(path, fate)| of_task(path, fate, change, step)).collect();
    let gone = step.dropped.iter().map(|path| RerunStep {
        name: item(path),
        verdict: Verdict::Removed,
        why: "what it made remains".to_owned(),
        items: Vec::new(),
    });
    // What somebody has to do something about stands for the whole.
    let weight = |item: &&RerunStep| match item.verdict {
        Verdict::NeedsAnswer => 4,
        Verdict::InDoubt | Verdict::Failed => 3,
        Verdict::RunsAgain | Verdict::Runs => 2,
        Verdict::LookedAtAgain | Verdict::Waits => 1,
        _ => 0,
    };
    let chief = items.iter().max_by_key(weight);
    let (mut verdict, mut why) = chief.map_or((Verdict::Waits, String::new()), |item| (item.verdict, item.why.clone()));
    if homeless {
        (verdict, why) = (Verdict::NeedsAnswer, "took effect, and is another step with this `matrix`".to_owned());
    }
    if let Some((gone, _)) = preview.renamed.iter().find(|(_, new)| *new == step.id) {
        (verdict, why) = (Verdict::NeedsAnswer, format!("`{gone}` took effect and is gone: it did the same"));
    }
    let alike = items.iter().all(|item| (item.verdict, &item.why) == (verdict, &why));
    let single = step.tasks.iter().all(|(path, _)| path.item.is_none());
    let own = if single || alike { Vec::new() } else { items };
    RerunStep { name: step.id.to_string(), verdict, why, items: own.into_iter().chain(gone).collect() }
}

fn item(path: &TaskPath) -> String {
    path.item.as_deref().unwrap_or(path.step.as_str()).to_owned()
}

fn of_task(path: &TaskPath, fate: &Fate, change: &Change, step: &StepPreview) -> RerunStep {
    let gone = step.heirs.iter().find(|(heir, _)| heir == path).map(|(_, gone)| gone);
    let parts = parts(change);
    let judged = matches!(change, Change::Edited(parts) if parts.contains(&Part::Outputs));
    let (verdict, why) = match fate {
        Fate::Judged if judged => (Verdict::JudgedAgain, format!("{parts}: from the answer that is kept")),
        Fate::Judged if !parts.is_empty() => (Verdict::Kept, format!("{parts}: it would be the same again")),
        Fate::Kept | Fate::Judged => (Verdict::Kept, String::new()),
        Fate::Refused(message) => (Verdict::Failed, message.clone()),
        Fate::Again if !parts.is_empty() => (Verdict::RunsAgain, parts),
        Fate::Again => (Verdict::RunsAgain, "as asked, or since its input is another".to_owned()),
        Fate::Later => (Verdict::LookedAtAgain, "once what it needs has run; it stays if its input does".to_owned()),
        Fate::Held => (
            Verdict::NeedsAnswer,
            gone.map_or_else(
                || join(&parts, "it took effect, and its input is another now"),
                |gone| format!("`{gone}` took effect and is gone: it may be the same"),
            ),
        ),
        Fate::LetPass => (Verdict::Kept, "it failed, as `continue-on-error` allows".to_owned()),
        Fate::Runs if *change == Change::New => (Verdict::Runs, "new".to_owned()),
        Fate::Runs => (Verdict::Runs, join(&parts, "not done yet")),
        Fate::Waits if *change == Change::New => (Verdict::Waits, "new".to_owned()),
        Fate::Waits => (Verdict::Waits, join(&parts, "not done yet")),
        Fate::InDoubt => (Verdict::InDoubt, "nobody knows whether it took effect".to_owned()),
        Fate::Skipped(reason) => (Verdict::Skipped, skipped(reason)),
    };
    RerunStep { name: item(path), verdict, why, items: Vec::new() }
}

fn parts(change: &Change) -> String {
    let Change::Edited(parts) = change else { return String::new() };
    let names: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
    format!("{} edited", names.join(", "))
}

fn join(parts: &str, rest: &str) -> String {
    if parts.is_empty() { rest.to_owned() } else { format!("{parts}; {rest}") }
}
