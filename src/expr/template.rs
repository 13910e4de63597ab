//! A value of the workflow file in which expressions may stand.

use serde_json::Value;

use super::expression::{Code, Expression};
use super::overlay;
use super::{EvalError, Reference, Scope};
use crate::diagnostic::{Span, kind};
use crate::secret::Datum;

/// A literal, an expression, a text with expressions in it, or a list or map of such.
#[derive(Debug, Clone)]
pub struct Template {
    pub span: Span,
    pub(super) shape: Shape,
    /// Of its own expressions; those of a list or map are with its items.
    pub(super) references: Vec<(Reference, Span)>,
}

#[derive(Debug, Clone)]
pub(super) enum Shape {
    Literal(Value),
    Expression(Expression),
    Text(Vec<Part>),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
    /// An expression whose object is laid over these fields.
    Over(Vec<(String, Template)>, Box<Template>),
    /// What could be read of a value that is wrong: to look for more that is.
    Broken(Vec<Template>),
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    Expression(Expression),
}

/// Constructors.
impl Template {
    /// A value without expressions.
    pub fn literal(value: Value) -> Self {
        Self::literal_at(value, Span::default())
    }

    pub fn literal_at(value: Value, span: Span) -> Self {
        Self::of(Shape::Literal(value), span)
    }

    /// A list. It is a literal if all its items are.
    pub fn list(items: Vec<Template>, span: Span) -> Self {
        match items.iter().all(|item| item.as_literal().is_some()) {
            true => Self::literal_at(items.into_iter().filter_map(Self::into_literal).collect(), span),
            false => Self::of(Shape::List(items), span),
        }
    }

    /// A map. It is a literal if all its values are.
    pub fn map(fields: Vec<(String, Template)>, span: Span) -> Self {
        match fields.iter().all(|(_, value)| value.as_literal().is_some()) {
            true => {
                let values = fields.into_iter().filter_map(|(name, value)| Some((name, value.into_literal()?)));
                Self::literal_at(Value::Object(values.collect()), span)
            }
            false => Self::of(Shape::Map(fields), span),
        }
    }

    /// What is made of other templates.
    pub(super) fn of(shape: Shape, span: Span) -> Self {
        Self { span, shape, references: Vec::new() }
    }

    /// What stands in for a value of which only this could be read.
    pub fn broken(self) -> Self {
        Self::of(Shape::Broken(vec![self.clone()]), self.span)
    }
}

