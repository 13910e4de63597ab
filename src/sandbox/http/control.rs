//! The sandbox's own routes, below `/_sandbox`. They are not in the ledger and no fault strikes them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::response::Response;
use serde_json::{Value, json};

use super::Answer;
use crate::sandbox::Faults;
use crate::sandbox::service::Service;
use crate::sandbox::state;

/// `GET /_sandbox/ledger`
pub async fn ledger(service: Arc<Service>) -> Response {
    let document = state::ledger(service.core().state());
    Answer::json(200, document).into_response()
}

/// `GET /_sandbox/faults`: the rules in force.
pub async fn faults(service: Arc<Service>) -> Response {
    let rules = serde_json::to_value(service.faults().as_ref()).unwrap_or(Value::Null);
    Answer::json(200, rules).into_response()
}

/// `POST /_sandbox/faults`: other rules, until the sandbox ends. A list that is wrong changes nothing.
pub async fn set_faults(service: Arc<Service>, body: Bytes) -> Response {
    let answer = match Faults::from_json(&String::from_utf8_lossy(&body)) {
        Ok(faults) => {
            let rules = faults.rules().len();
            service.set_faults(faults);
            Answer::json(200, json!({ "rules": rules }))
        }
        Err(error) => Answer::json(422, json!({ "message": error.to_string() })),
    };
    answer.into_response()
}
