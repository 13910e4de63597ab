//! What an answer is, and what its fields may be.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::modelslab::ApiError;
use crate::secret::Secret;
use crate::workflow::{OutputSpec, Type};

/// What an operation answers, read liberally: what a source does not promise is optional.
pub trait Answer: Sized {
    fn outputs() -> Vec<OutputSpec>;
    /// Reads the data of an answer, envelope taken off. An error if it lacks what cannot be done without.
    fn read(data: &Value) -> Result<Self, ApiError>;
    /// By the names of [`Answer::outputs`].
    fn values(&self) -> Values;
}

/// Outputs by name.
pub type Values = Vec<(&'static str, Value)>;

/// A value that is told.
pub trait Told: Sized {
    const SECRET: bool = false;
    fn ty() -> Type;
    /// `None` if `value`, which is not null, is not one.
    fn from_json(value: &Value) -> Option<Self>;
    fn to_json(&self) -> Value;
    /// What stands for a value that is not there; `None` if there must be one.
    fn absent() -> Option<Self> {
        None
    }
}

/// The output of an action that such a field becomes.
pub(super) fn output<T: Told>(name: &'static str, doc: &'static str) -> OutputSpec {
    if T::SECRET { OutputSpec::secret(name, T::ty(), doc) } else { OutputSpec::public(name, T::ty(), doc) }
}

/// The field `name` of `data`, from the first of `places` that has one, each a way through objects such as `wallet.balance`.
pub(super) fn field<T: Told>(data: &Value, name: &str, places: &[&str]) -> Result<T, ApiError> {
    let own = [name];
    let places = if places.is_empty() { &own } else { places };
    let found = places.iter().filter_map(|place| {
        let value = place.split('.').try_fold(data, |value, part| value.get(part))?;
        T::from_json(Some(value).filter(|value| !value.is_null())?)
    });
    let mut found = found;
    found.next().or_else(T::absent).ok_or_else(|| ApiError::unusable(&format!("the answer has no `{name}` in it")))
}

impl<T: Told> Told for Option<T> {
    const SECRET: bool = T::SECRET;

    fn ty() -> Type {
        T::ty()
    }

    fn from_json(value: &Value) -> Option<Self> {
        T::from_json(value).map(Some)
    }

    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Ids are numbers in some places and texts in others; they are only ever handed back.
impl Told for String {
    fn ty() -> Type {
        Type::String
    }

    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Told for Secret<String> {
    const SECRET: bool = true;

    fn ty() -> Type {
        Type::String
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| !text.is_empty()).map(|text| Self::new(text.to_owned()))
    }

    fn to_json(&self) -> Value {
        self.expose().as_str().into()
    }
}

/// Amounts come as numbers and as texts.
impl Told for f64 {
    fn ty() -> Type {
        Type::Number
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|number: &f64| number.is_finite())
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

impl Told for i64 {
    fn ty() -> Type {
        Type::Integer
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

impl Told for bool {
    fn ty() -> Type {
        Type::Boolean
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_bool().or_else(|| value.as_u64().filter(|number| *number < 2).map(|number| number == 1))
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

/// As the service writes it, in one form: documents have `Z` and `+00:00`.
impl Told for Timestamp {
    fn ty() -> Type {
        Type::String
    }

    fn from_json(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }

    fn to_json(&self) -> Value {
        self.to_string().into()
    }
}

/// Whatever it is.
impl Told for Value {
    fn ty() -> Type {
        Type::Any
    }

    fn from_json(value: &Value) -> Option<Self> {
        Some(value.clone())
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl Told for Vec<String> {
    fn ty() -> Type {
        Type::array(Type::String)
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |item: &Value| item.as_str().map(str::to_owned);
        value.as_array().map(|items| items.iter().filter_map(text).collect())
    }

    fn to_json(&self) -> Value {
        self.as_slice().into()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}
