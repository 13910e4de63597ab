//! Values of the file, each with its place. What is wrong with one is noted, and the next one read.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::nearest;

pub(super) type Key<'i> = Spanned<DeString<'i>>;
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// What is wrong, and at which byte.
pub(super) type Problem = (usize, String);

pub(super) struct Reader<'p> {
    /// Where the file is: what it names by a relative path lies below.
    pub folder: &'p Path,
    pub problems: Vec<Problem>,
}

impl Reader<'_> {
    /// The tables below `[part.NAME]`.
    pub fn each<'t, 'i>(&mut self, part: &'t Value<'i>) -> Vec<(String, &'t Value<'i>)> {
        let tables = self.table(part).into_iter().flatten();
        tables.map(|(name, table)| (name.get_ref().clone().into_owned(), table)).collect()
    }

    pub fn table<'t, 'i>(&mut self, value: &'t Value<'i>) -> Option<&'t DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.wrong(value, "a table"),
        }
    }

    pub fn text<'t>(&mut self, value: &'t Value<'_>) -> Option<&'t str> {
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Some(text),
            _ => self.wrong(value, "text that is not empty"),
        }
    }

    pub fn texts(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.text(item).map(str::to_owned)).collect(),
            _ => self.wrong(value, "a list of texts"),
        }
    }

    /// A path; a relative one begins at the file, wherever a command is run.
    pub fn path(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        self.text(value).map(|text| self.folder.join(text))
    }

    pub fn factor(&mut self, value: &Value<'_>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let factor = number.filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
        factor.or_else(|| self.wrong(value, "a number above 0"))
    }

    pub fn taken<T, E: Display>(&mut self, value: &Value<'_>, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.refuse(value, error.to_string())).ok()
    }

    pub fn wrong<T>(&mut self, value: &Value<'_>, expected: &str) -> Option<T> {
        self.refuse(value, format!("must be {expected}"));
        None
    }

    pub fn unknown(&mut self, key: &Key<'_>, known: &[&str]) {
        let name: &str = key.get_ref();
        let what = match nearest(name, known.iter().copied()) {
            Some(near) => format!("is not known; did you mean `{near}`?"),
            None => format!("is not known; here can stand {}", known.join(", ")),
        };
        self.refuse(key, format!("`{name}` {what}"));
    }

    pub fn refuse<T>(&mut self, place: &Spanned<T>, message: String) {
        self.problems.push((place.span().start, message));
    }
}
