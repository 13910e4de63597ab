//! How the parts of an outlook are called.

use super::super::text::{count, inert};
use crate::id::StepId;
use crate::outlook::{BaseUrlSource, Calls, Cost, Doubt, Fate, Outlook, Place, StepOutlook, Supply};
use crate::plan::Undo;
use crate::workflow::{Effect, Money};

pub(super) fn place(place: &Place, outlook: &Outlook) -> String {
    match place {
        Place::Sandbox => "the sandbox".to_owned(),
        Place::Origin(origin) => inert(origin),
        Place::MailboxOf(name) => {
            let whole = format!("secrets.{name}");
            let secret = outlook.secrets.iter().find(|secret| secret.name == whole);
            let env = secret.and_then(|secret| secret.env.as_deref());
            format!("at {}", env.map_or(whole.clone(), inert))
        }
        Place::Open(names) => format!("where {} says", inert(names)),
    }
}

/// `mailbox` for `secrets.mailbox`, `key.token` for an output of a step.
pub(super) fn secret(name: &str) -> String {
    let short = name.strip_prefix("secrets.").or(name.strip_prefix("inputs."));
    short.map_or_else(|| name.trim_start_matches("steps.").replace(".outputs.", "."), str::to_owned)
}

pub(super) fn list<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}

pub(super) fn ids(ids: &[StepId]) -> String {
    list(ids.iter().map(StepId::as_str))
}

/// The class of an effect, for a table.
pub(super) fn effect(step: &StepOutlook) -> &'static str {
    match step.effect {
        _ if step.file.is_some() || step.fate == Fate::Skipped => "",
        Effect::Read if step.sendings.is_empty() => "here",
        Effect::Read => "reads",
        Effect::Repeat => "repeatable",
        Effect::Keyed => "keyed",
        Effect::Once => "never twice",
    }
}

pub(super) fn effect_whole(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "changes nothing",
        Effect::Repeat => "changes something; to do it again does no harm",
        Effect::Keyed => "changes something; sent with an idempotency key",
        Effect::Once => "changes something that must not be done twice",
    }
}

pub(super) fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Again => "done again".to_owned(),
        Doubt::SameKey => "sent again with the same key".to_owned(),
        Doubt::Looked(how) => format!("looked for first: {how}"),
        Doubt::Probe => "looked for first, by the step's `probe`".to_owned(),
        Doubt::Asked => "a person is asked: nothing can be looked at".to_owned(),
    }
}

pub(super) fn undo(undo: &Undo) -> String {
    match undo {
        Undo::Nothing => "there is nothing to take back".to_owned(),
        Undo::BuiltIn => "built in".to_owned(),
        Undo::Call(call) => format!("by the step's `undo`: {}", call.action),
        Undo::Never(why) => format!("cannot be undone: {why}"),
    }
}

/// Who named the base URL, in so few words that they stand behind it.
pub(super) fn source(source: &BaseUrlSource) -> String {
    match source {
        BaseUrlSource::BuiltIn => "the default".to_owned(),
        BaseUrlSource::Flag => "--base-url".to_owned(),
        BaseUrlSource::Variable => "ONRAMP_BASE_URL".to_owned(),
        BaseUrlSource::File { profile: Some(name), .. } => format!("profile {}", inert(name)),
        BaseUrlSource::File { profile: None, .. } => "your onramp.toml".to_owned(),
    }
}

pub(super) const fn supply(supply: Supply) -> &'static str {
    match supply {
        Supply::Given => "given",
        Supply::Default => "default",
        Supply::Sandbox => "sandbox",
        Supply::Absent => "absent",
        Supply::Missing => "missing",
    }
}

/// `amount` US dollars: 20.00
pub(super) fn cost(cost: Cost) -> String {
    match cost.at_most {
        Some(Money::UpTo(cents)) => format!("{}: {cents}", cost.what),
        Some(Money::Any) => format!("{}; nobody knows how much before", cost.what),
        None => cost.what.to_owned(),
    }
}

/// `2 calls, at most 8`
pub(super) fn calls(calls: Calls) -> String {
    let least = usize::try_from(calls.least).unwrap_or(usize::MAX);
    match calls.most {
        Some(most) if most == calls.least => count(least, "call", "calls"),
        Some(most) => format!("{}, at most {most}", count(least, "call", "calls")),
        None => format!("{} or more", count(least, "call", "calls")),
    }
}
