//! Evaluation by CEL. The context holds only what the expression refers to, and the work is bounded beforehand.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::expression::{Code, Expression, Program};
use super::object::{Object, to_cel, to_json};
use super::{EvalError, Reference, Scope, bound, pattern};
use crate::secret::Datum;
use cel::common::value::Val;
use cel::{Context, Env, ExecutionError, Value as CelValue};

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

impl Expression {
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Datum, EvalError> {
        match &self.code {
            Code::Path(path) => {
                let datum = self.resolve(&path.reference, scope)?;
                if path.steps.is_empty() {
                    return Ok(datum);
                }
                let found = path.follow(datum.expose()).map_err(|why| self.error(why))?;
                Ok(Datum::new(found.clone(), datum.is_secret()))
            }
            Code::Cel(program) => self.run(program, scope),
        }
    }

    fn run(&self, program: &Program, scope: &dyn Scope) -> Result<Datum, EvalError> {
        let values = program
            .references
            .iter()
            .map(|reference| Ok((reference, self.resolve(reference, scope)?)))
            .collect::<Result<Vec<_>, EvalError>>()?;
        if !bound::is_affordable(program, &values) {
            return Err(self.error("it would go through too much data; use fewer loops".to_owned()));
        }
        let context =
            context(program, &values, scope).map_err(|_| self.error("a function is declared twice".to_owned()))?;
        let result = CelValue::resolve_val(&program.ast, &context).map_err(|error| self.error(explain(&error)))?;
        let result = to_json(result.as_ref()).map_err(|kind| self.error(format!("its result is {kind}")))?;
        Ok(Datum::new(result, values.iter().any(|(_, datum)| datum.is_secret())))
    }

    fn resolve(&self, reference: &Reference, scope: &dyn Scope) -> Result<Datum, EvalError> {
        scope.resolve(reference).ok_or_else(|| self.error(format!("there is no `{reference}`")))
    }

    pub fn error(&self, why: String) -> EvalError {
        EvalError { span: self.span, message: format!("`{}` has no value: {why}", self.source) }
    }
}

/// What an expression refers to, with its values.
pub(super) type Values<'p> = [(&'p Reference, Datum)];
type Fields = Vec<(String, Box<dyn Val>)>;

fn context<'v>(
    program: &Program,
    values: &Values<'_>,
    scope: &dyn Scope,
) -> Result<Context<'v, 'v>, cel::DeclarationError> {
    let mut context = Context::with_env(Arc::clone(&ENV));
    pattern::add(&mut context)?;
    if program.asks_status {
        let needs = scope.needs();
        context.add_function("success", move || !needs.failed && !needs.cancelled)?;
        context.add_function("failure", move || needs.failed)?;
        context.add_function("cancelled", move || needs.cancelled)?;
        context.add_function("always", || true)?;
    }
    let mut roots: BTreeMap<&str, Fields> = BTreeMap::new();
    let mut outputs: BTreeMap<&str, Fields> = BTreeMap::new();
    for (reference, datum) in values {
        let (fields, name) = match reference {
            Reference::Input(name) => (roots.entry("inputs"), name.as_str()),
            Reference::Secret(name) => (roots.entry("secrets"), name.as_str()),
            Reference::Matrix(name) => (roots.entry("matrix"), name.as_str()),
            Reference::Response(name) => (roots.entry("response"), name.as_str()),
            Reference::RunId => (roots.entry("run"), "id"),
            Reference::Index => {
                context.add_variable_as_val("index", to_cel(datum.expose()));
                continue;
            }
            Reference::Row(value) => match value.parts() {
                (root, Some(field)) => (roots.entry(root), field),
                (name, None) => {
                    context.add_variable_as_val(name, to_cel(datum.expose()));
                    continue;
                }
            },
            Reference::Output(step, name) => (outputs.entry(step.as_str()), name.as_str()),
        };
        fields.or_default().push((name.to_owned(), to_cel(datum.expose())));
    }
    for (step, fields) in outputs {
        let step_object = Object::new([("outputs".to_owned(), Box::new(Object::new(fields)) as Box<dyn Val>)]);
        roots.entry("steps").or_default().push((step.to_owned(), Box::new(step_object)));
    }
    for (root, fields) in roots {
        context.add_variable_as_val(root, Box::new(Object::new(fields)));
    }
    Ok(context)
}

/// What CEL said, in words that name types and never values.
fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(_) => "there is no such field".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "the list has no such item".to_owned(),
        ExecutionError::NoSuchOverload(overload) => overload.to_string(),
        ExecutionError::UnsupportedBinaryOperator(operator, left, right) => {
            format!("`{operator}` does not take {} and {}", left.type_of(), right.type_of())
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            format!("{} and {} cannot be compared", left.type_of(), right.type_of())
        }
        ExecutionError::UnexpectedType { got, want } => {
            let want = if want.contains("String") { "string" } else { want };
            format!("found {got} where {want} was wanted")
        }
        ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number is too large".to_owned(),
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            format!("a function takes {expected} arguments and was given {actual}")
        }
        ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot work on this value"),
        _ => "its parts do not fit together".to_owned(),
    }
}
