//! The schema says the same as the checks, where a schema can tell.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::schema;
use crate::action::Registry;
use crate::diagnostic::{Severity, Source};
use crate::plan;
use crate::workflow::decode::plain_value;
use crate::workflow::tree::{Kind, Node, Style, parse};
use crate::workflow::{Report, Sources, read_source};

/// Findings that are about the form of a file: keys, names, types and values that stand in a list.
const OF_FORM: [&str; 12] =
    ["E0104", "E0105", "E0106", "E0107", "E0110", "E0111", "E0112", "E0113", "E0114", "E0115", "E0116", "E0135"];
/// Findings about values, of which a schema knows some and not others.
const OF_VALUES: [&str; 4] = ["E0117", "E0129", "E0134", "E0150"];
/// What a called file takes stands in that file.
const OF_CALLED: [&str; 1] = ["call-inputs.yaml"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> Validator {
    let schema = schema(&Registry::builtin().catalogue());
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

/// As an editor reads it: by YAML's core schema.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.style == Style::Plain => plain_value(&scalar.text),
        Kind::Scalar(scalar) => Value::from(scalar.text.as_str()),
        Kind::List(items) => items.iter().map(value).collect(),
        Kind::Map(entries) => {
            let fields: Map<String, Value> =
                entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect();
            Value::Object(fields)
        }
    }
}

/// `None` if it is not YAML that workflows use.
fn document(source: &Source) -> Option<Value> {
    let mut report = Report::default();
    let node = parse(source, &mut report)?;
    report.into_findings().is_empty().then(|| value(&node))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files
}

#[test]
fn a_broken_file_is_refused_by_the_schema_as_far_as_it_is_about_form() {
    let (validator, catalogue) = (validator(), Registry::builtin().catalogue());
    let (mut differing, mut agreed) = (Vec::new(), [0, 0]);
    for path in files("fixtures/language/invalid") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(source) = read_source(&name, &fs::read(&path).unwrap()) else { continue };
        let Some(document) = document(&source) else { continue };
        let folder = path.parent().unwrap();
        let read = &mut |called: &str| fs::read_to_string(folder.join(called)).map_err(|error| error.to_string());
        let findings = plan::load(Sources::gather(source, read), &catalogue).diagnostics;
        let own = findings.iter().filter(|found| found.source.is_none() && found.severity == Severity::Error);
        let codes: Vec<&str> = own.map(|found| found.code).collect();
        let of_values = codes.iter().any(|code| OF_VALUES.contains(code));
        let codes: Vec<&str> = codes.into_iter().filter(|code| OF_FORM.contains(code)).collect();
        let wanted = codes.is_empty() || OF_CALLED.contains(&name.as_str());
        if validator.is_valid(&document) == wanted || (wanted && of_values) {
            agreed[usize::from(wanted)] += 1;
        } else {
            let why: Vec<String> =
                validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
            differing.push(format!("{name}: the checks say {codes:?}, the schema {why:#?}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(agreed[0] > 20 && agreed[1] > 5, "{agreed:?}");
}

#[test]
fn what_is_shipped_and_what_the_documents_show_keeps_the_schema() {
    let validator = validator();
    let shipped = files("workflows").into_iter().map(|path| fs::read_to_string(path).unwrap());
    let shown = fs::read_to_string(root().join("docs/language.md")).unwrap();
    let shown = shown.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned);
    let texts: Vec<String> = shipped.chain(shown).collect();
    assert!(texts.len() > 8);
    for text in texts {
        let document = document(&Source::new("test.yaml", &text)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{text}\n{errors:#?}");
    }
}

#[test]
fn the_committed_schema_is_the_one_that_is_made() {
    let committed = fs::read_to_string(root().join("schema/workflow.v1.json")).unwrap_or_default();
    let made = format!("{:#}\n", schema(&Registry::builtin().catalogue()));
    assert!(committed == made, "it differs: cargo run -- schema > schema/workflow.v1.json");
}

/// What an editor offers for a value: the constants and enumerations below it, references followed.
fn offered(whole: &Value, schema: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if let Some(reference) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        found.extend(offered(whole, &whole.pointer(reference).unwrap().clone()));
    }
    found.extend(schema["const"].as_str().map(str::to_owned));
    found.extend(schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    found.extend(schema["anyOf"].as_array().into_iter().flatten().flat_map(|one| offered(whole, one)));
    found
}

#[test]
fn an_editor_completes_actions_parameters_and_their_values() {
    let catalogue = Registry::builtin().catalogue();
    let schema = schema(&catalogue);
    let step = &schema["$defs"]["step"];
    assert_eq!(offered(&schema, &step["properties"]["uses"]), catalogue.names().collect::<Vec<_>>());
    assert_eq!(offered(&schema, &step["properties"]["effect"]), ["read", "repeat", "keyed", "once"]);
    let http = &schema["$defs"]["with_http"]["properties"];
    assert!(http["url"]["description"].is_string() && http["headers"].is_object());
    let methods = catalogue.get("http").unwrap().parameter("method").unwrap().one_of;
    assert_eq!(offered(&schema, &http["method"]), methods);
    // What holds for an action is asked only where it is named.
    let rules = step["allOf"].as_array().unwrap();
    let of_http = |rule: &&Value| rule["if"]["properties"]["uses"] == json!({ "const": "http" });
    assert!(rules.iter().filter(of_http).count() >= 2);
}
