//! `random.password`: draws a password, once; a resumed run has the same.

use std::io;

use futures_util::future::BoxFuture;
use serde_json::Value;
use zeroize::Zeroizing;

use super::context::not_sent;
use super::{Action, Context};
use crate::entropy::Entropy;
use crate::run::{ErrorKind, Outcome, StepError};
use crate::secret::Secret;
use crate::workflow::{ActionSpec, Bounds, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};

/// Without characters that are read for one another, or that shells and URLs take for something else.
const CLASSES: [&[u8]; 4] = [b"abcdefghijkmnopqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"-_.!*+@"];

const LENGTH: Bounds = Bounds::range(12, 128);
const DEFAULT_LENGTH: u64 = 24;

pub struct RandomPassword;

const EXAMPLE: &str = r#"steps:
  credentials:
    uses: random.password
    with: { length: 32 }
outputs:
  password:
    value: "${{ steps.credentials.outputs.value }}"
    secret: true
"#;

impl Action for RandomPassword {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "random.password",
            doc: "Draws a password. It has lower and upper case letters, digits and symbols; with `value`, that one is taken \
                  instead. It is recorded, sealed, before any step can use it.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::NOBODY,
            parameters: vec![
                Parameter::optional("value", Type::String, "Take this one instead of drawing.").secret(),
                Parameter::optional("length", Type::Integer, "Characters; 24 if not given.").within(LENGTH),
            ],
            outputs: vec![OutputSpec::secret("value", Type::String, "The password.")],
            captures: false,
            errors: vec!["config.parameter", "config.randomness"],
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        let outcome = match self.value(context) {
            Ok(value) => Outcome::succeeded(context.outputs([("value", Value::from(value.expose().as_str()))])),
            Err(error) => not_sent(error),
        };
        Box::pin(std::future::ready(outcome))
    }
}

impl RandomPassword {
    fn value(&self, context: &Context) -> Result<Secret<String>, StepError> {
        if let Some(given) = context.text("value").filter(|given| !given.is_empty()) {
            return Ok(Secret::new(given.to_owned()));
        }
        let length = context.get("length").and_then(Value::as_u64).unwrap_or(DEFAULT_LENGTH);
        if !LENGTH.hold(&length.into()) {
            let message = format!("`length` must be {LENGTH}, not {length}");
            return Err(StepError::new(ErrorKind::Config, "config.parameter", message));
        }
        draw(context.services.entropy.as_ref(), length as usize)
            .map_err(|error| StepError::new(ErrorKind::Config, "config.randomness", error.to_string()))
    }
}

/// Evenly from all passwords of `length` that have a character of every class.
fn draw(entropy: &dyn Entropy, length: usize) -> io::Result<Secret<String>> {
    let alphabet: Vec<u8> = CLASSES.concat();
    // Bytes beyond the last whole multiple would favour the first characters.
    let fair = 256 / alphabet.len() * alphabet.len();
    loop {
        let mut bytes = Zeroizing::new(vec![0; 2 * length]);
        entropy.fill(&mut bytes)?;
        let drawn = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        let mut text = String::with_capacity(length);
        text.extend(drawn.map(|byte| char::from(alphabet[byte % alphabet.len()])).take(length));
        let password = Secret::new(text);
        let has = |class: &[u8]| password.expose().bytes().any(|byte| class.contains(&byte));
        if password.expose().len() == length && CLASSES.iter().all(|class| has(class)) {
            return Ok(password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_password_has_its_length_and_every_class() {
        for length in [12, 24, 128] {
            let password = draw(&SystemEntropy, length).unwrap();
            assert_eq!(password.expose().len(), length);
            for class in CLASSES {
                assert!(password.expose().bytes().any(|byte| class.contains(&byte)));
            }
        }
    }

    #[test]
    fn without_randomness_there_is_no_password() {
        struct Dry;
        impl Entropy for Dry {
            fn fill(&self, _: &mut [u8]) -> io::Result<()> {
                Err(io::Error::other("dry"))
            }
        }
        assert_eq!(draw(&Dry, 12).unwrap_err().to_string(), "dry");
    }
}
