//! The file as a whole, its inputs, secrets and outputs.

use serde_json::{Value, json};

use super::step::{headers, retry};
use super::value::{constant, count, or_expression};
use super::{defined, described, named, object};
use crate::workflow::Type;
use crate::workflow::decode::{defaults, document, input, limits, output, secret};
use crate::workflow::rules::{FORMATS, bound_keys};

pub(super) fn file() -> Value {
    let mut file = object(document::KEYS, &["steps"], |key| match key {
        "name" => described(defined("text"), "The workflow's name; else the file's."),
        "description" => described(defined("text"), "What it is for."),
        "inputs" => described(named(input_of()), "What a run is given."),
        "secrets" => described(named(secret_of()), "What a run is given in secret, from environment variables."),
        "max-parallel" => described(count(1, 10_000), "So many steps and matrix items at most at a time."),
        "rate" => described(rate(), "So many tries at most begin within a time: `20/m`."),
        "timeout" => described(defined("duration"), "For the whole run."),
        "on-failure" => json!({ "const": "teardown", "description": "What a failed run made is taken back at once." }),
        "defaults" => described(defaults_of(), "For each step that does not say otherwise."),
        "steps" => {
            let mut steps = named(defined("step"));
            steps["minProperties"] = 1.into();
            described(
                steps,
                "What is done, by ids of one's own. Steps that do not wait for each other run at the same time.",
            )
        }
        "outputs" => described(named(output_of()), "What a run gives."),
        _ => json!({}),
    });
    file["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    file["title"] = "An onramp workflow".into();
    file
}

fn input_of() -> Value {
    let mut schema = object(input::KEYS, &[], |key| match key {
        "description" => described(defined("text"), "For people."),
        "sandbox" => json!({ "description": "With --sandbox, when nothing is given; wins over the default." }),
        "default" => json!({ "description": "When nothing is given." }),
        "optional" => described(defined("flag"), "May be absent, and is null then."),
        "secret" => described(defined("flag"), "Never shown, and sealed where it is stored."),
        "items" => object(input::ITEM_KEYS, &[], rule),
        other => rule(other),
    });
    schema["allOf"] = Value::Array(input::TYPES.iter().map(|name| typed(name)).collect());
    schema
}

/// What goes with one type of an input, and what does not.
fn typed(name: &str) -> Value {
    let ty = match name {
        "string" => Type::String,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "duration" => Type::Duration,
        "array" => Type::array(Type::Any),
        _ => Type::Object,
    };
    let value = constant(&ty);
    let mut properties = json!({ "default": value, "sandbox": value, "enum": { "items": value } });
    let own = bound_keys(&ty).unwrap_or_default();
    for key in ["min-length", "max-length", "min-items", "max-items", "minimum", "maximum"] {
        if !own.contains(&key) {
            properties[key] = false.into();
        }
    }
    if ty != Type::String {
        (properties["format"], properties["pattern"]) = (false.into(), false.into());
    }
    if !matches!(ty, Type::Array(_)) {
        properties["items"] = false.into();
    }
    // An input without a type is a string.
    let required = if ty == Type::String { json!([]) } else { json!(["type"]) };
    json!({ "if": { "properties": { "type": { "const": name } }, "required": required }, "then": { "properties": properties } })
}

fn rule(key: &str) -> Value {
    match key {
        "type" => json!({ "enum": input::TYPES }),
        "format" => json!({ "enum": FORMATS }),
        "pattern" => json!({ "type": "string", "description": "A regular expression that is found in the text." }),
        "enum" => json!({ "type": "array", "minItems": 1, "description": "The only values allowed." }),
        "minimum" | "maximum" => json!({ "type": "number" }),
        "min-length" | "max-length" | "min-items" | "max-items" => json!({ "type": "integer", "minimum": 0 }),
        _ => json!({}),
    }
}

fn secret_of() -> Value {
    object(secret::KEYS, &[], |key| match key {
        "env" => described(defined("variable"), "The environment variable that it is read from."),
        "sandbox" => described(defined("text"), "Its value with --sandbox."),
        "optional" => described(defined("flag"), "May be absent, and is null then."),
        _ => defined("text"),
    })
}

fn output_of() -> Value {
    let map = object(output::KEYS, &["value"], |key| match key {
        "value" => or_expression(&Type::Any),
        "secret" => described(defined("flag"), "Never shown, and sealed where it is stored."),
        "env" => described(defined("variable"), "The name under which it is exported to an environment."),
        _ => defined("text"),
    });
    json!({ "if": { "type": "object" }, "then": map })
}

fn defaults_of() -> Value {
    object(defaults::KEYS, &[], |key| match key {
        "retry" => retry(),
        "headers" => headers(),
        _ => defined("duration"),
    })
}

fn rate() -> Value {
    let map = object(limits::RATE_KEYS, limits::RATE_KEYS, |key| match key {
        "count" => count(1, limits::MAX_RATE),
        _ => defined("duration"),
    });
    json!({ "anyOf": [{ "type": "string", "pattern": "^[0-9]+ */ *[smh]$" }, map] })
}
