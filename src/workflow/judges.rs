//! What an action refuses of a value beyond its type and bounds, found out before it is asked.

use std::fmt;

use serde_json::Value;

/// Why a value is refused, in words that do not repeat what could be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub why: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Refusal {
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for Refusal {}

type OfValue = fn(&Value) -> Result<(), Refusal>;
type OfField = fn(&str, Option<&Value>) -> Result<(), Refusal>;

/// An action's own judgement of a parameter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Judges {
    /// Of a value that is written out.
    pub value: Option<OfValue>,
    /// Of a field of an object, by its name and, if that is written out, its value.
    pub field: Option<OfField>,
    /// What of it a JSON Schema can tell.
    pub schema: Option<fn() -> Value>,
}

impl Judges {
    pub const NONE: Self = Self { value: None, field: None, schema: None };
}

impl PartialEq for Judges {
    fn eq(&self, other: &Self) -> bool {
        let addresses = |judges: &Self| {
            let (value, field) = (judges.value.map(|judge| judge as usize), judges.field.map(|judge| judge as usize));
            (value, field, judges.schema.map(|schema| schema as usize))
        };
        addresses(self) == addresses(other)
    }
}
