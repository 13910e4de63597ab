//! Which mailbox a command means.

use crate::cli::args::Global;
use crate::cli::environment;
use crate::diagnostic::{escape, nearest};
use crate::ops::{MAILBOX_VARIABLE, OpError, Profile};
use crate::secret::Secret;

/// The mailbox that is named, or that a run would be given, or the only one there is.
pub(super) fn mailbox(name: Option<&str>, global: &Global) -> Result<Secret<String>, OpError> {
    let chosen = &global.chosen;
    let Some(name) = name else {
        let given = environment::reader(chosen)(MAILBOX_VARIABLE).map(Secret::new);
        return given.or_else(|| only(chosen)).ok_or_else(|| none_given(chosen));
    };
    chosen.mailboxes.get(name).cloned().ok_or_else(|| none_such(chosen, name))
}

fn only(profile: &Profile) -> Option<Secret<String>> {
    let mut all = profile.mailboxes.values();
    all.next().filter(|_| all.next().is_none()).cloned()
}

fn none_given(profile: &Profile) -> OpError {
    OpError::Usage(format!(
        "which mailbox? set {MAILBOX_VARIABLE}, or name a `[mailbox.NAME]` by --mailbox (docs/mailboxes.md); {}",
        there(profile)
    ))
}

fn none_such(profile: &Profile, name: &str) -> OpError {
    let near = nearest(name, profile.mailboxes.keys().map(String::as_str));
    let meant = near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    OpError::Usage(format!("there is no `[mailbox.{}]`{meant}; {}", escape(name), there(profile)))
}

/// Where mailboxes would be named, and which ones are.
fn there(profile: &Profile) -> String {
    let file = profile.file.as_ref().map_or_else(|| "onramp.toml".to_owned(), |file| file.display().to_string());
    let names: Vec<String> = profile.mailboxes.keys().map(|name| format!("`{}`", escape(name))).collect();
    if names.is_empty() { format!("{file} has none") } else { format!("{file} has {}", names.join(", ")) }
}
