//! Commands of ours as they are typed.

use std::path::Path;

use super::is_hostile;

/// Where runs are kept if nobody says otherwise.
pub const DEFAULT_STORE: &str = ".onramp";

/// The store as a command must name it, unless it is the usual one.
pub fn store_to_type(store: &Path) -> Option<String> {
    (store != Path::new(DEFAULT_STORE)).then(|| store.display().to_string())
}

/// `onramp VERB RUN`, as a line for a POSIX shell; an empty `run` is left out. `flags` begin with a blank, or are empty; `store` is named where it is not
/// the usual one.
pub fn command_line(verb: &str, run: &str, flags: &str, store: Option<&str>) -> String {
    let store = store.map(|store| format!(" --store {}", quoted(store))).unwrap_or_default();
    let run = if run.is_empty() { String::new() } else { format!(" {run}") };
    format!("onramp {verb}{run}{flags}{store}")
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
        assert_eq!(command_line("runs", "", "", Some("/tmp/a")), "onramp runs --store /tmp/a");
        assert_eq!(store_to_type(Path::new(".onramp")), None);
    }

    #[test]
    fn what_stands_in_a_command_commands_nobody_else() {
        assert_eq!(quoted("a\n::error::x"), r"'a\u{a}::error::x'");
        assert_eq!(quoted("##[group]"), "'#''#''[group]'");
    }
}
