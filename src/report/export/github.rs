//! Lines for the files `$GITHUB_ENV` and `$GITHUB_OUTPUT`, and the commands that keep secrets out of a job's log.

use serde_json::Value;

use super::text;

/// No value can end its own block: the delimiter is one that does not occur in it.
pub(super) fn lines(variable: &str, text: &str) -> String {
    let mut delimiter = "ONRAMP_END".to_owned();
    for number in 1.. {
        if !text.contains(&delimiter) {
            break;
        }
        delimiter = format!("ONRAMP_END_{number}");
    }
    format!("{variable}<<{delimiter}\n{text}\n{delimiter}\n")
}

/// Masks each line of a secret, and of every text in it.
pub(super) fn masks(value: &Value) -> String {
    let mut texts = vec![text(value)];
    inside(value, &mut texts);
    let mut masks: Vec<String> = Vec::new();
    for line in texts.iter().flat_map(|text| text.split(['\n', '\r'])).map(str::trim).filter(|line| !line.is_empty()) {
        // The runner takes these three for escapes; the text has no line ends any more.
        let mask = format!("::add-mask::{}\n", line.replace('%', "%25"));
        if !masks.contains(&mask) {
            masks.push(mask);
        }
    }
    masks.concat()
}

fn inside(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| inside(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| inside(field, texts)),
        Value::Null | Value::Bool(_) => {}
        leaf => texts.push(text(leaf)),
    }
}
