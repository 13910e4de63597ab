//! Lines for `eval` in a POSIX shell.

use super::ci::begins_command;
use crate::diagnostic::is_hostile;

pub(super) fn line(variable: &str, text: &str) -> String {
    format!("export {variable}={}\n", quoted(text))
}

/// In single quotes, which are closed and opened again where the text must be broken up: before a line that a CI system
/// would obey, and within `##`. A character that commands a terminal is printed by the shell itself.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\'' => quoted.push_str(r"'\''"),
            '\n' => {
                quoted.push('\n');
                if begins_command(rest.as_str()) {
                    quoted.push_str("''");
                }
            }
            '#' if rest.as_str().starts_with('#') => quoted.push_str("#''"),
            '\t' => quoted.push(c),
            c if is_hostile(c) => quoted.push_str(&format!(r#"'"$(printf '{}')"'"#, octal(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

fn octal(c: char) -> String {
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:03o}")).collect()
}
