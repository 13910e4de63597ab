//! What a CI system takes for a command when a job prints it.

/// GitHub's `::error::` at the beginning of a line; its older `##[error]`, Azure's `##vso[` and TeamCity's `##teamcity[`
/// anywhere in it. A carriage return begins a line, too.
pub(super) fn is_obeyed(line: &str) -> bool {
    let older = |(at, _): (usize, &str)| {
        let word = line[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
        word.starts_with('[')
    };
    line.split('\r').any(begins_command) || line.match_indices("##").any(older)
}

pub(super) fn begins_command(line: &str) -> bool {
    line.trim_start().starts_with("::")
}
