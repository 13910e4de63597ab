//! Which value an input gets.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Given, bind, bind_secrets};
use crate::diagnostic::Source;
use crate::secret::Data;
use crate::workflow::{Budget, Called, Catalogue, Report, Workflow, decode};

const FILE: &str = "inputs:
  email: { format: email, description: who signs up, sandbox: agent@onramp.test }
  team: { type: array, items: { type: string, format: email }, default: [], sandbox: [ada@onramp.test] }
  count: { type: integer, default: 3 }
  wait: { type: duration, optional: true }
  flag: { type: boolean, default: false, secret: true }
  extra: { type: object, optional: true }
secrets:
  mailbox: { env: MAILBOX, description: where mail comes in }
  password: { env: PASSWORD, optional: true }
  token: { env: TOKEN, sandbox: test-token }
steps: {}
";

fn workflow() -> Workflow {
    let mut report = Report::default();
    decode(&Source::new("test.yaml", FILE), &Catalogue::default(), &Called::new(), &mut Budget::default(), &mut report)
        .unwrap()
}

fn given(pairs: &[(&str, Value)]) -> BTreeMap<String, Given> {
    let one = |(name, value): &(&str, Value)| {
        let given = match value {
            Value::String(text) => Given::Text(text.clone()),
            other => Given::Json(other.clone()),
        };
        ((*name).to_owned(), given)
    };
    pairs.iter().map(one).collect()
}

fn bound(pairs: &[(&str, Value)], sandbox: bool) -> Result<Data, Vec<String>> {
    bind(&workflow(), &given(pairs), sandbox).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn value(pairs: &[(&str, Value)], sandbox: bool, name: &str) -> Value {
    bound(pairs, sandbox).unwrap()[name].expose().clone()
}

#[test]
fn given_wins_over_sandbox_and_sandbox_over_default() {
    let email = ("email", json!("me@host.test"));
    assert_eq!(value(std::slice::from_ref(&email), false, "team"), json!([]));
    assert_eq!(value(&[], true, "team"), json!(["ada@onramp.test"]));
    assert_eq!(value(&[], true, "email"), json!("agent@onramp.test"));
    assert_eq!(value(&[email], true, "email"), json!("me@host.test"));
    assert_eq!(value(&[], true, "wait"), json!(null));
    assert_eq!(value(&[], true, "count"), json!(3));
}

#[test]
fn text_is_read_towards_the_type() {
    for (name, text, wanted) in [
        ("count", "12", json!(12)),
        ("wait", "5m", json!("5m")),
        ("flag", "true", json!(true)),
        ("team", "a@b.c, d@e.f", json!(["a@b.c", "d@e.f"])),
        ("team", r#"["a@b.c"]"#, json!(["a@b.c"])),
        ("team", "", json!([])),
        ("extra", r#"{"a": 1}"#, json!({ "a": 1 })),
    ] {
        assert_eq!(value(&[(name, json!(text))], true, name), wanted);
    }
}

#[test]
fn a_wrong_value_is_refused_by_name_and_not_shown() {
    for (name, given, why) in [
        ("count", json!("many"), "the input `count`: an integer is wanted"),
        ("count", json!(1.5), "the input `count`: an integer is wanted"),
        ("wait", json!("5"), "the input `wait`: a duration such as `30s` is wanted"),
        ("flag", json!("yes"), "the input `flag`: true or false is wanted"),
        ("email", json!("me"), "the input `email`: not an e-mail address: one is written `name@host`"),
        ("team", json!("a@b.c,nobody"), "the input `team`: item 2: not an e-mail address: one is written `name@host`"),
        ("team", json!([1]), "the input `team`: a list, comma-separated or as JSON, of string is wanted"),
        ("extra", json!("[]"), "the input `extra`: a JSON object is wanted"),
        ("email", json!(null), "the input `email`: a string is wanted"),
    ] {
        assert_eq!(bound(&[(name, given)], true).unwrap_err(), [why]);
    }
}

#[test]
fn all_errors_are_listed() {
    let errors = bound(&[("emial", json!("x")), ("count", json!("x"))], false).unwrap_err();
    assert_eq!(
        errors,
        [
            "the workflow has no input `emial`; did you mean `email`?",
            "the input `email` is missing: a string (who signs up)",
            "the input `count`: an integer is wanted",
        ]
    );
}

#[test]
fn a_secret_input_is_a_secret() {
    let data = bound(&[], true).unwrap();
    assert!(data["flag"].is_secret() && !data["count"].is_secret());
}

fn environment(name: &str) -> Option<String> {
    match name {
        "MAILBOX" => Some("imaps://real".to_owned()),
        "PASSWORD" => Some("real-password".to_owned()),
        "TOKEN" => Some(String::new()),
        _ => None,
    }
}

#[test]
fn secrets_come_from_the_environment() {
    let errors = bind_secrets(&workflow(), &environment, false, &BTreeMap::new()).unwrap_err();
    assert_eq!(errors[0].to_string(), "the secret `token` is missing: set TOKEN in the environment");
    let nothing = bind_secrets(&workflow(), &|_| None, false, &BTreeMap::new()).unwrap_err();
    assert_eq!(
        nothing[0].to_string(),
        "the secret `mailbox` is missing: set MAILBOX in the environment (where mail comes in)"
    );
    let overrides = BTreeMap::from([("token".to_owned(), "typed".to_owned())]);
    let data = bind_secrets(&workflow(), &environment, false, &overrides).unwrap();
    assert_eq!(data["token"].expose(), "typed");
    assert_eq!(data["password"].expose(), "real-password");
    assert!(data.values().all(|datum| datum.is_secret()));
}

#[test]
fn the_sandbox_has_its_own_secrets() {
    let overrides = BTreeMap::from([("mailbox".to_owned(), "imap://127.0.0.1".to_owned())]);
    let data = bind_secrets(&workflow(), &environment, true, &overrides).unwrap();
    assert_eq!(data["mailbox"].expose(), "imap://127.0.0.1");
    assert_eq!(data["token"].expose(), "test-token");
    assert_eq!(data["password"].expose(), &json!(null));
}

#[test]
fn an_override_of_no_secret_is_an_error() {
    let overrides = BTreeMap::from([("mailbx".to_owned(), "x".to_owned())]);
    let errors = bind_secrets(&workflow(), &environment, true, &overrides).unwrap_err();
    assert_eq!(errors[0].to_string(), "the workflow has no secret `mailbx`; did you mean `mailbox`?");
}
