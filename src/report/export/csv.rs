//! A table for people and their spreadsheets: what would be taken for a formula or a command is made text, so that such a
//! value is not what it was. JSON has the values as they are.

use serde_json::Value;

use super::ci::begins_command;
use super::{Exported, text};
use crate::diagnostic::escape;

pub(super) const HEAD: &str = "output,variable,value\n";

pub(super) fn row(output: &Exported, value: &Value) -> String {
    format!("{},{},{}\n", output.name, output.variable, cell(value))
}

/// A value in a cell.
pub(in crate::report) fn cell(value: &Value) -> String {
    quoted(&match value {
        Value::Null => String::new(),
        Value::Number(number) => number.to_string(),
        other => inert(&text(other)),
    })
}

/// A quote in front makes text of what would be a formula.
fn inert(text: &str) -> String {
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}');
    let inert_line = |line: &str| if begins_command(line) { format!("'{line}") } else { line.to_owned() };
    let lines: Vec<String> =
        escape(text).replace("##", "#'#").replace("##", "#'#").split('\n').map(inert_line).collect();
    let begins_formula = text.trim_start().starts_with(formula) || text.starts_with(['\t', '\r']);
    format!("{}{}", if begins_formula { "'" } else { "" }, lines.join("\n"))
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\'', ' ', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
