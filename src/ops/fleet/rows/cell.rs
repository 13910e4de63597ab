//! One value of a row, as its format has it.

use serde_json::Value;

use super::yaml::Node;
use crate::diagnostic::escape;
use crate::workflow::{Given, Type};

pub(super) enum Cell {
    /// Not given: an empty cell, or a null.
    Nothing,
    /// Read as a value on the command line is.
    Text(String),
    Json(Value),
    Yaml(Node),
}

/// A row: its cells by their columns.
pub(super) type Cells = Vec<(String, Cell)>;

/// What is wrong with a row before its values are looked at.
pub(super) struct Fault {
    pub column: Option<String>,
    pub reason: String,
}

impl Fault {
    pub fn whole(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into() }
    }
}

impl Cell {
    /// Towards an input's type.
    pub fn given(self, ty: &Type) -> Option<Given> {
        match self {
            Self::Nothing | Self::Json(Value::Null) => None,
            Self::Text(text) => Some(Given::Text(text)),
            Self::Json(value) => Some(Given::Json(value)),
            Self::Yaml(node) => node.given(ty),
        }
    }

    /// As a part of a key, in a column that is no input; `None` for a list or a map.
    pub fn word(self) -> Option<String> {
        match self {
            Self::Nothing => Some(String::new()),
            Self::Text(text) => Some(text),
            Self::Json(value) => word(&value),
            Self::Yaml(node) => node.word(),
        }
    }
}

/// As much of a text from outside as a person needs, on one line.
pub(super) fn shown(text: &str, most: usize) -> String {
    let cut: String = text.chars().take(most).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    let line: String = escape(&cut).chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    line + more
}

/// The same of a column's name. Those of inputs are whole.
pub(super) fn name(column: &str) -> String {
    shown(column, 64)
}

/// A value that is a part of a key; `None` for a list or an object.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
