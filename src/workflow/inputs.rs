//! The values of inputs and secrets: given, by default, or for the sandbox.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::tree::{Scalar, Style};
use super::{Input, SecretInput, Type, Workflow, decode};
use crate::diagnostic::nearest;
use crate::secret::{Data, Datum};

/// A value for an input, as the user gave it.
#[derive(Debug, Clone)]
pub enum Given {
    /// From the command line or the environment: read towards the input's type. An array is JSON or comma-separated.
    Text(String),
    /// From a file, or from another run.
    Json(Value),
}

/// Why a run cannot start. Names inputs and types, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputError {
    UnknownInput { name: String, near: Option<String> },
    UnknownSecret { name: String, near: Option<String> },
    MissingInput { name: String, wanted: String, description: Option<String> },
    MissingSecret { name: String, env: Option<String>, description: Option<String> },
    Wrong { name: String, why: String },
}

/// The inputs of a run. A given value wins over one for the sandbox (used only if `sandbox`), which wins over the default;
/// what is optional and absent is null. All errors are found at once.
pub fn bind(workflow: &Workflow, given: &BTreeMap<String, Given>, sandbox: bool) -> Result<Data, Vec<InputError>> {
    let (data, errors) = bind_some(workflow, given, sandbox);
    if errors.is_empty() { Ok(data) } else { Err(errors) }
}

/// The inputs that have a value, and why the others have none.
pub fn bind_some(workflow: &Workflow, given: &BTreeMap<String, Given>, sandbox: bool) -> (Data, Vec<InputError>) {
    let known = || workflow.inputs.iter().map(|input| input.name.as_str());
    let mut errors: Vec<InputError> = given
        .keys()
        .filter(|name| !known().any(|known| known == name.as_str()))
        .map(|name| InputError::UnknownInput { name: name.clone(), near: nearest(name, known()).map(str::to_owned) })
        .collect();
    let mut data = Data::new();
    for input in &workflow.inputs {
        match value(input, given.get(input.name.as_str()), sandbox) {
            Ok(value) => {
                data.insert(input.name.to_string(), Datum::new(value, input.secret));
            }
            Err(error) => errors.push(error),
        }
    }
    (data, errors)
}

fn value(input: &Input, given: Option<&Given>, sandbox: bool) -> Result<Value, InputError> {
    let name = || input.name.to_string();
    let wrong = |why: String| InputError::Wrong { name: name(), why };
    let value = match given {
        Some(Given::Text(text)) => typed(text, &input.ty).map_err(|wanted| wrong(format!("{wanted} is wanted")))?,
        Some(Given::Json(Value::Null)) if input.optional => Value::Null,
        Some(Given::Json(value)) if conforms(value, &input.ty) => value.clone(),
        Some(Given::Json(_)) => return Err(wrong(format!("{} is wanted", wanted(&input.ty)))),
        None => {
            let sandboxed = input.sandbox.as_ref().filter(|_| sandbox);
            return match sandboxed.or(input.default.as_ref()) {
                Some(value) => Ok(value.clone()),
                None if input.optional => Ok(Value::Null),
                None => Err(InputError::MissingInput {
                    name: name(),
                    wanted: wanted(&input.ty),
                    description: input.description.clone(),
                }),
            };
        }
    };
    match input.rules.violation(&value) {
        Some(why) => Err(wrong(why)),
        None => Ok(value),
    }
}

/// The value of an input of a called file: what the caller gives it, else as for a run.
pub(crate) fn accept(input: &Input, given: Option<&Value>, sandbox: bool) -> Result<Value, InputError> {
    value(input, given.map(|value| Given::Json(value.clone())).as_ref(), sandbox)
}

/// The same of a secret: what the caller gives it, never the environment.
pub(crate) fn accept_secret(secret: &SecretInput, given: Option<&Value>, sandbox: bool) -> Result<Value, InputError> {
    let name = || secret.name.to_string();
    match given {
        Some(Value::String(text)) if !text.is_empty() => Ok(Value::from(text.as_str())),
        None if sandbox && secret.sandbox.is_some() => Ok(secret.sandbox.clone().map_or(Value::Null, Value::from)),
        None | Some(Value::Null) if secret.optional => Ok(Value::Null),
        Some(Value::Null) | None => {
            Err(InputError::MissingSecret { name: name(), env: None, description: secret.description.clone() })
        }
        Some(_) => Err(InputError::Wrong { name: name(), why: "a secret is a text, and not an empty one".to_owned() }),
    }
}

