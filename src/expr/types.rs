//! The types of values, as far as they are known before the run.

use std::fmt;

use serde_json::Value;

const MAX_LISTS: usize = 32;

/// What is known of a value before it is there. Each may be null as well: a step that was skipped has no outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueType {
    /// Nothing is known.
    Any,
    Null,
    Boolean,
    Integer,
    /// A number that CEL does not mix with integers, such as `2.5` or `2.0`.
    Double,
    /// An integer or a double.
    Number,
    String,
    List(Box<ValueType>),
    Object,
}

impl ValueType {
    /// Of lists in lists that are nested deeper than any answer is, nothing more is known: steps can be chained without end.
    pub fn list(items: ValueType) -> Self {
        Self::List(Box::new(if items.depth() < MAX_LISTS { items } else { Self::Any }))
    }

    fn depth(&self) -> usize {
        std::iter::successors(Some(self), |ty| match ty {
            Self::List(items) => Some(&**items),
            _ => None,
        })
        .count()
    }

    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Double,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(items) => Self::list(Self::any_of(items.iter().map(Self::of))),
            Value::Object(_) => Self::Object,
        }
    }

    /// What a value is that is one of these.
    pub(super) fn any_of(types: impl IntoIterator<Item = ValueType>) -> Self {
        types.into_iter().reduce(Self::or).unwrap_or(Self::Any)
    }

    /// What a value is that is the one or the other.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Null, one) | (one, Self::Null) => one,
            (one, other) if one.is_number() && other.is_number() => Self::Number,
            (Self::List(one), Self::List(other)) => Self::list(one.or(*other)),
            _ => Self::Any,
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Double | Self::Number)
    }

    /// Whether a value of this type may be one of type `wanted`. Null is one of none but `Any`.
    pub fn may_be(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Number, wanted) => wanted.is_number(),
            (Self::Integer | Self::Double, Self::Number) => true,
            (Self::List(items), Self::List(wanted)) => items.may_be(wanted),
            (one, wanted) => one == wanted && *one != Self::Null,
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Double => "a double",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List(items) => match **items {
                Self::Any | Self::Null => "a list",
                Self::Boolean => "a list of booleans",
                Self::Integer => "a list of integers",
                Self::Double | Self::Number => "a list of numbers",
                Self::String => "a list of strings",
                Self::List(_) => "a list of lists",
                Self::Object => "a list of objects",
            },
            Self::Object => "an object",
        })
    }
}
