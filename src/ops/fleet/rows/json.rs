//! JSON: an object on each line, or a list of objects.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::OpError;
use super::cell::{Cell, Cells, Fault};
use super::sheet::Sheet;
use super::text::{MAX_ROW, Text};

/// An object on each line that is not empty.
pub(super) fn lines(text: &mut Text<'_>, sheet: &mut Sheet<'_>) -> Result<(), OpError> {
    while text.peek()?.is_some() {
        let (number, mut line) = (text.line(), Vec::new());
        while let Some(byte) = text.next()?.filter(|byte| *byte != b'\n') {
            if line.len() == MAX_ROW {
                return Err(text.too_large(number, ""));
            }
            line.push(byte);
        }
        if !line.trim_ascii().is_empty() {
            sheet.take(Some(number), cells(&line).map_err(Wrong::into_fault))?;
        }
    }
    Ok(())
}

/// A list of objects, one after the other: the whole is never in memory.
pub(super) fn list(text: &mut Text<'_>, sheet: &mut Sheet<'_>) -> Result<(), OpError> {
    blanks(text)?;
    if text.peek()?.is_none() {
        return Ok(());
    }
    if !text.takes(b'[')? {
        let why = "a list of objects is wanted, `[{ … }, …]`; `--format jsonl` reads an object from each line";
        return Err(text.broken(text.line(), why));
    }
    blanks(text)?;
    if !text.takes(b']')? {
        loop {
            blanks(text)?;
            let (line, item) = (text.line(), item(text)?);
            match cells(&item) {
                Err(Wrong::Syntax(error)) => {
                    let line = line + (error.line() as u64).saturating_sub(1);
                    return Err(text.broken(line, not_json(&error)));
                }
                cells => sheet.take(Some(line), cells.map_err(Wrong::into_fault))?,
            }
            blanks(text)?;
            if text.takes(b']')? {
                break;
            }
            if !text.takes(b',')? {
                return Err(text.broken(text.line(), "not JSON: `,` or `]` is wanted behind an object"));
            }
        }
    }
    blanks(text)?;
    match text.peek()? {
        None => Ok(()),
        Some(_) => Err(text.broken(text.line(), "not JSON: something stands behind the list")),
    }
}

fn blanks(text: &mut Text<'_>) -> Result<(), OpError> {
    while text.peek()?.is_some_and(|byte| byte.is_ascii_whitespace()) {
        text.next()?;
    }
    Ok(())
}

/// One item: as far as its brackets are open, and else to the next comma.
fn item(text: &mut Text<'_>) -> Result<Vec<u8>, OpError> {
    let line = text.line();
    let (mut item, mut depth, mut quoted) = (Vec::new(), 0usize, false);
    while let Some(byte) = text.peek()? {
        match byte {
            b'\\' if quoted => {
                item.push(byte);
                text.next()?;
            }
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b',' | b']' if depth == 0 => break,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        item.extend(text.next()?);
        if item.len() > MAX_ROW {
            return Err(text.too_large(line, ": is a quote or a bracket missing?"));
        }
        if depth == 0 && matches!(byte, b'}' | b']') && !quoted {
            break;
        }
    }
    Ok(item)
}

/// Why a text is no row.
enum Wrong {
    Syntax(serde_json::Error),
    Row(Fault),
}

impl Wrong {
    fn into_fault(self) -> Fault {
        match self {
            Self::Syntax(error) => Fault::whole(format!("{} at column {}", not_json(&error), error.column())),
            Self::Row(fault) => fault,
        }
    }
}

/// What the parser says of syntax repeats no values.
fn not_json(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let (why, _) = said.rsplit_once(" at line ").unwrap_or((said.as_str(), ""));
    format!("not JSON: {why}")
}

fn cells(text: &[u8]) -> Result<Cells, Wrong> {
    // What the parser says of an object that is none would repeat it.
    if !text.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice::<serde::de::IgnoredAny>(text).map_err(Wrong::Syntax)?;
        return Err(Wrong::Row(Fault::whole("a row is an object: `{\"NAME\": VALUE, …}`")));
    }
    if let Err(error) = str::from_utf8(text) {
        let why = format!("not text in UTF-8 from byte {} on", error.valid_up_to() + 1);
        return Err(Wrong::Row(Fault::whole(why)));
    }
    let Object { fields, twice } = serde_json::from_slice(text).map_err(Wrong::Syntax)?;
    match twice {
        Some(name) => Err(Wrong::Row(Fault { column: Some(name), reason: "it is there twice".to_owned() })),
        None => Ok(fields.into_iter().map(|(name, value)| (name, Cell::Json(value))).collect()),
    }
}

/// An object whose names are looked at one by one: a name that comes again is no reason to forget the first.
struct Object {
    fields: Vec<(String, Value)>,
    twice: Option<String>,
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let (mut fields, mut names, mut twice) = (Vec::new(), BTreeSet::new(), None);
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if !names.insert(name.clone()) {
                twice.get_or_insert(name.clone());
            }
            fields.push((name, value));
        }
        Ok(Object { fields, twice })
    }
}
