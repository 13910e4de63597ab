//! From an answer to its data, through the envelope and around its traps.

use serde::Deserialize;
use serde_json::Value;

use super::ApiError;
use crate::clock::Timestamp;
use crate::http::Response;

/// What is read of an answer that is a success. `meta` is none of it.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    error: Value,
    data: Value,
}

/// The data of a control-plane answer. `error` is always there, null on success; `meta` and the envelope itself may be
/// missing; failures may come as `{message}`, as `{error: text}`, or as a proxy's HTML.
pub(super) fn data(response: &Response, now: Timestamp) -> Result<Value, ApiError> {
    if !(200..300).contains(&response.status) {
        return Err(failure(response, now));
    }
    if let Some(Envelope { error: Value::Null, data }) = response.json() {
        return Ok(data);
    }
    let body = response.json();
    if error(body.as_ref()).is_some() {
        return Err(failure(response, now));
    }
    match body {
        Some(Value::Object(mut fields)) if fields.contains_key("data") => Ok(fields.remove("data").unwrap_or_default()),
        Some(bare) => Ok(bare),
        None if response.body.is_empty() => Ok(Value::Null),
        None => Err(ApiError::garbled(response.status, "is not JSON")),
    }
}

/// What an answer that is a failure says.
pub(super) fn failure(response: &Response, now: Timestamp) -> ApiError {
    if response.is_challenge() {
        let message = "the service wants to see a human (a CAPTCHA), and nothing was done".to_owned();
        let code = Some(ApiError::CHALLENGE.to_owned());
        return ApiError::refused(response, code, message, now).under(403);
    }
    let body = response.json();
    let error = error(body.as_ref());
    let code = error.and_then(|error| error.get("code")).and_then(Value::as_str).map(str::to_owned);
    let message = body.as_ref().map_or_else(|| not_json(response), |body| message(body, response.status));
    let places = [error.and_then(|error| error.get("details")), error];
    let decline_code = places.into_iter().flatten().find_map(|place| place.get("decline_code")?.as_str());
    let decline_code = decline_code.map(str::to_owned);
    ApiError { decline_code, ..ApiError::refused(response, code, message, now) }
}

fn error(body: Option<&Value>) -> Option<&Value> {
    body?.get("error").filter(|error| !error.is_null())
}

/// The items of a whole list: `[...]`, or `{items: [...]}`, or Laravel's `{data: [...]}`, on one page. Anything else is an
/// error: who looks for something must not take a list that it cannot read for an empty one.
pub(super) fn items(data: Value) -> Result<Vec<Value>, ApiError> {
    let mut fields = match data {
        Value::Array(items) => return Ok(items),
        Value::Object(fields) => fields,
        _ => return Err(ApiError::unusable("the answer is not a list")),
    };
    if has_more(&Value::Object(fields.clone())) || fields.get("pagination").is_some_and(has_more) {
        return Err(ApiError::unusable("the list goes on over several pages, which this client does not read"));
    }
    match fields.remove("items").or_else(|| fields.remove("data")) {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(ApiError::unusable("the answer is not a list")),
    }
}

fn has_more(page: &Value) -> bool {
    let number = |name: &str| page.get(name).and_then(Value::as_u64);
    let next = page.get("next_page_url").is_some_and(|next| !next.is_null());
    next || matches!((number("current_page"), number("last_page")), (Some(now), Some(last)) if now < last)
}

/// What a failure says for people: the message, and the details of a validation error.
fn message(body: &Value, status: u16) -> String {
    let error = body.get("error");
    let said = error
        .and_then(|error| error.get("message"))
        .or(error.filter(|error| error.is_string()))
        .or_else(|| body.get("message"))
        .or_else(|| body.get("messege"));
    let text = said.map(flat).unwrap_or_else(|| format!("the service answered {status} without a word"));
    let details = error.and_then(|error| error.get("details")).or_else(|| body.get("errors")).map(flat);
    match details.filter(|details| !details.is_empty() && *details != text) {
        Some(details) => format!("{text} {details}"),
        None => text,
    }
}

/// A message may be a text, a list, or an object of field to texts.
pub(super) fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {}", flat(value))).collect::<Vec<_>>().join("; ")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn not_json(response: &Response) -> String {
    format!("status {} with {} bytes that are not JSON: a proxy's page?", response.status, response.body.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, body: &str) -> Result<Value, ApiError> {
        let response = Response { status, headers: Default::default(), body: body.into(), broken: None };
        data(&response, Timestamp::default())
    }

    #[test]
    fn a_null_error_is_no_error() {
        assert_eq!(answer(200, r#"{"data":{"a":1},"error":null,"meta":{}}"#), Ok(json!({"a": 1})));
        assert_eq!(answer(200, r#"{"data":null,"error":null}"#), Ok(Value::Null));
    }

    #[test]
    fn an_answer_without_an_envelope_is_taken_as_it_is() {
        assert_eq!(answer(200, r#"{"publishable_key":"pk"}"#), Ok(json!({"publishable_key": "pk"})));
        assert_eq!(answer(204, ""), Ok(Value::Null));
    }

    #[test]
    fn failures_are_read_in_all_their_forms() {
        let error = answer(
            422,
            r#"{"data":null,"error":{"code":"validation_error","message":"Invalid.","details":{"email":["taken"]}}}"#,
        );
        let error = error.unwrap_err();
        assert_eq!(
            (error.code.as_deref(), error.message.as_str()),
            (Some("validation_error"), "Invalid. email: taken")
        );
        let empty = answer(401, r#"{"data":null,"error":{"code":"invalid_credentials","message":"No.","details":[]}}"#);
        assert_eq!(empty.unwrap_err().message, "No.");
        assert_eq!(answer(401, r#"{"message":"Unauthenticated."}"#).unwrap_err().message, "Unauthenticated.");
        assert_eq!(answer(400, r#"{"error":"nope"}"#).unwrap_err().message, "nope");
        assert!(answer(502, "<html>").unwrap_err().message.contains("proxy"));
    }

    #[test]
    fn why_a_card_was_declined_is_read_from_the_service_and_from_stripe() {
        let service = r#"{"error":{"code":"payment_declined","message":"No.","details":{"decline_code":"a"}}}"#;
        let stripe = r#"{"error":{"code":"card_declined","message":"No.","decline_code":"b"}}"#;
        let code = |body| answer(402, body).unwrap_err().decline_code;
        assert_eq!((code(service).as_deref(), code(stripe).as_deref()), (Some("a"), Some("b")));
    }

    #[test]
    fn an_error_under_status_200_is_an_error() {
        assert!(answer(200, r#"{"data":null,"error":{"code":"x","message":"no"}}"#).is_err());
        assert!(answer(200, "<html>").is_err());
    }

    #[test]
    fn lists_come_in_three_shapes() {
        assert_eq!(items(json!([1, 2])), Ok(vec![json!(1), json!(2)]));
        assert_eq!(items(json!({"items": [1], "pagination": {"current_page": 1, "last_page": 1}})), Ok(vec![json!(1)]));
        assert_eq!(items(json!({"data": [1], "current_page": 1, "next_page_url": null})), Ok(vec![json!(1)]));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_no_empty_list() {
        for unread in [json!(null), json!({"members": [1]}), json!("")] {
            assert!(items(unread).is_err());
        }
        assert!(items(json!({"items": [1], "pagination": {"current_page": 1, "last_page": 2}})).is_err());
        assert!(items(json!({"data": [1], "next_page_url": "/api/teams?page=2"})).is_err());
    }
}
