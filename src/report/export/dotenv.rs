//! Lines of a `.env` file. Its readers agree on this much: a bare word; single quotes, in which nothing is special; double
//! quotes, in which a backslash is.

pub(super) fn line(variable: &str, text: &str) -> String {
    format!("{variable}={}\n", quoted(text))
}

fn quoted(text: &str) -> String {
    let harmless =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '+' | ',' | '%');
    if text.chars().all(harmless) {
        return text.to_owned();
    }
    if !text.contains(['\'', '\n', '\r']) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\\' | '"' | '$' | '`' => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
