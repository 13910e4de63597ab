//! A step.

use serde_json::{Value, json};

use super::action::{errors, uses, with};
use super::value::{count, one_or_more};
use super::{defined, described, named, object};
use crate::workflow::decode::{capture, on_error, parameters, retry, step, strategy, undo};
use crate::workflow::{Catalogue, Effect, RetryClass};

/// The path of a file that a step calls.
const FILE: &str = r"^\.\.?/";

pub(super) fn step(catalogue: &Catalogue) -> Value {
    let mut schema = object(step::KEYS, &["uses"], |key| match key {
        "description" => described(defined("text"), "For people."),
        "uses" => {
            let file = json!({ "type": "string", "pattern": FILE, "description": "Another workflow file, from this one's folder." });
            json!({ "anyOf": [uses(catalogue), file] })
        }
        "with" => json!({ "type": "object", "description": "The action's parameters." }),
        "secrets" => described(named(json!({})), "What a called file is given of secrets."),
        "needs" => described(
            json!({ "anyOf": [defined("name"), { "type": "array", "items": defined("name") }] }),
            "What must have ended before; each reference to a step's output counts as well.",
        ),
        "if" => {
            described(defined("condition"), "A condition, with or without `${{ }}`; asked once all needs have ended.")
        }
        "strategy" => strategy_of(),
        "retry" => described(retry(), "How often it is tried in all, or more about it."),
        "timeout" => described(defined("duration"), "For the step with all its tries."),
        "attempt-timeout" => described(defined("duration"), "For each try."),
        "continue-on-error" => described(defined("flag"), "What waits for it goes on though it failed."),
        "settle" => described(defined("duration"), "How long after a try of unknown effect somebody looks."),
        "effect" => effect(),
        "expect" => object(&["status"], &["status"], |_| one_or_more(count(100, 599))),
        "outputs" => described(named(capture_of()), "What is taken out of the answer."),
        "probe" => {
            json!({ "type": "object", "required": ["done-if"], "description": "How to look whether it took effect." })
        }
        "undo" => calling(catalogue, undo::KEYS, "uses", &["uses"]),
        "on-error" => calling(catalogue, on_error::KEYS, "run", &["when", "run", "rerun-from"]),
        _ => json!({}),
    });
    let refused = step::KEYS.iter().filter(|key| !parameters::CALL_KEYS.contains(key));
    let refused: Value = refused.map(|key| ((*key).to_owned(), Value::Bool(false))).collect();
    let of_call = json!({
        "if": { "properties": { "uses": { "pattern": FILE } }, "required": ["uses"] },
        "then": { "properties": refused },
        "else": { "properties": { "secrets": false } }
    });
    let mut rules =
        vec![of_call, json!({ "if": { "required": ["strategy"] }, "then": { "properties": { "on-error": false } } })];
    rules.extend(with(catalogue, "uses"));
    rules.extend(super::action::of_steps(catalogue));
    schema["allOf"] = rules.into();
    schema
}

/// A map that names an action and its parameters: `undo` and `on-error`.
fn calling(catalogue: &Catalogue, keys: &[&str], action: &str, required: &[&str]) -> Value {
    let mut schema = object(keys, required, |key| match key {
        "uses" | "run" => uses(catalogue),
        "with" => json!({ "type": "object" }),
        "effect" => effect(),
        "when" => one_or_more(errors(catalogue)),
        "rerun-from" => defined("name"),
        "max" => count(1, 10),
        _ => json!({}),
    });
    schema["allOf"] = with(catalogue, action).collect();
    schema
}

fn effect() -> Value {
    let all = [Effect::Read, Effect::Repeat, Effect::Keyed, Effect::Once].map(Effect::as_str);
    json!({ "enum": all, "description": "What a second try would do, where the action leaves it to the step." })
}

fn strategy_of() -> Value {
    let mut items = named(json!({ "anyOf": [{ "type": ["array", "object"] }, defined("expression")] }));
    (items["minProperties"], items["properties"]) = (1.into(), json!({ "include": false, "exclude": false }));
    let strategy = object(strategy::KEYS, &["matrix"], |key| match key {
        "matrix" => {
            described(items.clone(), "Variables, each with a list or an object: the step runs once for each item.")
        }
        "max-parallel" => count(1, 10_000),
        "fail-fast" => described(defined("flag"), "When an item has failed, those that have not begun are skipped."),
        _ => json!({}),
    });
    described(strategy, "Runs the step once for each item of a list.")
}

pub(super) fn capture_of() -> Value {
    let sources = ["jsonpath", "header", "regex", "value"];
    let mut map = object(capture::KEYS, &[], |key| match key {
        "jsonpath" => json!({ "type": "string", "pattern": r"^\$", "description": "RFC 9535, over the parsed body." }),
        "header" => json!({ "type": "string", "description": "The name of a header." }),
        "regex" => {
            json!({ "type": "string", "description": "Over the body as text: its first group, or the whole match." })
        }
        "value" => described(defined("text"), "An expression over `response`."),
        "secret" => described(defined("flag"), "Never shown, and sealed where it is stored."),
        _ => json!({}),
    });
    map["oneOf"] = sources.map(|source| json!({ "required": [source] })).into_iter().collect();
    json!({ "anyOf": [defined("text"), map] })
}

/// `retry: 3`, or a map.
pub(super) fn retry() -> Value {
    let classes = RetryClass::ALL.map(RetryClass::as_str).map(Value::from).into_iter();
    // As a number it is read as it is written.
    let classes: Vec<Value> = classes.chain([429.into()]).collect();
    let tries = count(1, retry::MAX_ATTEMPTS);
    let map = object(retry::KEYS, &[], |key| match key {
        "max-attempts" => described(tries.clone(), "All tries together."),
        "factor" => json!({ "type": "number", "minimum": 1, "maximum": 100 }),
        "jitter" => defined("flag"),
        "when" => json!({ "type": "array", "items": { "enum": classes } }),
        _ => defined("duration"),
    });
    json!({ "anyOf": [tries, map] })
}

pub(super) fn headers() -> Value {
    json!({ "type": "object", "propertyNames": { "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" } })
}
