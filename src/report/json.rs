//! The run as one JSON document: what `--json` prints. Its shape is a promise, apart from all internal types.

use serde::Serialize;
use serde_json::{Map, Value};

use super::stand::Stand;
use super::step_table::skipped;
use super::summary::{ErrorView, StepView, Summary};
use super::undo::{RoundView, UndoView, teardown_word};
use crate::diagnostic::is_hostile;
use crate::run::{RunStatus, Stop};

#[derive(Serialize)]
struct RunDocument<'a> {
    run_id: &'a str,
    workflow: &'a str,
    status: &'static str,
    started: String,
    /// The time of its last entry; null while it is running.
    ended: Option<String>,
    /// What made it stop before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'static str>,
    /// How far its teardown came, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    teardown: Option<&'static str>,
    /// What it may spend, and what it was asked to so far, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_spend: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Map<String, Value>>,
    outputs: Map<String, Value>,
    run_dir: &'a str,
}

#[derive(Serialize)]
struct StepDocument<'a> {
    status: Stand,
    /// It failed, and `continue-on-error` lets it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allowed: bool,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a ErrorView>,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// A page that a person has to open now.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<UndoDocument<'a>>,
}

/// That of a step as a whole counts its earlier rounds in.
#[derive(Serialize)]
struct UndoDocument<'a> {
    #[serde(flatten)]
    undo: &'a UndoView,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rounds: &'a [RoundView],
}

/// What `run`, `resume` and `show` print. A step with a matrix stands under its own id, over all items, and each item
/// beside it, as `invite[ada@onramp.test]`.
pub fn run(summary: &Summary) -> Value {
    let steps = summary.steps.iter().flat_map(entries).collect();
    document(summary, Some(steps))
}

/// What `runs` prints: the same of each run, without its steps.
pub fn runs(summaries: &[Summary]) -> Value {
    summaries.iter().map(|summary| document(summary, None)).collect()
}

fn document(summary: &Summary, steps: Option<Map<String, Value>>) -> Value {
    value(RunDocument {
        run_id: &summary.run,
        workflow: &summary.workflow,
        status: summary.status.as_str(),
        started: summary.began.to_string(),
        ended: (summary.status != RunStatus::Running).then(|| summary.last.to_string()),
        stopped: summary.stopped.map(Stop::as_str),
        teardown: summary.teardown.map(teardown_word),
        allow_spend: summary.allow_spend.map(|limit| limit.to_string()),
        spent: summary.allow_spend.map(|_| summary.spent.to_string()),
        steps,
        outputs: summary.outputs.iter().map(|output| (output.name.clone(), output.value.clone())).collect(),
        run_dir: &summary.place.run_dir,
    })
}

fn entries(step: &StepView) -> Vec<(String, Value)> {
    let undo = step.undo.as_ref().map(|undo| UndoDocument { undo, rounds: &step.rounds });
    let error = step.error();
    let reason = step.skipped.as_ref().map(skipped);
    let allowed = |stand| stand == Stand::Failed && step.may_fail;
    let page = step.tasks.iter().find_map(|task| task.page.as_deref());
    let (status, attempts) = (step.stand, step.attempts);
    let whole = StepDocument { status, allowed: allowed(status), attempts, error, reason, page, undo };
    let items = step.tasks.iter().filter_map(|task| {
        let item = task.item.as_ref()?;
        let status = if step.stand == Stand::Skipped { Stand::Skipped } else { task.stand };
        let reason = step.skipped.as_ref().or(task.skipped.as_ref()).map(skipped);
        let undo = task.undo.as_ref().map(|undo| UndoDocument { undo, rounds: &[] });
        let error = task.error.as_ref();
        let (attempts, page) = (task.attempts, task.page.as_deref());
        let document = StepDocument { status, allowed: allowed(status), attempts, error, reason, page, undo };
        Some((format!("{}[{item}]", step.id), value(document)))
    });
    std::iter::once((step.id.clone(), value(whole))).chain(items).collect()
}

/// Text, numbers and maps with text keys always have a JSON form.
fn value(document: impl Serialize) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}

