//! The table by itself, and against `fixtures/modelslab`: what the contract has as an answer, the client reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::catalogue::{Operation, operations};
use super::{ApiError, envelope};
use crate::clock::Timestamp;
use crate::http::Response;

const CONTROL: &str = "/api/agents/v1/";

fn fixtures() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/modelslab");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// Whether `path`, with its values filled in or in braces, is one that `template` stands for.
fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(template, part): (&&str, &&str)| template.starts_with('{') || template == part;
    template.len() == path.len() && template.iter().zip(&path).all(same)
}

/// The operation that a fixture is about.
fn operation_of(fixture: &Value) -> Option<&'static Operation> {
    let (method, path) = (fixture["method"].as_str()?, fixture["path"].as_str()?.strip_prefix(CONTROL)?);
    let path = path.split('?').next()?;
    let spelt = |operation: &&Operation| {
        let all = [Some((operation.verb, operation.path)), operation.also].into_iter().flatten();
        all.filter(|(verb, _)| verb.as_str() == method).any(|(_, template)| template == path || fits(template, path))
    };
    let exact = operations().find(|operation| operation.verb.as_str() == method && operation.path == path);
    exact.or_else(|| operations().find(spelt))
}

/// A value that a template stands for.
fn value_of(template: &Value) -> Value {
    match template {
        Value::String(kind) if kind.starts_with('<') => match kind.as_str() {
            "<integer>" => json!(7),
            "<number>" => json!(1.5),
            "<iso8601>" => json!("2026-11-22T12:00:00.000Z"),
            "<url>" => json!("https://pay.test/c/1"),
            "<masked>" => json!("abcd****************wxyz"),
            _ => json!("a-text-of-24-letters-abc"),
        },
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), value_of(field))).collect(),
        Value::Array(items) => items.iter().map(value_of).collect(),
        other => other.clone(),
    }
}

fn answer(example: &Value) -> Result<Value, ApiError> {
    let status = example["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap();
    let body = value_of(&example["answer"]).to_string().into_bytes();
    envelope::data(&Response { status, headers: Default::default(), body, broken: None }, Timestamp::default())
}

#[test]
fn the_client_reads_every_answer_of_the_contract() {
    let mut read = 0;
    for fixture in fixtures() {
        let Some(operation) = operation_of(&fixture) else { continue };
        for example in fixture["examples"].as_array().unwrap() {
            let case = format!("{} / {}", operation.name, example["name"]);
            match answer(example) {
                Ok(data) => {
                    let values = (operation.read)(&data).unwrap_or_else(|error| panic!("{case}: {error}"));
                    let told: BTreeSet<&str> = values.iter().map(|(name, _)| *name).collect();
                    let declared = (operation.outputs)().iter().map(|output| output.name).collect();
                    assert_eq!(told, declared, "{case}");
                }
                Err(error) => {
                    let code = example["answer"]["error"]["code"].as_str();
                    assert_eq!(error.code.as_deref(), code, "{case}");
                    assert!(example["status"].as_u64() >= Some(400) && !error.message.is_empty(), "{case}: {error}");
                }
            }
            read += 1;
        }
    }
    assert!(read > 30, "{read} examples were read");
}

#[test]
fn an_operation_is_known_by_one_name_and_one_address() {
    let names: BTreeSet<&str> = operations().map(|operation| operation.name).collect();
    let addresses: BTreeSet<(&str, &str)> =
        operations().map(|operation| (operation.verb.as_str(), operation.path)).collect();
    assert_eq!((names.len(), addresses.len()), (operations().count(), operations().count()));
    let tools: Vec<_> = operations().filter_map(|operation| operation.tool).collect();
    let different: BTreeSet<_> = tools.iter().map(|tool| (tool.name, tool.action)).collect();
    assert_eq!(different.len(), tools.len());
}

#[test]
fn what_stands_in_a_path_must_be_given() {
    for operation in operations() {
        for part in operation.path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let name = part.trim_end_matches('}');
            let parameter = (operation.parameters)().into_iter().find(|parameter| parameter.name == name);
            assert!(parameter.is_some_and(|parameter| parameter.required), "{}: {name}", operation.name);
        }
    }
}

/// The ten tools of the service's MCP server, with the number of actions that each is known to have.
#[test]
fn every_action_of_the_services_tools_is_an_operation() {
    let actions = |name: &str| operations().filter(|operation| operation.tool.is_some_and(|t| t.name == name)).count();
    let tools = [
        ("agent-auth", 8),
        ("agent-tokens", 4),
        ("agent-profile", 5),
        ("agent-api-keys", 5),
        ("agent-usage", 3),
        ("agent-models", 5),
        ("agent-billing", 13),
        ("agent-wallet", 9),
        ("agent-subscriptions", 11),
        ("agent-teams", 7),
    ];
    for (name, known) in tools {
        assert_eq!(actions(name), known, "{name}");
    }
}

/// The arguments of the service's tools, of those where all are known.
#[test]
fn no_tool_is_given_what_it_is_not_known_to_take() {
    let known: [(&str, &[&str]); 7] = [
        (
            "agent-auth",
            &[
                "email",
                "password",
                "password_confirmation",
                "name",
                "token",
                "device_name",
                "token_expiry",
                "verification_code",
            ],
        ),
        ("agent-tokens", &["token_id", "account_username", "device_name", "token_expiry"]),
        (
            "agent-profile",
            &[
                "name",
                "username",
                "about_me",
                "current_password",
                "password",
                "password_confirmation",
                "facebook",
                "github",
                "twitter",
                "instagram",
                "discord",
                "nsfw_content",
                "wallet_notification_enabled",
                "wallet_notification_threshold",
            ],
        ),
        ("agent-api-keys", &["key_id", "name", "notes"]),
        ("agent-usage", &["from", "to", "limit"]),
        (
            "agent-models",
            &[
                "model_id",
                "search",
                "feature",
                "provider",
                "model_type",
                "model_subcategory",
                "base_model",
                "tags",
                "sort",
                "per_page",
            ],
        ),
        ("agent-teams", &["member_id", "invite_id", "email", "role", "permissions", "invite_status"]),
    ];
    for tool in super::catalogue::tools() {
        let taken = known.iter().find(|(name, _)| tool["name"] == *name).map(|(_, taken)| *taken);
        let given = tool["inputSchema"]["properties"].as_object().unwrap().keys().filter(|name| *name != "action");
        let foreign: Vec<&String> =
            given.filter(|name| taken.is_some_and(|taken| !taken.contains(&name.as_str()))).collect();
        assert!(foreign.is_empty(), "{}: {foreign:?}", tool["name"]);
    }
}
