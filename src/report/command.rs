//! Commands of ours as they are typed.

use crate::diagnostic::is_hostile;

/// `onramp VERB RUN`, as a line for a POSIX shell. `flags` begin with a blank, or are empty; `store` is named where it is not
/// the usual one.
pub fn command_line(verb: &str, run: &str, flags: &str, store: Option<&str>) -> String {
    let store = store.map(|store| format!(" --store {}", quoted(store))).unwrap_or_default();
    format!("onramp {verb} {run}{flags}{store}")
}

/// As one word for a POSIX shell. Nothing in it commands a terminal or a CI system; such a word cannot be typed as it is.
pub fn quoted(word: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | ':' | ',');
    if !word.is_empty() && word.chars().all(harmless) {
        return word.to_owned();
    }
    let visible: String = word
        .chars()
        .flat_map(|c| if is_hostile(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] })
        .collect();
    let word = visible.replace('\'', r"'\''");
    if word.contains("##") { format!("'{}'", word.replace('#', "#''")) } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_blanks_is_one_word() {
        assert_eq!(quoted("/tmp/a-b.c"), "/tmp/a-b.c");
        assert_eq!(quoted("my runs"), "'my runs'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(command_line("show", "a", " --reveal", Some("my runs")), "onramp show a --reveal --store 'my runs'");
    }

    #[test]
    fn what_stands_in_a_command_commands_nobody_else() {
        assert_eq!(quoted("a\n::error::x"), r"'a\u{a}::error::x'");
        assert_eq!(quoted("##[group]"), "'#''#''[group]'");
    }
}
