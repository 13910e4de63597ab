//! The JSON Schema of a workflow file, for editors: made from the keys that the reading knows and from what the actions state
//! about themselves. Where it is stricter or laxer than the checks is said in `docs/language.md`.

mod action;
mod file;
mod step;
#[cfg(test)]
mod tests;
mod value;

use serde_json::{Map, Value, json};

use super::Catalogue;

/// JSON Schema 2020-12.
pub fn schema(catalogue: &Catalogue) -> Value {
    let mut definitions = value::definitions();
    definitions.extend(action::definitions(catalogue));
    definitions.insert("step".into(), step::step(catalogue));
    let mut schema = file::file();
    schema["$defs"] = Value::Object(definitions);
    schema
}

/// A map that takes these keys and no others. A key that `property` says nothing about may hold anything.
fn object(keys: &[&str], required: &[&str], property: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), property(key))).collect();
    let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A map by names of one's own.
fn named(of: Value) -> Value {
    json!({ "type": "object", "propertyNames": defined("name"), "additionalProperties": of })
}

fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}
