//! From what a tool said to the data of an answer. A tool's result has no HTTP status: it is found by what the error says.

use rmcp::model::{CallToolResponse, CallToolResult, ErrorCode, ErrorData};
use rmcp::service::ServiceError;
use serde_json::Value;

use super::session::Told;
use crate::clock::Timestamp;
use crate::http::Response;
use crate::modelslab::{ApiError, envelope};

/// The data in the answer to a call. `response` is what carried it.
pub(super) fn data(response: &Response, told: Told, now: Timestamp) -> Result<Value, ApiError> {
    if !(200..300).contains(&response.status) {
        return Err(envelope::failure(response, now));
    }
    match told {
        Some(Ok(CallToolResponse::Complete(result))) => of_tool(&result, now),
        Some(Err(ServiceError::McpError(error))) => Err(of_protocol(&error)),
        _ if response.broken.is_some() => Err(ApiError::lost()),
        _ => Err(ApiError::garbled(response.status, "is not one of a tool")),
    }
}

fn of_tool(result: &CallToolResult, now: Timestamp) -> Result<Value, ApiError> {
    let text = result.content.iter().find_map(|part| part.as_text()).map(|part| part.text.clone());
    let text = text.or_else(|| result.structured_content.as_ref().map(Value::to_string)).unwrap_or_default();
    let said = Response { status: 200, headers: Default::default(), body: text.clone().into(), broken: None };
    let error = match envelope::data(&said, now) {
        Ok(data) if result.is_error != Some(true) => return Ok(data),
        Err(error) if said.json::<Value>().is_some() => error,
        Err(error) if result.is_error != Some(true) => return Err(error),
        Ok(_) => envelope::failure(&said, now),
        // No document, but a sentence.
        Err(error) => ApiError { message: text, ..error },
    };
    Err(match status(error.code.as_deref(), &error.message) {
        Some(status) => error.under(status),
        // Nobody knows what was done.
        None => error,
    })
}

/// The status that REST has for such an error, where documents tell it.
fn status(code: Option<&str>, message: &str) -> Option<u16> {
    match (code, message) {
        (Some("invalid_credentials"), _) | (None, "Unauthenticated.") => Some(401),
        (Some("payment_declined"), _) => Some(402),
        (Some("email_not_verified" | "access_denied" | "insufficient_scope"), _) => Some(403),
        (Some("not_found"), _) => Some(404),
        (Some("validation_error"), _) => Some(422),
        (None, "Too Many Attempts.") => Some(429),
        (None, "Server Error") => Some(500),
        _ => None,
    }
}

/// An error of the protocol: the tool was not run, unless the server failed over it.
fn of_protocol(error: &ErrorData) -> ApiError {
    let status = status(None, &error.message).unwrap_or(match error.code {
        ErrorCode::METHOD_NOT_FOUND => 404,
        ErrorCode::INVALID_PARAMS | ErrorCode::INVALID_REQUEST | ErrorCode::PARSE_ERROR => 422,
        _ => 500,
    });
    let details = error.data.as_ref().map(envelope::flat).filter(|details| !details.is_empty());
    let message = match details {
        Some(details) => format!("{} {details}", error.message),
        None => error.message.to_string(),
    };
    ApiError { message, ..ApiError::garbled(status, "").under(status) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What a result that says `text`, or an error of the protocol, comes to.
    fn read(told: Value) -> Result<Value, (Option<u16>, Option<String>, bool)> {
        let response = Response { status: 200, headers: Default::default(), body: Vec::new(), broken: None };
        let told = match told.get("code") {
            Some(_) => Err(ServiceError::McpError(serde_json::from_value(told).unwrap())),
            None => Ok(CallToolResponse::Complete(serde_json::from_value(told).unwrap())),
        };
        let data = data(&response, Some(told), Timestamp::default());
        data.map_err(|error| (error.status, error.code, error.transient))
    }

    fn says(text: &str, is_error: bool) -> Value {
        json!({ "content": [{ "type": "text", "text": text }], "isError": is_error })
    }

    #[test]
    fn a_tools_text_is_read_as_an_answer_of_rest() {
        assert_eq!(read(says(r#"{"data":{"a":1},"error":null,"meta":{}}"#, false)), Ok(json!({ "a": 1 })));
        assert_eq!(read(says(r#"{"publishable_key":"pk"}"#, false)), Ok(json!({ "publishable_key": "pk" })));
        let structured = json!({ "content": [], "structuredContent": { "data": [1], "error": null } });
        assert_eq!(read(structured), Ok(json!([1])));
        assert_eq!(read(says("done", false)), Err((Some(200), None, false)));
    }

    #[test]
    fn an_error_has_the_status_that_goes_with_what_it_says() {
        let coded = |code: &str| json!({ "data": null, "error": { "code": code, "message": "No." } }).to_string();
        for (code, status) in [("invalid_credentials", 401), ("email_not_verified", 403), ("validation_error", 422)] {
            let wanted = Err((Some(status), Some(code.to_owned()), false));
            assert_eq!([true, false].map(|flag| read(says(&coded(code), flag))), [wanted.clone(), wanted]);
        }
        for (text, status, transient) in
            [("Unauthenticated.", 401, false), ("Too Many Attempts.", 429, true), ("Server Error", 500, true)]
        {
            let bare = json!({ "message": text }).to_string();
            let wanted = Err((Some(status), None, transient));
            assert_eq!([bare.as_str(), text].map(|text| read(says(text, true))), [wanted.clone(), wanted]);
        }
    }

    #[test]
    fn an_error_that_no_document_names_leaves_open_what_was_done() {
        let coded = json!({ "data": null, "error": { "code": "odd", "message": "No." } }).to_string();
        assert_eq!(read(says(&coded, true)), Err((Some(200), Some("odd".into()), false)));
        for text in ["Something went wrong.", r#"{"message":"Something went wrong."}"#, ""] {
            assert_eq!(read(says(text, true)), Err((Some(200), None, false)), "{text}");
        }
    }

    #[test]
    fn an_error_of_the_protocol_is_a_refusal_unless_the_server_failed() {
        let error = |code: i32, message: &str| read(json!({ "code": code, "message": message }));
        assert_eq!(error(-32601, "Method not found"), Err((Some(404), None, false)));
        assert_eq!(error(-32602, "Unknown tool"), Err((Some(422), None, false)));
        assert_eq!(error(-32001, "Unauthenticated."), Err((Some(401), None, false)));
        assert_eq!(error(-32603, "Internal error"), Err((Some(500), None, true)));
        assert_eq!(error(-32000, "Who knows"), Err((Some(500), None, true)));
    }
}
