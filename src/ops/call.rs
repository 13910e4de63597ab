//! One action by itself: a workflow of one step, put together from what the action states.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::validate::check;
use super::{Checked, OpError, Workspace};
use crate::diagnostic::{Source, nearest};
use crate::store::Origin;
use crate::workflow::{ActionSpec, Parameter, Type};

/// What stands where another run names its file, before the action's name.
const CALL: &str = "onramp call ";

/// The workflow that carries `action` out. Its inputs are the parameters in `given`, as NAME and value, and those that must be
/// given; its outputs are the action's.
pub fn call(workspace: &Workspace, action: &str, given: &[(&str, &str)]) -> Result<Checked, OpError> {
    let Some(spec) = workspace.registry.spec(action) else {
        return Err(OpError::Usage(unknown(workspace, action)));
    };
    if let Some((name, _)) = given.iter().find(|(name, _)| spec.parameter(name).is_none()) {
        return Err(OpError::Usage(no_parameter(&spec, name)));
    }
    if let Some((name, _)) = given.iter().find(|(name, _)| spec.parameter(name).is_some_and(|known| known.unstored)) {
        let message = format!("`{name}` is never stored: set {} in the environment instead", variable(name));
        return Err(OpError::Usage(message));
    }
    let source = Source::new(&format!("{CALL}{action}"), &workflow(&spec, given));
    Ok(check(workspace, source.into()))
}

/// The file that a run can be held against; none for a call, which has none.
pub(super) fn file(origin: &Origin) -> Option<PathBuf> {
    match &origin.workflow_file {
        Some(file) => Some(file.into()),
        None if origin.workflow_path.starts_with(CALL) => None,
        None => Some(origin.workflow_path.as_str().into()),
    }
}

fn workflow(spec: &ActionSpec, given: &[(&str, &str)]) -> String {
    let value = |name: &str| given.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
    let taken = spec.parameters.iter().filter(|parameter| parameter.required || value(parameter.name).is_some());
    let (unstored, taken): (Vec<&Parameter>, Vec<&Parameter>) = taken.partition(|parameter| parameter.unstored);
    let mut text = format!("name: {}\n", spec.name.replace(['.', '_'], "-"));
    for (index, parameter) in taken.iter().enumerate() {
        let ty = input_type(&parameter.ty, value(parameter.name).unwrap_or_default());
        let secret = if parameter.secret { ", secret: true" } else { "" };
        let head = if index == 0 { "inputs:\n" } else { "" };
        let about = serde_json::Value::from(parameter.doc);
        let _ = writeln!(text, "{head}  {}: {{ type: {ty}{secret}, description: {about} }}", parameter.name);
    }
    for (index, parameter) in unstored.iter().enumerate() {
        let (head, name) = (if index == 0 { "secrets:\n" } else { "" }, parameter.name);
        let about = serde_json::Value::from(parameter.doc);
        let _ = writeln!(text, "{head}  {name}: {{ env: {}, description: {about} }}", variable(name));
    }
    let _ = writeln!(text, "steps:\n  call:\n    uses: {}", spec.name);
    let with = taken.iter().map(|parameter| ("inputs", parameter.name));
    let with = with.chain(unstored.iter().map(|parameter| ("secrets", parameter.name)));
    for (index, (root, name)) in with.enumerate() {
        let head = if index == 0 { "    with:\n" } else { "" };
        let _ = writeln!(text, "{head}      {name}: \"${{{{ {root}.{name} }}}}\"");
    }
    for (index, output) in spec.outputs.iter().enumerate() {
        let head = if index == 0 { "outputs:\n" } else { "" };
        let secret = |name: &str| taken.iter().any(|parameter| parameter.name == name && parameter.secret);
        let secret = if output.is_secret(secret) { ", secret: true" } else { "" };
        let _ = writeln!(text, "{head}  {0}: {{ value: \"${{{{ steps.call.outputs.{0} }}}}\"{secret} }}", output.name);
    }
    text
}

/// Where an input is read from that no argument gives.
fn variable(name: &str) -> String {
    format!("ONRAMP_INPUT_{}", name.to_uppercase())
}

/// What is any value to the action is one of these, by how it is written.
fn input_type(ty: &Type, value: &str) -> String {
    match ty {
        Type::Array(_) => "array".to_owned(),
        Type::Any if value.starts_with('{') => "object".to_owned(),
        Type::Any if value.starts_with('[') => "array".to_owned(),
        Type::Any => "string".to_owned(),
        other => other.to_string(),
    }
}

fn unknown(workspace: &Workspace, action: &str) -> String {
    let catalogue = workspace.registry.catalogue();
    let near = nearest(action, catalogue.names()).map(|near| format!("did you mean `{near}`? "));
    format!("there is no action `{action}`; {}`onramp actions` lists them", near.unwrap_or_default())
}

fn no_parameter(spec: &ActionSpec, name: &str) -> String {
    let names: Vec<&str> = spec.parameters.iter().map(|parameter| parameter.name).collect();
    let near = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`? "));
    format!("`{}` has no parameter `{name}`; {}it takes {}", spec.name, near.unwrap_or_default(), names.join(", "))
}
