//! The class of a step's effect.

use crate::expr::Template;
use crate::workflow::{ActionSpec, Effect, EffectRule, Spanned};

/// What the action states; for `http` what the step says, else what the method means. A method that is known only when
/// the step runs may be any.
pub(super) fn effect_of(action: &ActionSpec, said: Option<Effect>, with: &[(Spanned<String>, Template)]) -> Effect {
    match action.effect {
        EffectRule::Always(effect) => effect,
        EffectRule::ByMethod => said.unwrap_or_else(|| by_method(with)),
    }
}

/// The same for an undo: to delete or to put something a second time is accepted.
pub(super) fn effect_of_undo(
    action: &ActionSpec,
    said: Option<Effect>,
    with: &[(Spanned<String>, Template)],
) -> Effect {
    let again = matches!(literal_method(with).as_deref(), Some("DELETE" | "PUT"));
    effect_of(action, said.or(again.then_some(Effect::Repeat)), with)
}

fn literal_method(with: &[(Spanned<String>, Template)]) -> Option<String> {
    let (_, value) = with.iter().find(|(name, _)| name.value == "method")?;
    value.as_literal()?.as_str().map(str::to_ascii_uppercase)
}

fn by_method(with: &[(Spanned<String>, Template)]) -> Effect {
    let given = with.iter().any(|(name, _)| name.value == "method");
    match literal_method(with).as_deref() {
        None if !given => Effect::Read,
        Some("GET" | "HEAD") => Effect::Read,
        _ => Effect::Once,
    }
}
