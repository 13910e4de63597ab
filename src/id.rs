//! Names and identifiers. Each is a newtype whose constructor is the check, so a value of the type is always well formed.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidId {
    kind: &'static str,
    text: String,
    rule: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a valid {}: {}", self.text.escape_debug(), self.kind, self.rule)
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:path, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks `text` and takes it as a name.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                if $check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { kind: $kind, text: text.chars().take(80).collect(), rule: $rule })
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }
    };
}

id!(
    /// A step of a workflow, as it is written in the file: `verify`. A step of a called file has the path of calls before it:
    /// `account/verify`.
    StepId, "step id", is_step_path, "use lower-case letters, digits and _, starting with a letter, at most 64"
);
id!(
    /// An input, secret or output: `access_token`.
    Name, "name", is_snake_case, "use lower-case letters, digits and _, starting with a letter, at most 64"
);
id!(
    /// A run: `20261122-013405-k7qz2m`, or a name that the user gave.
    RunId, "run id", is_run_id, "use letters, digits, - and _, starting with a letter or digit, at most 64"
);

fn is_snake_case(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Ids with `/` between them. The last may be [`CALL_INPUTS`], which no step of a file can be called.
fn is_step_path(text: &str) -> bool {
    let (calls, last) = text.rsplit_once('/').map_or((None, text), |(calls, last)| (Some(calls), last));
    let calls = || calls.into_iter().flat_map(|calls| calls.split('/'));
    text.len() <= MAX_STEP_PATH
        && calls().all(is_snake_case)
        && (is_snake_case(last) || (last == CALL_INPUTS && calls().next().is_some()))
}

fn is_run_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The last part of the id under which a call's inputs are taken in.
const CALL_INPUTS: &str = "call-inputs";

/// Calls are nested no deeper than this allows.
const MAX_STEP_PATH: usize = 40 * 65;

impl StepId {
    /// An id as a workflow file may write it: that of a step of its own.
    pub fn local(text: &str) -> Result<Self, InvalidId> {
        Self::new(if text.contains('/') { "" } else { text })
            .map_err(|error| InvalidId { text: text.chars().take(80).collect(), ..error })
    }

    /// This step inside of the file that `call` calls.
    pub fn within(&self, call: Option<&Self>) -> Self {
        call.map_or_else(|| self.clone(), |call| Self(format!("{call}/{self}").into()))
    }

    /// As it is called in its own file.
    pub fn local_name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// It takes the inputs of a call in, and is no step of any file.
    pub fn is_call_inputs(&self) -> bool {
        self.local_name() == CALL_INPUTS
    }

    /// Where the inputs of this call are taken in.
    pub fn call_inputs(&self) -> Self {
        Self(format!("{self}/{CALL_INPUTS}").into())
    }
}

/// Lower-case hexadecimal digits of `bytes`: what names are made of that nobody gave.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

/// What of a step is meant: the step itself, or something that is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    #[default]
    Step,
    /// What its `on-error` runs.
    Remedy,
    /// What takes its effect back.
    Undo,
}

/// One unit of execution: a step, or one item of a step with a matrix. Shown as `verify` or `invite[ada@onramp.test]`; what
/// a step does after an error is shown as `code/on-error`, what takes it back as `undo:key`, and what takes back what an
/// earlier round of it made as `undo:key (round 1)`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskPath {
    pub step: StepId,
    /// The matrix item by its value, never by its position.
    pub item: Option<Arc<str>>,
    pub role: Role,
    /// Of an undo: the round whose effect it takes back, from 1; `None` if that is the last.
    pub round: Option<NonZeroU32>,
}

impl TaskPath {
    pub fn step(step: StepId) -> Self {
        Self { step, item: None, role: Role::Step, round: None }
    }

    pub fn item(step: StepId, item: Arc<str>) -> Self {
        Self { step, item: Some(item), role: Role::Step, round: None }
    }

    pub fn remedy(step: StepId) -> Self {
        Self { step, item: None, role: Role::Remedy, round: None }
    }

    pub fn with_role(self, role: Role) -> Self {
        Self { role, round: None, ..self }
    }

    /// What takes back what this task made in an earlier round.
    pub fn undo_of_round(self, round: NonZeroU32) -> Self {
        Self { role: Role::Undo, round: Some(round), ..self }
    }