impl Template {
    /// Evaluates everything inside. The result is secret if anything that it refers to is, and is never evaluated again.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Datum, EvalError> {
        match &self.shape {
            Shape::Literal(value) => Ok(Datum::Public(value.clone())),
            Shape::Expression(expression) => expression.evaluate(scope),
            Shape::Text(parts) => evaluate_text(parts, scope),
            Shape::List(items) => {
                let items = items.iter().map(|item| item.evaluate(scope)).collect::<Result<Vec<_>, _>>()?;
                let secret = items.iter().any(Datum::is_secret);
                Ok(Datum::new(items.iter().map(|item| item.expose().clone()).collect(), secret))
            }
            Shape::Over(under, own) => overlay::evaluate(under, own, scope),
            Shape::Broken(_) => Err(EvalError { span: self.span, message: "it could not be read".to_owned() }),
            Shape::Map(fields) => {
                let field = |(name, value): &(String, Template)| Ok((name.clone(), value.evaluate(scope)?));
                let fields = fields.iter().map(field).collect::<Result<Vec<_>, _>>()?;
                let secret = fields.iter().any(|(_, value)| value.is_secret());
                let object = fields.iter().map(|(name, value)| (name.clone(), value.expose().clone())).collect();
                Ok(Datum::new(Value::Object(object), secret))
            }
        }
    }

    /// The text as far as it is known: in place of each expression without a value stands `unknown`. `None` if it will be
    /// no text.
    pub fn sketch(&self, scope: &dyn Scope, unknown: &str) -> Option<String> {
        let known = |value: Result<Datum, EvalError>| match value.as_ref().map(Datum::expose) {
            Ok(Value::String(text)) => Some(text.clone()),
            Ok(value @ (Value::Bool(_) | Value::Number(_))) => Some(value.to_string()),
            Ok(_) => None,
            Err(_) => Some(unknown.to_owned()),
        };
        match &self.shape {
            Shape::Text(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => Some(text.clone()),
                    Part::Expression(expression) => known(expression.evaluate(scope)),
                })
                .collect(),
            _ => known(self.evaluate(scope)),
        }
    }

    /// Evaluates as a condition. One that does not ask how the needs have ended holds only if none failed or was
    /// cancelled.
    pub fn is_true(&self, scope: &dyn Scope) -> Result<bool, EvalError> {
        let needs = scope.needs();
        if !self.asks_status() && (needs.failed || needs.cancelled) {
            return Ok(false);
        }
        self.holds(scope)
    }

    /// Evaluates to true or false, however the needs have ended.
    pub fn holds(&self, scope: &dyn Scope) -> Result<bool, EvalError> {
        let datum = self.evaluate(scope)?;
        datum.expose().as_bool().ok_or_else(|| EvalError {
            span: self.span,
            message: format!("a condition is true or false, and this is {}", kind(datum.expose())),
        })
    }

    /// Whether `success()`, `failure()`, `always()` or `cancelled()` is called.
    pub fn asks_status(&self) -> bool {
        match &self.shape {
            Shape::Expression(Expression { code: Code::Cel(program), .. }) => program.asks_status,
            _ => false,
        }
    }

    /// Whether it could not be read as a whole.
    pub fn is_broken(&self) -> bool {
        matches!(self.shape, Shape::Broken(_))
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The value, if there is no expression inside.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.shape {
            Shape::Literal(value) => Some(value),
            _ => None,
        }
    }

    fn into_literal(self) -> Option<Value> {
        match self.shape {
            Shape::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the result is a text because of text around expressions.
    pub fn is_text(&self) -> bool {
        matches!(self.shape, Shape::Text(_) | Shape::Literal(Value::String(_)))
    }

    /// Everything that the expressions inside refer to, with its place in the file.
    pub fn references(&self) -> Box<dyn Iterator<Item = &(Reference, Span)> + '_> {
        match &self.shape {
            Shape::List(items) => Box::new(items.iter().flat_map(Self::references)),
            Shape::Map(fields) => Box::new(fields.iter().flat_map(|(_, value)| value.references())),
            Shape::Over(under, own) => {
                Box::new(under.iter().flat_map(|(_, value)| value.references()).chain(own.references()))
            }
            Shape::Broken(parts) => Box::new(self.references.iter().chain(parts.iter().flat_map(Self::references))),
            Shape::Literal(_) | Shape::Expression(_) | Shape::Text(_) => Box::new(self.references.iter()),
        }
    }

    /// Whether the result is secret whatever the values are, given which references are.
    pub fn is_secret(&self, secret: &dyn Fn(&Reference) -> bool) -> bool {
        self.references().any(|(reference, _)| secret(reference))
    }
}

fn evaluate_text(parts: &[Part], scope: &dyn Scope) -> Result<Datum, EvalError> {
    let (mut text, mut secret) = (String::new(), false);
    for part in parts {
        match part {
            Part::Text(literal) => text.push_str(literal),
            Part::Expression(expression) => {
                let datum = expression.evaluate(scope)?;
                secret |= datum.is_secret();
                match datum.expose() {
                    Value::String(value) => text.push_str(value),
                    value @ (Value::Bool(_) | Value::Number(_)) => text.push_str(&value.to_string()),
                    value => {
                        let message = format!("`{}` is {}, which text cannot hold", expression.source, kind(value));
                        return Err(EvalError { span: expression.span, message });
                    }
                }
            }
        }
    }
    Ok(Datum::new(Value::String(text), secret))
}
