//! What a condition on the rows of a fleet may name.

use super::names::Resolver;
use super::{Reference, ValueType};
use crate::diagnostic::nearest;

/// What is known of a row without looking at its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowValue {
    Key,
    Number,
    Status,
    Attempts,
    ErrorCode,
    ErrorKind,
    ErrorMessage,
    ErrorStep,
}

impl RowValue {
    const ALL: [Self; 8] = [
        Self::Key,
        Self::Number,
        Self::Status,
        Self::Attempts,
        Self::ErrorCode,
        Self::ErrorKind,
        Self::ErrorMessage,
        Self::ErrorStep,
    ];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "row.key",
            Self::Number => "row.number",
            Self::Status => "status",
            Self::Attempts => "attempts",
            Self::ErrorCode => "error.code",
            Self::ErrorKind => "error.kind",
            Self::ErrorMessage => "error.message",
            Self::ErrorStep => "error.step",
        }
    }

    pub const fn value_type(self) -> ValueType {
        match self {
            Self::Number | Self::Attempts => ValueType::Integer,
            _ => ValueType::String,
        }
    }

    /// The name in two, where it has a root.
    pub(super) fn parts(self) -> (&'static str, Option<&'static str>) {
        self.name().split_once('.').map_or((self.name(), None), |(root, field)| (root, Some(field)))
    }
}

/// The value of that name, and how many words the name has.
pub(super) fn row_value(root: &str, field: Option<&str>) -> Option<(RowValue, usize)> {
    let whole = RowValue::ALL.into_iter().find(|value| value.parts() == (root, None)).map(|value| (value, 1));
    let inside = || RowValue::ALL.into_iter().find(|value| value.parts() == (root, field)).map(|value| (value, 3));
    whole.or_else(inside)
}

impl Resolver<'_> {
    /// In a condition on rows.
    pub(super) fn of_row(&mut self, at: usize) -> usize {
        let (root, field) = (self.text(at), self.field(at));
        if let Some((value, words)) = row_value(root, field) {
            return self.refer(Reference::Row(value), at, at + words - 1);
        }
        let name = field.map_or_else(|| root.to_owned(), |field| format!("{root}.{field}"));
        let all = RowValue::ALL.map(RowValue::name);
        let help = match nearest(&name, all) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("of a row is known: {}", all.join(", ")),
        };
        let last = if field.is_some() { at + 2 } else { at };
        self.fault("E0121", at, last, format!("unknown name `{name}`"), Some(help));
        last + 1
    }
}