    /// As `Display` has it.
    pub fn shown(&self) -> Cow<'_, str> {
        let round = self.round.map(|round| format!(" (round {round})")).unwrap_or_default();
        Cow::Owned(match (&self.item, self.role) {
            (None, Role::Step) => return Cow::Borrowed(self.step.as_str()),
            (Some(item), Role::Step) => format!("{}[{item}]", self.step),
            (Some(item), Role::Undo) => format!("undo:{}[{item}]{round}", self.step),
            (None, Role::Undo) => format!("undo:{}{round}", self.step),
            (_, Role::Remedy) => format!("{}/on-error", self.step),
        })
    }

    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if let Some(undone) = text.strip_prefix("undo:") {
            return match round_of(undone) {
                Some((task, round)) => Ok(Self::parse_item(task)?.undo_of_round(round)),
                None => Ok(Self::parse_item(undone)?.with_role(Role::Undo)),
            };
        }
        match text.strip_suffix("/on-error") {
            Some(step) => Ok(Self::remedy(StepId::new(step)?)),
            None => Self::parse_item(text),
        }
    }

    fn parse_item(text: &str) -> Result<Self, InvalidId> {
        match text.split_once('[').and_then(|(step, rest)| Some((step, rest.strip_suffix(']')?))) {
            Some((step, item)) => Ok(Self::item(StepId::new(step)?, item.into())),
            None => Ok(Self::step(StepId::new(text)?)),
        }
    }
}

/// `task (round N)`; an item ends with a bracket, whatever is in it.
fn round_of(text: &str) -> Option<(&str, NonZeroU32)> {
    let (task, round) = text.strip_suffix(')')?.rsplit_once(" (round ")?;
    let round: NonZeroU32 = round.parse().ok()?;
    Some((task, round))
}

impl fmt::Display for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown())
    }
}

impl fmt::Debug for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_accept_only_their_own_alphabet() {
        assert!(StepId::new("verify_2").is_ok());
        for bad in ["", "Verify", "2nd", "a-b", "a b", "a.b", "é", &"a".repeat(65)] {
            assert!(StepId::new(bad).is_err(), "{bad}");
        }
        assert!(StepId::local("verify").is_ok() && StepId::local("account/verify").is_err());
        assert!(RunId::new("20261122-013405-k7qz2m").is_ok());
        for bad in ["", "-a", "../x", "a/b", "a.b"] {
            assert!(RunId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn task_paths_read_what_they_write() {
        for text in ["verify", "invite[ada@onramp.test]", "invite[a[0]]", "code/on-error", "undo:key", "undo:invite[a]"]
        {
            assert_eq!(TaskPath::parse(text).unwrap().to_string(), text);
        }
        for bad in ["invite[x", "key (round 1)", "undo:key (round 0)", "undo:key (round)"] {
            assert!(TaskPath::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_undo_of_an_earlier_round_is_a_path_of_its_own() {
        let of_key = TaskPath::parse("undo:key (round 2)").unwrap();
        assert_eq!((of_key.role, of_key.round.map(NonZeroU32::get)), (Role::Undo, Some(2)));
        assert_ne!(of_key, TaskPath::parse("undo:key").unwrap());
        for text in
            ["undo:key (round 2)", "undo:invite[a] (round 1)", "undo:invite[a (round 1)]", "undo:a/b (round 12)"]
        {
            assert_eq!(TaskPath::parse(text).unwrap().to_string(), text);
        }
        let item = TaskPath::parse("undo:invite[a (round 1)]").unwrap();
        assert_eq!((item.item.as_deref(), item.round), (Some("a (round 1)"), None));
    }

    #[test]
    fn a_step_of_a_called_file_is_a_path_of_ids() {
        for text in ["call/step", "a/b/c", "call/step[item]", "call/step/on-error", "undo:call/step[a/b]"] {
            assert_eq!(TaskPath::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(TaskPath::parse("call/on-error").unwrap(), TaskPath::remedy(StepId::new("call").unwrap()));
        let call = StepId::new("call").unwrap();
        assert_eq!(StepId::new("step").unwrap().within(Some(&call)).as_str(), "call/step");
        assert_eq!(StepId::new(call.call_inputs().as_str()), Ok(call.call_inputs()));
        for bad in ["/", "a/", "/a", "a//b", "a/B", "a/on-error", "call-inputs", "a/call-inputs/b", &"a/".repeat(1500)]
        {
            assert!(StepId::new(bad).is_err(), "{bad}");
        }
    }
}
