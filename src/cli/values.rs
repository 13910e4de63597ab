//! Values for inputs: from the command line, files, standard input and the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::environment;
use crate::workflow::{Given, Workflow};

/// A value from a file or from standard input is at most this long.
const MAX_VALUE: u64 = 1024 * 1024;

/// What the user gave. `-i` wins over `--inputs`, which wins over the environment.
pub fn given(workflow: &Workflow, pairs: &[String], file: Option<&Path>) -> Result<BTreeMap<String, Given>, String> {
    let mut given = BTreeMap::new();
    for input in &workflow.inputs {
        if let Some(text) = environment::input(input.name.as_str()) {
            given.insert(input.name.to_string(), Given::Text(text));
        }
    }
    if let Some(path) = file {
        given.extend(document(path)?);
    }
    let mut named = BTreeSet::new();
    for pair in pairs {
        let (name, value) = self::pair(pair)?;
        if !named.insert(name) {
            return Err(format!("the input `{name}` is given twice; a list is one value: {name}=A,B"));
        }
        let of_input = |error| format!("the input `{name}`: {error}");
        let secret = workflow.inputs.iter().any(|input| input.name.as_str() == name && input.secret);
        let text = match from_elsewhere(value).map_err(of_input)? {
            Some(text) => text,
            None if secret => {
                return Err(format!(
                    "`{name}` is secret, and others can read a process's arguments: use {name}=@FILE, {name}=@- or \
                     ONRAMP_INPUT_{}",
                    name.to_ascii_uppercase()
                ));
            }
            None => value.to_owned(),
        };
        given.insert(name.to_owned(), Given::Text(text));
    }
    Ok(given)
}

/// NAME and VALUE.
pub fn pair(pair: &str) -> Result<(&str, &str), String> {
    pair.split_once('=').ok_or_else(|| format!("`{pair}` is not NAME=VALUE"))
}

/// What `@FILE` or `@-` stands for; `None` for a value that is what it says.
pub fn from_elsewhere(value: &str) -> Result<Option<String>, String> {
    match value.strip_prefix('@') {
        Some("-") => read(std::io::stdin(), "standard input").map(Some),
        Some(path) => open(Path::new(path)).and_then(|file| read(file, path)).map(Some),
        None => Ok(None),
    }
}

fn document(path: &Path) -> Result<BTreeMap<String, Given>, String> {
    let shown = path.display().to_string();
    let text = read(open(path)?, &shown)?;
    let object: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| format!("{shown} is not a JSON object: {error}"))?;
    Ok(object.into_iter().map(|(name, value)| (name, Given::Json(value))).collect())
}

pub fn open(path: &Path) -> Result<std::fs::File, String> {
    std::fs::File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The text, without the line end that editors and `echo` add.
pub fn read(from: impl std::io::Read, name: &str) -> Result<String, String> {
    let mut text = String::new();
    let size = from.take(MAX_VALUE + 1).read_to_string(&mut text).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => format!("{name} is not text in UTF-8"),
        _ => format!("cannot read {name}: {error}"),
    })?;
    if size as u64 > MAX_VALUE {
        return Err(format!("{name} is larger than {MAX_VALUE} bytes"));
    }
    Ok(text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text).to_owned())
}
