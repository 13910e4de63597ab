//! The one place that reads the environment.

use std::path::PathBuf;

use crate::ops::{MAILBOX_VARIABLE, Profile};
use crate::secret::Secret;
use crate::store::KeySource;

/// A variable that is set and not empty.
#[allow(clippy::disallowed_methods)] // this file is where the environment is read
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What the program was called with, its own name first.
pub fn words() -> impl Iterator<Item = std::ffi::OsString> {
    std::env::args_os()
}

/// Whether a flag is among the words, so that its value is not that of its variable.
pub fn is_typed(flag: &str) -> bool {
    words().any(|word| {
        word.to_str()
            .and_then(|word| word.strip_prefix(flag))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// `ONRAMP_INPUT_TEAM` for the input `team`.
pub fn input(name: &str) -> Option<String> {
    variable(&format!("ONRAMP_INPUT_{}", name.to_ascii_uppercase()))
}

/// The token that `onramp doctor` looks at.
pub fn token() -> Option<String> {
    input("token").or_else(|| variable("MODELSLAB_TOKEN"))
}

/// `NO_COLOR` is set to anything (no-color.org), or the terminal would not know what to make of it.
pub fn no_color() -> bool {
    variable("NO_COLOR").is_some() || terminal_is_dumb()
}

/// It knows no colours, and cannot move its cursor.
pub fn terminal_is_dumb() -> bool {
    variable("TERM").as_deref() == Some("dumb")
}

/// The locale's character set has more than ASCII.
pub fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    locale.is_none_or(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
}

/// Where the key is that seals runs: `ONRAMP_KEY`, `ONRAMP_KEY_FILE`, `ONRAMP_KEY_COMMAND`, else a file in the user's
/// configuration folder.
pub fn key_source() -> KeySource {
    if let Some(text) = variable("ONRAMP_KEY") {
        return KeySource::Text(Secret::new(text));
    }
    if let Some(path) = variable("ONRAMP_KEY_FILE") {
        return KeySource::File(path.into());
    }
    if let Some(command) = variable("ONRAMP_KEY_COMMAND") {
        return KeySource::Command(command);
    }
    match user_folder("XDG_CONFIG_HOME", ".config") {
        Some(folder) => KeySource::Default(folder.join("onramp/key")),
        None => KeySource::Homeless,
    }
}

/// Where embedded sandboxes keep what they know; `None` without a home.
pub fn sandboxes() -> Option<PathBuf> {
    Some(user_folder("XDG_STATE_HOME", ".local/state")?.join("onramp/sandbox"))
}

/// Where it is noted how far runs have come; `None` without a home.
pub fn witnesses() -> Option<PathBuf> {
    Some(user_folder("XDG_STATE_HOME", ".local/state")?.join("onramp/runs"))
}

/// Where it is noted which services' terms the user has read; `None` without a home.
pub fn terms() -> Option<PathBuf> {
    Some(user_folder("XDG_STATE_HOME", ".local/state")?.join("onramp/terms"))
}

/// The user's own file of profiles; `None` without a home.
pub fn profiles() -> Option<PathBuf> {
    Some(user_folder("XDG_CONFIG_HOME", ".config")?.join("onramp/onramp.toml"))
}

/// Reads variables for the secrets of a workflow.
pub type Reader<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

/// Variables, and the mailbox of the profile where its own is not set.
pub fn reader(profile: &Profile) -> impl Fn(&str) -> Option<String> + Sync + '_ {
    move |name| {
        let mailbox = || profile.mailbox.as_ref().filter(|_| name == MAILBOX_VARIABLE);
        variable(name).or_else(|| mailbox().map(|url| url.expose().clone()))
    }
}

fn user_folder(variable_name: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let named = variable(variable_name).map(PathBuf::from).and_then(absolute);
    named.or_else(|| Some(PathBuf::from(variable("HOME")?).join(below_home)))
}

/// The names of all variables that are meant for onramp alone.
#[allow(clippy::disallowed_methods)] // this file is where the environment is read
pub fn own_variables() -> Vec<std::ffi::OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| name.as_encoded_bytes().starts_with(b"ONRAMP_")).collect()
}
