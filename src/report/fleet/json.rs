//! A fleet for programs.

use serde_json::{Value, json};

use super::summary::{FleetSummary, Untaken};
use crate::fleet::{FleetState, RowId, RowState, StepWaits, Tally};

/// What became of one row, for programs.
fn row(id: RowId, row: &RowState, state: &FleetState, is_live: bool) -> Value {
    let mut value = json!({
        "key": row.key.as_str(), "run_id": id.run(state.id()).map(|run| run.to_string()).unwrap_or_default(),
        "status": row.status(is_live), "attempts": row.attempts,
    });
    if let Some(label) = &row.label {
        value["label"] = label.as_str().into();
    }
    if state.hands_on {
        value["handed_on"] = row.handed_on.into();
    }
    if let Some(trouble) = &row.trouble {
        let error = &trouble.error;
        value["step"] = trouble.task.to_string().into();
        value["error"] = json!({ "code": error.code, "kind": error.kind.to_string(), "message": error.message });
    }
    value
}

/// One JSON document; with every row if `rows`.
pub fn json(summary: &FleetSummary, state: &FleetState, rows: bool) -> Value {
    let Tally { waiting, begun, succeeded, failed, in_doubt, stopped, withdrawn, torn_down } = summary.tally;
    let causes = summary.causes.iter().map(|cause| {
        json!({
            "step": cause.place(), "code": cause.code, "rows": cause.rows, "example": cause.example.key,
            "message": cause.message, "commands": cause.commands,
        })
    });
    let slowest = summary.slowest.iter();
    let slowest = slowest.map(|(name, took)| json!({ "key": name.key, "seconds": took.as_secs_f64() }));
    let waits = summary.waits.iter().map(|(step, StepWaits { attempts, total, longest })| {
        let (total, longest) = (total.as_secs_f64(), longest.as_secs_f64());
        json!({ "step": step, "attempts": attempts, "seconds": total, "longest_seconds": longest })
    });
    let mut document = json!({
        "fleet": summary.fleet.as_str(), "workflow": summary.workflow, "live": summary.is_live,
        "paused": summary.paused, "began": summary.began.to_string(),
        "rows": {
            "total": summary.rows, "waiting": waiting, "running": begun, "succeeded": succeeded, "failed": failed,
            "in_doubt": in_doubt, "stopped": stopped, "withdrawn": withdrawn, "torn_down": torn_down,
        },
        "causes": causes.collect::<Vec<_>>(), "slowest": slowest.collect::<Vec<_>>(),
        "waits": waits.collect::<Vec<_>>(), "fleet_dir": summary.dir,
    });
    if let Some(Untaken { rows, examples, command }) = &summary.untaken {
        let examples: Vec<&String> = examples.iter().map(|name| &name.key).collect();
        document["untaken"] = json!({ "rows": rows, "examples": examples, "command": command });
    }
    if rows {
        document["each"] = state.numbered().map(|(id, known)| row(id, known, state, summary.is_live)).collect();
    }
    document
}
