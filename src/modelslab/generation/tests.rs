//! What the service answers, as it is understood.

use super::*;

fn answer(status: u16, body: Value) -> Result<Generation, ApiError> {
    let response = Response { status, headers: Default::default(), body: body.to_string().into_bytes(), broken: None };
    read(&response, ApiVersion::V6, Default::default())
}

#[test]
fn every_answer_of_the_contract_is_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modelslab");
    for name in ["text2img", "text_to_image", "fetch_image", "fetch_image_by_body", "fetch_image_v7"] {
        let fixture = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let fixture: Value = serde_json::from_str(&fixture).unwrap();
        for example in fixture["examples"].as_array().unwrap() {
            let told = &example["answer"]["status"];
            let status = example["status"].as_u64().unwrap() as u16;
            let read = answer(status, example["answer"].clone()).map(|made| (made.status, made.id.is_some()));
            match told.as_str() {
                Some("success") => assert_eq!(read, Ok((GenerationStatus::Success, true)), "{example}"),
                Some("processing") => assert_eq!(read, Ok((GenerationStatus::Processing, true)), "{example}"),
                _ => assert_eq!(read.unwrap_err().status, Some(status), "{example}"),
            }
        }
    }
}

#[test]
fn the_bodys_status_decides() {
    let done = answer(200, json!({"status": "success", "id": 7, "output": ["https://x/1.png"], "generationTime": 1.5}));
    let done = done.unwrap();
    assert_eq!((done.status, done.output.len()), (GenerationStatus::Success, 1));
    let queued = answer(200, json!({"status": "queued", "id": "abc-1", "eta": "12"})).unwrap();
    assert_eq!((queued.status, queued.eta), (GenerationStatus::Processing, Some(12.0)));
}

#[test]
fn an_error_under_http_200_is_an_error() {
    let error = answer(200, json!({"status": "error", "message": {"prompt": ["is required"]}})).unwrap_err();
    assert_eq!(error.message, "prompt: is required");
    assert_eq!((error.transient, error.code.as_deref()), (false, Some(ApiError::GENERATION_FAILED)));
}

#[test]
fn a_rate_limit_under_http_200_can_be_tried_again() {
    let body = json!({"status": "error", "message": "Rate limit exceeded. Maximum 5 queued requests allowed.", "retry_after": 30});
    let error = answer(200, body).unwrap_err();
    assert_eq!((error.status, error.retry_after), (Some(429), Some(std::time::Duration::from_secs(30))));
    assert!(error.transient);
    assert_eq!(places_of(&error), Some(5));
    assert_eq!(places_of(&ApiError { status: Some(400), ..error }), None);
}

#[test]
fn an_image_that_waits_is_not_given_up() {
    let error = answer(200, json!({"status": "failed", "message": "Failed, Try Again"})).unwrap_err();
    assert!(!error.transient && not_yet(error).transient);
    let error = answer(200, json!({"status": "failed", "message": "Out of memory"})).unwrap_err();
    assert!(!not_yet(error).transient);
}

#[test]
fn want_of_credits_is_told_from_a_bad_key() {
    let broke = answer(200, json!({"status": "error", "message": "Insufficient credits"})).unwrap_err();
    assert!(broke.no_credits());
    let bad = answer(401, json!({"status": "error", "message": "Invalid API key"})).unwrap_err();
    assert!(!bad.no_credits());
}
