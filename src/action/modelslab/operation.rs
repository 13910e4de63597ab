//! An operation of the catalogue as a step.

use std::fmt::Write as _;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::outcome::{AUTHENTICATION_REQUIRED, authentication_required, failed};
use super::{ERRORS, MCP, REST, TRANSPORT, client};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::ApiError;
use crate::modelslab::catalogue::{Credential, Operation, Values};
use crate::run::{Outcome, StepError};
use crate::secret::Datum;
use crate::workflow::{ActionSpec, Contact, EffectRule, Parameter, Reach, Type};

/// An operation that is asked once and tells what its answer says.
pub(super) struct Plain(pub &'static Operation);

impl Action for Plain {
    fn spec(&self) -> ActionSpec {
        spec(self.0)
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        let arguments = arguments(self.0, context);
        Box::pin(async move { ask(self.0, arguments, context).await.unwrap_or_else(not_sent) })
    }
}

/// Asks `operation` for an attempt, and says what came of it.
pub(super) async fn ask(
    operation: &Operation,
    arguments: Map<String, Value>,
    context: &Context,
) -> Result<Outcome, StepError> {
    let credential = credential(operation, context)?;
    let client = client(context)?.with_idempotency_key(&context.order.idempotency_key);
    let answer = client.ask(operation, credential, arguments).await;
    let waits = match &answer {
        Ok(data) => is_unauthenticated(data),
        Err(error) => error.wants_authentication(),
    };
    if waits && context.get(OFF_SESSION) == Some(&Value::Bool(false)) {
        return Ok(left_to_a_person(operation, context, answer.ok()));
    }
    if waits && answer.is_ok() {
        return Ok(authentication_required("the card's bank"));
    }
    Ok(match answer.and_then(|data| (operation.read)(&data)) {
        Ok(values) => Outcome::succeeded(context.outputs(values)),
        Err(error) if context.order.number > 1 && is_done(operation, &error) => {
            let warning = format!("an earlier attempt did it, or somebody else: {error}");
            Outcome { warning: Some(warning), ..Outcome::succeeded(context.outputs(nothing(operation))) }
        }
        Err(error) => failed(&error),
    })
}

/// Says that nobody is there whom a bank could ask.
const OFF_SESSION: &str = "off_session";

/// The status of a payment that its card's holder has to agree to (3-D Secure).
const REQUIRES_ACTION: &str = "requires_action";

/// What a step says about a card whose holder has to agree.
pub(super) fn off_session() -> Parameter {
    Parameter::optional(
        OFF_SESSION,
        Type::Boolean,
        "Whether nobody is there who could agree to the payment (3-D Secure); true if not given. A card whose holder must agree is \
         then an error. If false, the step succeeds with the `status` `requires_action` and nothing bought, so that a later step \
         can lead a person to a page.",
    )
}

/// The service took the request, and the card's holder has to agree before anything is paid. [conflict C-7]
fn is_unauthenticated(data: &Value) -> bool {
    let payment = data.get("payment").unwrap_or(data);
    payment.get("status").and_then(Value::as_str) == Some(REQUIRES_ACTION)
}

/// Nothing was bought; who goes on is told so.
fn left_to_a_person(operation: &Operation, context: &Context, data: Option<Value>) -> Outcome {
    let read = data.and_then(|data| (operation.read)(&data).ok());
    let values = read.unwrap_or_else(|| nothing(operation));
    let status = ("status", Value::from(REQUIRES_ACTION));
    Outcome::succeeded(context.outputs(values.into_iter().chain([status])))
}

/// The outputs of an answer that nobody has.
pub(super) fn nothing(operation: &Operation) -> Values {
    (operation.outputs)().into_iter().map(|output| (output.name, Value::Null)).collect()
}

/// Whether that is what the service says of something that was done.
fn is_done(operation: &Operation, error: &ApiError) -> bool {
    operation.refused_again.is_some() && operation.refused_again == error.status
}

/// The token or key that a step gives, if the operation wants one.
pub(super) fn credential<'a>(operation: &Operation, context: &'a Context) -> Result<Option<&'a str>, StepError> {
    parameter(operation.credential).map(|(name, _)| context.require(name)).transpose()
}

