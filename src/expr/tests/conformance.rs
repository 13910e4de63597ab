//! The public conformance cases of CEL, for what the language has of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::values::Values;
use crate::expr::{NeedsStatus, Place, Positions, Reference, Template, ValueType};

#[derive(Deserialize)]
struct Case {
    case: String,
    expr: String,
    #[serde(default)]
    inputs: Value,
    /// Absent if there is none.
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
    #[serde(rename = "type")]
    ty: Option<String>,
    /// CEL evaluates it without a look at its types.
    #[serde(default)]
    unchecked: bool,
}

#[derive(Deserialize)]
struct Deviation {
    case: String,
    here: Value,
    why: String,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../fixtures/language/cel/conformance.json")).unwrap()
}

fn scope(case: &Case) -> Values {
    Values { inputs: case.inputs.clone(), needs: NeedsStatus::default() }
}

fn input_type(inputs: &Value, reference: &Reference) -> ValueType {
    match reference {
        Reference::Input(name) => ValueType::of(&inputs[name.as_str()]),
        other => panic!("{other}"),
    }
}

/// What becomes of the expression here: a value, `refused` before the run, or `error` in it.
fn outcome(case: &Case) -> Value {
    let Ok(template) = Template::bare_at(&case.expr, &Positions::Verbatim(0), Place::Value) else {
        return json!("refused");
    };
    let mut faults = Vec::new();
    template.infer(&|reference| input_type(&case.inputs, reference), &mut faults);
    match template.evaluate(&scope(case)) {
        _ if !faults.is_empty() && !case.unchecked => json!("refused"),
        Ok(datum) => json!({ "value": datum.expose() }),
        Err(_) => json!("error"),
    }
}

/// Whether that is what the specification says. What it says to be an error may as well be refused before.
fn conforms(case: &Case, here: &Value) -> bool {
    match &case.value {
        Some(value) => *here == json!({ "value": value }),
        None => here.is_string(),
    }
}

#[test]
fn the_language_differs_from_cel_where_it_is_said_to() {
    let listed: Vec<Deviation> =
        serde_json::from_str(include_str!("../../../fixtures/language/cel/deviations.json")).unwrap();
    let listed: BTreeMap<&str, &Value> = listed
        .iter()
        .map(|deviation| {
            assert!(!deviation.why.is_empty());
            (deviation.case.as_str(), &deviation.here)
        })
        .collect();
    let cases = cases();
    let found: Vec<(&str, Value)> = cases
        .iter()
        .map(|case| (case, outcome(case)))
        .filter(|(case, here)| !conforms(case, here))
        .map(|(case, here)| (case.case.as_str(), here))
        .collect();
    let found: BTreeMap<&str, &Value> = found.iter().map(|(case, here)| (*case, here)).collect();
    let new: Vec<_> = found.iter().filter(|(case, here)| listed.get(*case) != Some(here)).collect();
    let gone: Vec<_> = listed.keys().filter(|case| !found.contains_key(*case)).collect();
    assert!(new.is_empty() && gone.is_empty(), "not listed: {new:#?}\nlisted, and conforming: {gone:#?}");
}

#[test]
fn the_type_of_an_expression_is_that_of_cel() {
    let mut known = 0;
    for case in cases().iter().filter(|case| !case.unchecked) {
        let Some(wanted) = case.ty.as_deref().and_then(type_of) else { continue };
        let Ok(template) = Template::bare_at(&case.expr, &Positions::Verbatim(0), Place::Value) else { continue };
        let found = template.infer(&|reference| input_type(&case.inputs, reference), &mut Vec::new());
        let agrees = found == wanted || (found.may_be(&wanted) && wanted.may_be(&found));
        assert!(agrees, "{}: {} is {found:?}, not {wanted:?}", case.case, case.expr);
        known += usize::from(found != ValueType::Any);
    }
    assert!(known > 400, "{known}");
}

/// `list(int)` and its like; `None` of what may be anything.
fn type_of(name: &str) -> Option<ValueType> {
    Some(match name {
        "int" => ValueType::Integer,
        "double" => ValueType::Double,
        "string" => ValueType::String,
        "bool" => ValueType::Boolean,
        "null" => ValueType::Null,
        "dyn" => return None,
        map if map.starts_with("map(") => ValueType::Object,
        list => ValueType::list(type_of(list.strip_prefix("list(")?.strip_suffix(')')?).unwrap_or(ValueType::Any)),
    })
}