/// A value of type `ty`, written as text; else what is wanted.
pub fn typed(text: &str, ty: &Type) -> Result<Value, String> {
    from_text(text, ty).ok_or_else(|| wanted(ty))
}

fn from_text(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Array(_) if text.trim_start().starts_with('[') => {
            serde_json::from_str(text).ok().filter(|value| conforms(value, ty))
        }
        Type::Array(_) if text.trim().is_empty() => Some(Value::Array(Vec::new())),
        Type::Array(items) => text.split(',').map(|item| from_text(item.trim(), items)).collect(),
        Type::Object => serde_json::from_str(text).ok().filter(Value::is_object),
        Type::String => Some(Value::from(text)),
        Type::Any => Some(decode::plain_value(text)),
        _ => decode::literal_of_type(&Scalar { text: text.to_owned(), style: Style::Plain }, ty),
    }
}

/// Whether a JSON value is of the type.
fn conforms(value: &Value, ty: &Type) -> bool {
    match (ty, value) {
        (Type::Any, _) | (Type::String, Value::String(_)) | (Type::Boolean, Value::Bool(_)) => true,
        (Type::Number, Value::Number(_)) | (Type::Object, Value::Object(_)) => true,
        (Type::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Type::Duration, Value::String(text)) => super::parse_duration(text).is_some(),
        (Type::Array(items), Value::Array(values)) => values.iter().all(|value| conforms(value, items)),
        _ => false,
    }
}

fn wanted(ty: &Type) -> String {
    match ty {
        Type::Duration => "a duration such as `30s`".to_owned(),
        Type::Array(items) => format!("a list, comma-separated or as JSON, of {items}"),
        Type::Object => "a JSON object".to_owned(),
        Type::Integer => "an integer".to_owned(),
        Type::Boolean => "true or false".to_owned(),
        other => format!("a {other}"),
    }
}

/// The secrets of a run. `overrides` wins; then, with `sandbox`, the value for the sandbox; then the environment, which
/// `lookup` reads. In the sandbox an optional secret is not taken from the environment: a real one has no use there.
pub fn bind_secrets(
    workflow: &Workflow,
    lookup: &dyn Fn(&str) -> Option<String>,
    sandbox: bool,
    overrides: &BTreeMap<String, String>,
) -> Result<Data, Vec<InputError>> {
    let known = || workflow.secrets.iter().map(|secret| secret.name.as_str());
    let mut errors: Vec<InputError> = overrides
        .keys()
        .filter(|name| !known().any(|known| known == name.as_str()))
        .map(|name| InputError::UnknownSecret { name: name.clone(), near: nearest(name, known()).map(str::to_owned) })
        .collect();
    let mut data = Data::new();
    for secret in &workflow.secrets {
        let name = secret.name.to_string();
        let from_environment = || {
            let env = secret.env.as_deref().filter(|_| !(sandbox && secret.optional))?;
            lookup(env).filter(|value| !value.is_empty())
        };
        let value = overrides
            .get(&name)
            .cloned()
            .or_else(|| secret.sandbox.clone().filter(|_| sandbox))
            .or_else(from_environment);
        match value {
            Some(value) => {
                data.insert(name, Datum::secret(Value::String(value)));
            }
            None if secret.optional => {
                data.insert(name, Datum::secret(Value::Null));
            }
            None => errors.push(InputError::MissingSecret {
                name,
                env: secret.env.clone(),
                description: secret.description.clone(),
            }),
        }
    }
    if errors.is_empty() { Ok(data) } else { Err(errors) }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, name, near) = match self {
            Self::UnknownInput { name, near } => ("input", name, near),
            Self::UnknownSecret { name, near } => ("secret", name, near),
            Self::MissingInput { name, wanted, description } => {
                write!(f, "the input `{name}` is missing: {wanted}")?;
                return described(f, description);
            }
            Self::MissingSecret { name, env, description } => {
                write!(f, "the secret `{name}` is missing")?;
                if let Some(env) = env {
                    write!(f, ": set {env} in the environment")?;
                }
                return described(f, description);
            }
            Self::Wrong { name, why } => return write!(f, "the input `{name}`: {why}"),
        };
        write!(f, "the workflow has no {what} `{}`", name.escape_debug())?;
        near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
    }
}

fn described(f: &mut fmt::Formatter<'_>, description: &Option<String>) -> fmt::Result {
    description.as_ref().map_or(Ok(()), |text| write!(f, " ({text})"))
}

impl std::error::Error for InputError {}

#[cfg(test)]
mod tests;
