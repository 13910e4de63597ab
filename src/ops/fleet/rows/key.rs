//! What tells a row from the others.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::OpError;
use super::cell::{Fault, word};
use crate::diagnostic::nearest;
use crate::fleet::RowKey;
use crate::id::hex;
use crate::secret::Data;
use crate::workflow::{Type, Workflow};

/// Hex digits of a key that is made of a row's content.
const DIGITS: usize = 16;

/// How rows are told apart.
pub(super) enum Identity {
    /// By all public values that a row gives itself, in whatever order.
    Content,
    /// By columns, which need not be inputs.
    Columns(Vec<String>),
}

impl Identity {
    pub fn parse(workflow: &Workflow, columns: Option<&str>) -> Result<Self, OpError> {
        let Some(text) = columns else { return Ok(Self::Content) };
        let columns: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        let refused = |why: String| Err(OpError::Usage(format!("--key: {why}")));
        for (at, name) in columns.iter().enumerate() {
            if name.is_empty() || columns[..at].contains(name) {
                return refused(format!("`{}` is not a list of columns, such as email,team", text.escape_debug()));
            }
            match workflow.inputs.iter().find(|input| input.name.as_str() == name) {
                Some(input) if input.secret => return refused(format!("`{name}` is secret, and keys are shown")),
                Some(input) if matches!(input.ty, Type::Array(_) | Type::Object) => {
                    return refused(format!("`{name}` is an {}, which makes no key", input.ty));
                }
                _ => {}
            }
        }
        Ok(Self::Columns(columns))
    }

    /// Whether a column is for keys.
    pub fn has(&self, column: &str) -> bool {
        matches!(self, Self::Columns(columns) if columns.iter().any(|name| name == column))
    }

    /// A column for keys that is not among `columns`, told with what may be meant.
    pub fn missing(&self, columns: &[String]) -> Option<String> {
        let Self::Columns(wanted) = self else { return None };
        let missing = wanted.iter().find(|name| !columns.contains(name))?;
        let near = nearest(missing, columns.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{}`?", near.escape_debug())).unwrap_or_default();
        Some(format!("--key: there is no column `{}`{near}", missing.escape_debug()))
    }

    /// The key of a row: of the values that it gives itself, by name, and of the words in columns that are no inputs.
    pub fn of(&self, inputs: &Data, own: &[String], words: &BTreeMap<String, Option<String>>) -> Result<RowKey, Fault> {
        let (text, column) = match self {
            Self::Content => (content(inputs, own)?, None),
            Self::Columns(columns) => {
                let words = columns.iter().map(|name| part(name, inputs, own, words)).collect::<Result<Vec<_>, _>>()?;
                match words.as_slice() {
                    [word] => (word.clone(), columns.first().cloned()),
                    words => (words.iter().map(|word| guarded(word)).collect::<Vec<_>>().join(","), None),
                }
            }
        };
        RowKey::new(&text).map_err(|error| Fault { column, reason: error.to_string() })
    }
}

fn part(name: &str, inputs: &Data, own: &[String], words: &BTreeMap<String, Option<String>>) -> Result<String, Fault> {
    let fault = |reason: &str| Fault { column: Some(name.to_owned()), reason: reason.to_owned() };
    let word = match words.get(name) {
        Some(word) => word.clone(),
        None if own.iter().any(|own| own == name) => {
            inputs.get(name).map_or(Some(String::new()), |datum| word(datum.expose()))
        }
        None => Some(String::new()),
    };
    match word {
        None => Err(fault("a list or an object makes no key")),
        Some(word) if word.is_empty() => Err(fault("it is empty, and it tells the rows apart")),
        Some(word) => Ok(word),
    }
}

/// So that `a,b` and `c` are not `a` and `b,c`.
fn guarded(word: &str) -> String {
    word.replace('\\', "\\\\").replace(',', "\\,")
}

/// A digest of the JSON of what the row gives, with all names sorted. Secrets are left out: a key is shown, and who has
/// guessed a secret could make sure by its digest.
fn content(inputs: &Data, own: &[String]) -> Result<String, Fault> {
    let public = inputs.iter().filter(|(name, datum)| !datum.is_secret() && own.contains(name));
    let content: Map<String, Value> = public.map(|(name, datum)| (name.clone(), datum.expose().clone())).collect();
    if content.is_empty() {
        return Err(Fault::whole("all that it gives is secret, and keys are shown: give it a public column for --key"));
    }
    let mut content = Value::Object(content);
    content.sort_all_objects();
    let mut digits = hex(&Sha256::digest(content.to_string().as_bytes()));
    digits.truncate(DIGITS);
    Ok(digits)
}
