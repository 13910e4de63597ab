//! Answers that many operations give: lists, and what no document tells the shape of.

use serde_json::Value;

use super::answer::{Answer, Values};
use crate::modelslab::{ApiError, envelope};
use crate::workflow::{OutputSpec, Type};

/// A whole list. One that goes on over further pages is an error: who looks for something must not take a part for all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    pub items: Vec<T>,
}

impl<T: Answer> List<T> {
    /// An item as a step sees it: what is secret in it is left out, so that the list may be shown and gone through.
    fn shown(item: &T) -> Value {
        let secret: Vec<&str> = T::outputs().iter().filter(|output| output.secret).map(|output| output.name).collect();
        let values = item.values().into_iter().filter(|(name, _)| !secret.contains(name));
        values.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl<T: Answer> Answer for List<T> {
    fn outputs() -> Vec<OutputSpec> {
        let about = "The items, each an object without what is secret in it.";
        vec![
            OutputSpec::public("items", Type::array(Type::Object), about),
            OutputSpec::public("count", Type::Integer, "How many there are."),
        ]
    }

    fn read(data: &Value) -> Result<Self, ApiError> {
        let items = envelope::items(data.clone())?;
        Ok(Self { items: items.iter().map(T::read).collect::<Result<_, _>>()? })
    }

    fn values(&self) -> Values {
        let items: Vec<Value> = self.items.iter().map(Self::shown).collect();
        vec![("count", items.len().into()), ("items", items.into())]
    }
}

/// An answer whose shape no document tells: what came, as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Untold {
    pub data: Value,
}

impl Answer for Untold {
    fn outputs() -> Vec<OutputSpec> {
        vec![OutputSpec::public("data", Type::Any, "The answer's data as it came; its shape is not documented.")]
    }

    fn read(data: &Value) -> Result<Self, ApiError> {
        Ok(Self { data: data.clone() })
    }

    fn values(&self) -> Values {
        vec![("data", self.data.clone())]
    }
}
