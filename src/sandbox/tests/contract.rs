//! `fixtures/modelslab`: the sandbox answers as the contract says.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Heard, V1};
use super::scene::Scene;
use crate::clock::Timestamp;
use crate::modelslab::catalogue::{Credential, operations};
use crate::sandbox::api::{Guard, ROUTES, Route};
use crate::sandbox::throttle::LimitClass;

/// Fixtures of routes that the table does not name by themselves.
const OTHER_NAMES: [&str; 5] =
    ["verify", "fetch_image_by_body", "fetch_image_v7", "get_unknown_model", "unknown_route"];
/// What is answered with something else than JSON; tests of their own cover it.
const WITHOUT_FIXTURE: [&str; 4] = ["image", "payment_page", "pay", "invoice_file"];

pub(super) fn fixtures() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modelslab");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
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
        "<string or null>" => value.is_null() || !text.is_empty(),
        "<object>" => value.is_object(),
        "<integer or null>" => value.is_null() || value.is_u64(),
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

/// Sends the request of `example`: the fields of a GET as its query.
async fn ask(scene: &Scene, fixture: &Value, example: &Value) -> Heard {
    let method = fixture["method"].as_str().unwrap();
    let path = scene.fill(fixture["path"].as_str().unwrap()).as_str().unwrap().to_owned();
    let token = if fixture["auth"] == "bearer" { scene.token.as_str() } else { "" };
    let fields = scene.fill_all(&example["request"]);
    if let Some(key) = example["request_headers"]["Idempotency-Key"].as_str() {
        return scene.client.keyed(path.strip_prefix(V1).unwrap(), token, key, &fields).await;
    }
    match (method, fields.as_object()) {
        (_, Some(fields)) if fixture["auth"] == "publishable key" => {
            let key =
                if scene.token.is_empty() { String::new() } else { scene.client.publishable_key(&scene.token).await };
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
            scene.client.form(&path, &key, &fields).await
        }
        ("GET", Some(fields)) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields.iter().map(|(name, value)| (name, text(value))))
                .finish();
            scene.client.send(method, &format!("{path}?{query}"), token, Value::Null).await
        }
        _ => scene.client.send(method, &path, token, fields).await,
    }
}

#[tokio::test]
async fn the_sandbox_answers_as_the_contract_says() {
    for fixture in fixtures() {
        for example in fixture["examples"].as_array().unwrap() {
            let scene = Scene::given(example["given"].as_str().unwrap()).await;
            let heard = ask(&scene, &fixture, example).await;
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

/// The part of an address that a variable stands in, whatever it is called.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_of_the_client_has_a_route_of_its_name_and_a_fixture() {
    let fixtures: Vec<String> = fixtures().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect();
    for operation in operations() {
        let address = |path: &str| match path.starts_with('/') {
            true => shape(path),
            false => shape(&format!("{V1}/{path}")),
        };
        let served = |route: &&Route| route.method == operation.verb && shape(route.path) == address(operation.path);
        let route = ROUTES.iter().find(served);
        assert_eq!(
            route.map(|route| route.name),
            Some(operation.name),
            "{} {}",
            operation.verb.as_str(),
            operation.path
        );
        assert!(fixtures.iter().any(|name| name == operation.name), "{} has no fixture", operation.name);
    }
}

#[test]
fn routes_and_the_table_agree_on_who_is_let_in_and_what_counts() {
    for route in ROUTES {
        let Some(operation) = operations().find(|operation| operation.name == route.name) else { continue };
        let credential = match route.guard {
            Guard::Open => Credential::Nothing,
            Guard::Bearer(_) => Credential::Bearer,
            Guard::Key | Guard::Publishable => Credential::Key,
        };
        if route.path.starts_with(V1) {
            assert_eq!(credential, operation.credential, "{}", route.name);
            let class = operation.limit.map(|limit| limit.name);
            let counted = route.limit.map(|limit| match limit {
                LimitClass::Auth => "agent-auth",
                LimitClass::Billing => "agent-billing",
                LimitClass::General => "agent-general",
            });
            assert!(class.is_none() || class == counted, "{}: {class:?} {counted:?}", route.name);
        }
    }
}