/// A document as text. What commands a terminal or turns text around, and the `##` that a CI system obeys, is escaped as JSON
/// escapes it: such characters can stand only within its strings, where that means the same.
pub fn text(document: &Value) -> String {
    let text = serde_json::to_string_pretty(document).unwrap_or_default().replace("##", "#\\u0023");
    text.chars().fold(String::with_capacity(text.len()), |mut inert, c| {
        if c != '\n' && is_hostile(c) {
            // All hostile characters are in the first plane.
            inert.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            inert.push(c);
        }
        inert
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Secrets;
    use super::super::tests::scenario::*;
    use super::*;

    #[test]
    fn json_means_the_same_and_commands_nobody() {
        let hostile = json!({ "a\u{9b}2J": "x\u{7f}\u{202e}\u{2066}\u{1b}[2J\n é 日本 ###[error]" });
        let printed = text(&hostile);
        let expected = r#""a\u009b2J": "x\u007f\u202e\u2066\u001b[2J\n é 日本 #\u0023#[error]""#;
        assert!(printed.contains(expected), "{printed}");
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), hostile);
    }

    #[test]
    fn a_run_is_one_document() {
        let document = json!({
            "run_id": "20261122-013405-k7qz2m",
            "workflow": "bootstrap",
            "status": "failed",
            "started": "2026-11-22T01:34:05.000Z",
            "ended": "2026-11-22T01:34:07.620Z",
            "steps": {
                "signup": { "status": "succeeded", "attempts": 1 },
                "code": { "status": "succeeded", "attempts": 1 },
                "invite": { "status": "succeeded", "attempts": 3 },
                "invite[ada@onramp.test]": { "status": "succeeded", "attempts": 2 },
                "invite[lin@onramp.test]": { "status": "succeeded", "attempts": 1 },
                "key": {
                    "status": "failed",
                    "attempts": 1,
                    "error": {
                        "code": "service.422",
                        "kind": "service",
                        "message": "the name is taken\n\u{1b}[31m::error::by another key of this account, which was made in 2024",
                    },
                },
            },
            "outputs": {},
            "run_dir": ".onramp/runs/20261122-013405-k7qz2m",
        });
        assert_eq!(run(&bad().summary(Secrets::Masked)), document);
    }

    #[test]
    fn secret_outputs_are_shown_only_when_asked_for() {
        let outputs = |secrets| run(&good().summary(secrets))["outputs"].clone();
        assert_eq!(outputs(Secrets::Masked)["api_key"], "***");
        assert_eq!(outputs(Secrets::Revealed)["api_key"], "ml_live_0123456789");
        assert_eq!(outputs(Secrets::Masked)["image"], "https://cdn.onramp.test/images/0001.png");
    }

    #[test]
    fn a_doubt_and_an_interruption_are_told_apart() {
        let document = run(&doubtful().summary(Secrets::Masked));
        assert_eq!(
            (&document["status"], &document["steps"]["signup"]["status"]),
            (&json!("in_doubt"), &json!("in_doubt"))
        );
        let mut tape = Tape::start(bootstrap());
        tape.end("signup", too_many()).push(crate::run::Fact::StopRequested(Stop::Interrupt));
        let document = run(&tape.summary(Secrets::Masked));
        assert_eq!(document["status"], "interrupted");
        let signup = &document["steps"]["signup"];
        assert_eq!((&signup["status"], &signup["error"]["code"]), (&json!("interrupted"), &json!("service.429")));
    }

    #[test]
    fn a_failure_that_is_let_pass_and_the_end_that_has_not_come_are_marked() {
        let mut plan = bootstrap();
        plan.steps[0].continue_on_error = true;
        let mut tape = Tape::start(plan);
        tape.end("signup", refused("no"));
        let document = run(&tape.summary(Secrets::Masked));
        assert_eq!((&document["status"], &document["ended"]), (&json!("running"), &Value::Null));
        let signup = &document["steps"]["signup"];
        assert_eq!((&signup["status"], &signup["allowed"]), (&json!("failed"), &json!(true)));
    }

    #[test]
    fn a_list_of_runs_has_no_steps() {
        let list = runs(&[good().summary(Secrets::Masked)]);
        let keys: Vec<&String> = list[0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["run_id", "workflow", "status", "started", "ended", "outputs", "run_dir"]);
    }
}
