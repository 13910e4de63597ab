//! A reference followed by fields and positions, `steps.list.outputs.body.items[0].id`: most expressions are one.
//! It is followed in the value itself, so that nothing is copied but the result.

use serde_json::Value;

use crate::diagnostic::kind;

use super::Reference;

#[derive(Debug, Clone)]
pub(super) struct Path {
    pub reference: Reference,
    pub steps: Vec<Access>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Access {
    Field(String),
    Item(usize),
}

impl Path {
    /// The value that the path leads to from `root`, or why there is none.
    pub fn follow<'v>(&self, root: &'v Value) -> Result<&'v Value, String> {
        self.steps.iter().try_fold(root, |value, access| match (access, value) {
            (Access::Field(name), Value::Object(fields)) => {
                fields.get(name).ok_or_else(|| format!("there is no field `{name}`"))
            }
            (Access::Item(index), Value::Array(items)) => {
                items.get(*index).ok_or_else(|| format!("there is no item {index}: the list has {} items", items.len()))
            }
            (Access::Field(name), other) => Err(format!("there is no field `{name}` in {}", kind(other))),
            (Access::Item(index), other) => Err(format!("there is no item {index} in {}", kind(other))),
        })
    }
}
