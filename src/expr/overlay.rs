//! A map of values laid over another, as a step's headers are over those of the workflow.

use serde_json::Value;

use super::template::{Shape, Template};
use super::{EvalError, Scope};
use crate::secret::Datum;

impl Template {
    /// This map over `under`: of names that both have, whatever their case, this one's count.
    pub fn over(self, under: &[(String, Template)]) -> Self {
        let own = match &self.shape {
            Shape::Map(fields) => fields.clone(),
            Shape::Literal(Value::Object(fields)) => {
                fields.iter().map(|(name, value)| (name.clone(), Self::literal_at(value.clone(), self.span))).collect()
            }
            Shape::Expression(_) => {
                let span = self.span;
                return Self::of(Shape::Over(under.to_vec(), Box::new(self)), span);
            }
            _ => return self,
        };
        let named = |name: &str| own.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let rest = under.iter().filter(|(name, _)| !named(name)).cloned();
        let fields = rest.chain(own.iter().cloned()).collect();
        Self::map(fields, self.span)
    }
}

/// What `own` evaluates to, over `under`.
pub(super) fn evaluate(under: &[(String, Template)], own: &Template, scope: &dyn Scope) -> Result<Datum, EvalError> {
    let datum = own.evaluate(scope)?;
    let mut own = match datum.expose() {
        Value::Object(fields) => fields.clone(),
        Value::Null => serde_json::Map::new(),
        _ => return Ok(datum),
    };
    let mut secret = datum.is_secret();
    for (name, value) in under {
        if !own.keys().any(|known| known.eq_ignore_ascii_case(name)) {
            let value = value.evaluate(scope)?;
            secret |= value.is_secret();
            own.insert(name.clone(), value.expose().clone());
        }
    }
    Ok(Datum::new(Value::Object(own), secret))
}
