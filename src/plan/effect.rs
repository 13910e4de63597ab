//! The class of a step's effect.

use serde_json::Value;

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

fn by_method(with: &[(Spanned<String>, Template)]) -> Effect {
    let method = with.iter().find(|(name, _)| name.value == "method").map(|(_, value)| value.as_literal());
    match method {
        None => Effect::Read,
        Some(Some(Value::String(method))) if matches!(method.to_ascii_uppercase().as_str(), "GET" | "HEAD") => {
            Effect::Read
        }
        Some(_) => Effect::Once,
    }
}
