//! A value that knows whether it may be shown.

use serde_json::Value;

use super::{MASKED, Secret};

/// A JSON value, public or secret. Which of the two is decided where the value is named, never by looking at it.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    Public(Value),
    Secret(Secret<Value>),
}

impl Datum {
    pub fn new(value: Value, secret: bool) -> Self {
        if secret { Self::secret(value) } else { Self::Public(value) }
    }

    pub fn secret(value: Value) -> Self {
        Self::Secret(Secret::new(value))
    }

    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }

    /// The value itself, for those who do the work; never for those who show it.
    pub fn expose(&self) -> &Value {
        match self {
            Self::Public(value) => value,
            Self::Secret(secret) => secret.expose(),
        }
    }

    /// The value as it may be shown. A secret that is absent shows as null.
    pub fn masked(&self) -> Value {
        match self {
            Self::Public(value) => value.clone(),
            Self::Secret(secret) if secret.expose().is_null() => Value::Null,
            Self::Secret(_) => Value::String(MASKED.into()),
        }
    }
}

impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        Self::Public(value)
    }
}
