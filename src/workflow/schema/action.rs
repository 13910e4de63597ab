//! What the actions state about themselves, as schemas.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::step::capture_of;
use super::value::or_expression;
use super::{defined, described, named};
use crate::workflow::{ActionSpec, Bounds, Catalogue, EffectRule, Parameter};

/// The parameters of each action.
pub(super) fn definitions(catalogue: &Catalogue) -> Map<String, Value> {
    specs(catalogue).map(|spec| (with_name(spec), parameters(spec))).collect()
}

/// The names of the actions, each with what it does.
pub(super) fn uses(catalogue: &Catalogue) -> Value {
    let one = |spec: &ActionSpec| json!({ "const": spec.name, "description": spec.doc });
    json!({ "anyOf": specs(catalogue).map(one).collect::<Vec<Value>>() })
}

/// For each action: where `key` names it, `with` holds its parameters.
pub(super) fn with<'a>(catalogue: &'a Catalogue, key: &'a str) -> impl Iterator<Item = Value> + 'a {
    specs(catalogue).map(move |spec| {
        let needed = spec.parameters.iter().any(|parameter| parameter.required);
        let required = if needed { json!(["with"]) } else { json!([]) };
        when(key, spec, json!({ "properties": { "with": defined(&with_name(spec)) }, "required": required }))
    })
}

/// For each action: the keys that it leaves to the step, and those that it does not.
pub(super) fn of_steps(catalogue: &Catalogue) -> impl Iterator<Item = Value> + '_ {
    specs(catalogue).map(|spec| {
        let mut properties = json!({
            "on-error": { "properties": { "when": { "items": { "enum": spec.errors }, "anyOf": [{ "type": "array" }, { "enum": spec.errors }] } } }
        });
        if let EffectRule::Always(_) = spec.effect {
            properties["effect"] = false.into();
        }
        if spec.captures {
            properties["probe"] = probe(spec);
            let taken: Vec<&str> = spec.outputs.iter().map(|output| output.name).collect();
            properties["outputs"] = json!({ "propertyNames": { "not": { "enum": taken } } });
        } else {
            (properties["probe"], properties["outputs"], properties["expect"]) = (false.into(), false.into(), false.into());
        }
        when("uses", spec, json!({ "properties": properties }))
    })
}

/// All codes that an action can end with.
pub(super) fn errors(catalogue: &Catalogue) -> Value {
    let all: BTreeSet<&str> = specs(catalogue).flat_map(|spec| &spec.errors).copied().collect();
    json!({ "enum": all })
}

fn specs(catalogue: &Catalogue) -> impl Iterator<Item = &ActionSpec> {
    catalogue.names().filter_map(|name| catalogue.get(name)).map(AsRef::as_ref)
}

fn with_name(spec: &ActionSpec) -> String {
    format!("with {}", spec.name).replace(' ', "_")
}

fn when(key: &str, spec: &ActionSpec, then: Value) -> Value {
    json!({ "if": { "properties": { key: { "const": spec.name } }, "required": [key] }, "then": then })
}

fn parameters(spec: &ActionSpec) -> Value {
    let names: Vec<&str> = spec.parameters.iter().map(|parameter| parameter.name).collect();
    let required: Vec<&str> = spec.parameters.iter().filter(|one| one.required).map(|one| one.name).collect();
    let mut schema = super::object(&names, &required, |name| spec.parameter(name).map_or_else(|| json!({}), parameter));
    exclude_bodies(spec, &mut schema);
    schema
}

/// A probe has the parameters of the step's own action, and says when it was done.
fn probe(spec: &ActionSpec) -> Value {
    let mut schema = parameters(spec);
    schema["properties"]["done-if"] = described(defined("condition"), "Over the answer: whether the step took effect.");
    schema["properties"]["outputs"] = named(capture_of());
    schema
}

/// A request has one body.
fn exclude_bodies(spec: &ActionSpec, schema: &mut Value) {
    let bodies = ["json", "form", "body"];
    if bodies.iter().all(|body| spec.parameter(body).is_some()) {
        let both = [(0, 1), (0, 2), (1, 2)].map(|(one, other)| json!({ "required": [bodies[one], bodies[other]] }));
        schema["not"] = json!({ "anyOf": both });
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let mut schema = or_expression(&parameter.ty);
    if !parameter.one_of.is_empty() {
        schema = json!({ "anyOf": [{ "enum": parameter.one_of }, defined("expression")] });
    }
    if let Some(form) = parameter.judges.schema {
        schema = json!({ "anyOf": [form(), defined("expression")] });
    }
    let within = match parameter.bounds {
        Some(Bounds::Range { least, most, step }) => {
            let range = json!({ "minimum": least, "maximum": most, "multipleOf": step });
            Some(json!({ "if": { "type": "number" }, "then": range }))
        }
        Some(Bounds::Fields) => {
            let scalar = json!({ "type": ["string", "number", "boolean", "null"] });
            Some(json!({ "if": { "type": "object" }, "then": { "additionalProperties": scalar } }))
        }
        _ => None,
    };
    if let Some(within) = within {
        schema = json!({ "allOf": [schema, within] });
    }
    described(schema, parameter.doc)
}
