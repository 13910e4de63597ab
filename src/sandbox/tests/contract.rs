//! `fixtures/modelslab`: the sandbox answers as the contract says.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, clock, faults, options, start};
use crate::clock::Timestamp;
use crate::sandbox::api::ROUTES;
use crate::sandbox::{Options, RateLimits, Sandbox};

const ADA: &str = "ada@onramp.test";
/// Fixtures of routes that the table does not name by themselves.
const OTHER_NAMES: [&str; 3] = ["verify", "fetch_image_by_body", "unknown_route"];
/// Routes that no workflow uses; tests of their own cover them.
const WITHOUT_FIXTURE: [&str; 7] =
    ["list_scopes", "logout_all", "list_tokens", "revoke_token", "revoke_other_tokens", "accept_invite", "image"];

fn fixtures() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modelslab");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// What the braces of a fixture stand for.
#[derive(Default)]
struct Values {
    token: String,
    code: String,
    key: String,
    ids: [Option<u64>; 3],
}

impl Values {
    fn fill(&self, text: &str) -> Value {
        let id = |place: usize| self.ids[place].unwrap_or(999_999);
        match text {
            "{code}" => json!(self.code),
            "{key}" => json!(self.key),
            "{image_id}" => json!(id(2)),
            text => json!(
                text.replace("{code}", &self.code)
                    .replace("{key_id}", &id(0).to_string())
                    .replace("{member_id}", &id(1).to_string())
                    .replace("{image_id}", &id(2).to_string())
            ),
        }
    }

    fn fill_body(&self, body: &Value) -> Value {
        match body {
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), self.fill_body(value))).collect(),
            Value::String(text) => self.fill(text),
            other => other.clone(),
        }
    }
}

async fn given(given: &str) -> (Sandbox, Client, Values) {
    let rules = match given {
        "key without credits" => json!([{ "on": "text2img", "fault": "no-credits" }]),
        "key without credits, told in the body" => {
            json!([{ "on": "text2img", "fault": "no-credits", "http_status": 200 }])
        }
        _ => json!([]),
    };
    let rate_limits = if given == "throttled" { RateLimits { auth: 1, general: 1 } } else { RateLimits::default() };
    let (sandbox, client) = start(Options { faults: faults(&rules), rate_limits, ..options(&clock()) }).await;
    let mut values = Values::default();
    let levels = ["nothing", "account", "verified account", "key", "member", "image", "finished image"];
    let level = levels.iter().position(|level| *level == given).unwrap_or(if given == "throttled" { 0 } else { 3 });
    if given == "throttled" {
        client.login(ADA).await;
    }
    if level >= 1 {
        client.signup(ADA).await;
        values.code = client.inbox().await.code_for(ADA).await;
    }
    if level >= 2 {
        values.token = client.verify(&values.code).await.data("access_token").to_owned();
    }
    if level >= 3 {
        let made = client.post("/api-keys", &values.token, json!({ "name": "production", "notes": "run 1" })).await;
        (values.key, values.ids[0]) = (made.data("key").to_owned(), made.body["data"]["id"].as_u64());
    }
    if level >= 4 {
        let invited = client.post("/teams", &values.token, json!({ "email": "lin@onramp.test" })).await;
        values.ids[1] = invited.body["data"]["id"].as_u64();
    }
    if level >= 5 {
        values.ids[2] = client.generate(&values.key).await.body["id"].as_u64();
    }
    if level >= 6 {
        let body = json!({ "key": values.key, "request_id": values.ids[2] });
        while client.send("POST", "/api/v6/images/fetch", "", body.clone()).await.body["status"] != "success" {}
    }
    (sandbox, client, values)
}

/// Says where `value` is not as `template` has it.
fn difference(template: &Value, value: &Value, at: &str) -> Option<String> {
    let differs = || Some(format!("{at}: {value} is not {template}"));
    match (template, value) {
        (Value::String(kind), _) if kind.starts_with('<') => (!is_a(kind, value)).then(differs).flatten(),
        (Value::Object(wanted), Value::Object(found)) => {
            if wanted.keys().any(|name| !found.contains_key(name)) || wanted.len() != found.len() {
                return differs();
            }
            wanted.iter().find_map(|(name, template)| difference(template, &found[name], &format!("{at}.{name}")))
        }
        (Value::Array(wanted), Value::Array(found)) => match wanted.first() {
            Some(_) if found.is_empty() => differs(),
            Some(template) => found.iter().find_map(|item| difference(template, item, &format!("{at}[]"))),
            None => (!found.is_empty()).then(differs).flatten(),
        },
        _ => (template != value).then(differs).flatten(),
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match kind {
        "<string>" => !text.is_empty(),
        "<integer>" => value.is_u64(),
        "<number>" => value.is_number(),
        "<iso8601>" => Timestamp::parse(text).is_some(),
        "<url>" => url::Url::parse(text).is_ok(),
        "<uuid>" => text.len() == 36 && text.split('-').count() == 5,
        "<masked>" => text.contains("****") && text.len() < 30,
        "<seconds>" => text.parse::<u64>().is_ok(),
        other => unreachable!("no placeholder {other}"),
    }
}

#[tokio::test]
async fn the_sandbox_answers_as_the_contract_says() {
    for fixture in fixtures() {
        for example in fixture["examples"].as_array().unwrap() {
            let (_sandbox, client, values) = given(example["given"].as_str().unwrap()).await;
            let path = values.fill(fixture["path"].as_str().unwrap());
            let token = if fixture["auth"] == "bearer" { values.token.as_str() } else { "" };
            let body = values.fill_body(&example["request"]);
            let heard = client.send(fixture["method"].as_str().unwrap(), path.as_str().unwrap(), token, body).await;
            let case = format!("{} / {}", fixture["name"], example["name"]);
            assert_eq!(json!(heard.status), example["status"], "{case}: {}", heard.body);
            assert_eq!(difference(&example["answer"], &heard.body, "answer"), None, "{case}");
            for (name, template) in example["headers"].as_object().into_iter().flatten() {
                assert_eq!(difference(template, &json!(heard.header(name)), name), None, "{case}");
            }
        }
    }
}

#[test]
fn every_route_has_a_fixture_and_every_fixture_a_route() {
    let mut found: Vec<String> = fixtures().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect();
    let mut wanted: Vec<&str> = ROUTES.iter().map(|route| route.name).chain(OTHER_NAMES).collect();
    wanted.retain(|name| !WITHOUT_FIXTURE.contains(name));
    found.sort();
    wanted.sort();
    wanted.dedup();
    assert_eq!(found, wanted);
}

#[test]
fn a_template_notices_what_differs() {
    for (template, value) in [
        (json!({ "a": "<integer>" }), json!({ "a": "1" })),
        (json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
        (json!({ "a": 1, "b": 2 }), json!({ "a": 1 })),
        (json!(["<string>"]), json!([])),
        (json!([]), json!([1])),
        (json!(null), json!({})),
        (json!("<masked>"), json!("abcdefghijklmnopqrstuvwxyz0123456789")),
    ] {
        assert!(difference(&template, &value, "").is_some(), "{template} {value}");
    }
}