/// What a step gives for the operation's parameters; null counts as absent.
pub(super) fn arguments(operation: &Operation, context: &Context) -> Map<String, Value> {
    let own = (operation.parameters)();
    let given = own.iter().filter_map(|parameter| {
        let value = context.order.input.get(parameter.name).map(Datum::expose)?;
        (!value.is_null()).then(|| (parameter.name.to_owned(), value.clone()))
    });
    given.collect()
}

/// A list of texts that a step gives.
pub(super) fn texts(context: &Context, name: &str) -> Option<Vec<String>> {
    let items = context.get(name)?.as_array()?;
    Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

/// What the table says of an operation, as an action states it.
pub(super) fn spec(operation: &'static Operation) -> ActionSpec {
    let credential =
        parameter(operation.credential).map(|(name, doc)| Parameter::required(name, Type::String, doc).secret());
    let own = (operation.parameters)().into_iter().map(|parameter| by_tool(operation, parameter));
    let parameters = credential.into_iter().chain(own).chain([transport(operation)]).collect();
    let spec = ActionSpec {
        name: operation.action,
        doc: operation.doc,
        effect: EffectRule::Always(operation.effect),
        probe: operation.probe,
        undo: operation.undo,
        reach: Reach { rate: operation.limit, spends: operation.spends, ..Reach::to(Contact::Service) },
        parameters,
        outputs: (operation.outputs)(),
        captures: false,
        errors: ERRORS.iter().chain(operation.errors).chain(asks_holder(operation)).copied().collect(),
        example: "".into(),
    };
    ActionSpec { example: example(&spec).into(), ..spec }
}

/// Whoever charges a card may be told that its holder must agree.
fn asks_holder(operation: &Operation) -> &'static [&'static str] {
    if operation.errors.contains(&"service.payment_declined") { &[AUTHENTICATION_REQUIRED] } else { &[] }
}

/// How the service is asked: the only choice where its MCP server has no tool.
fn transport(operation: &Operation) -> Parameter {
    let (choice, doc): (&[&str], _) = match operation.tool {
        Some(_) => (&[REST, MCP], "By which of its interfaces the service is asked; `rest` if not given."),
        None => (&[REST], "The service's MCP server has no tool for this, so that it is asked by REST."),
    };
    Parameter::optional(TRANSPORT, Type::String, doc).one_of(choice)
}

/// A parameter that the tool does not take cannot be given to it.
fn by_tool(operation: &Operation, parameter: Parameter) -> Parameter {
    match operation.tool {
        Some(tool) if tool.without.contains(&parameter.name) => parameter.not_with(TRANSPORT, MCP),
        _ => parameter,
    }
}

fn parameter(credential: Credential) -> Option<(&'static str, &'static str)> {
    match credential {
        Credential::Nothing => None,
        Credential::Bearer => Some(("token", "Bearer token of the account.")),
        Credential::Key => Some(("key", "An API key.")),
    }
}

/// A workflow of one step that is given all that it must be given.
pub(super) fn example(spec: &ActionSpec) -> String {
    let (secret, public): (Vec<&Parameter>, Vec<&Parameter>) =
        spec.parameters.iter().filter(|parameter| parameter.required).partition(|parameter| parameter.secret);
    let step = spec.name.trim_start_matches("modelslab.");
    let mut text = String::new();
    let mut with = String::new();
    for (section, parameters) in [("inputs", public), ("secrets", secret)] {
        if !parameters.is_empty() {
            let _ = writeln!(text, "{section}:");
        }
        for parameter in parameters {
            let name = parameter.name;
            let _ = match section {
                "secrets" => writeln!(text, "  {name}: {{ env: MODELSLAB_{} }}", name.to_uppercase()),
                _ => writeln!(text, "  {name}: {{ type: {} }}", input_type(&parameter.ty)),
            };
            let _ = writeln!(with, "      {name}: \"${{{{ {section}.{name} }}}}\"");
        }
    }
    let _ = writeln!(text, "steps:\n  {step}:\n    uses: {}", spec.name);
    if !with.is_empty() {
        let _ = write!(text, "    with:\n{with}");
    }
    text
}

fn input_type(ty: &Type) -> String {
    match ty {
        Type::Array(_) => "array".to_owned(),
        other => other.to_string(),
    }
}
