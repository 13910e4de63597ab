//! A workflow as decoded from its file. Every part keeps the span that it was read from.

use std::time::Duration;

use serde_json::Value;

use super::{Effect, RetryPolicy, Rules, Type};
use crate::diagnostic::{Source, Span};
use crate::expr::{Template, ValueType};
use crate::id::{Name, StepId};

/// A value and where it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Workflow {
    pub source: Source,
    pub name: String,
    pub description: Option<String>,
    pub inputs: Vec<Input>,
    pub secrets: Vec<SecretInput>,
    /// In the order of the file.
    pub steps: Vec<Step>,
    pub outputs: Vec<Output>,
    pub limits: Limits,
    /// `defaults.headers`, which each request of `http` has taken in.
    pub default_headers: Vec<(Spanned<String>, Template)>,
    /// `on-failure: teardown`: what a failed run made is taken back.
    pub teardown_on_failure: bool,
}

/// Bounds of a whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many tasks at most are under way at a time.
    pub max_parallel: Option<u32>,
    /// How many attempts at most begin within a time.
    pub rate: Option<Rate>,
    /// Time in which no process works on the run does not count.
    pub timeout: Option<Duration>,
}

/// `rate: 20/m`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub count: u32,
    pub per: Duration,
}

/// `inputs.NAME`: given by the user, by default, or for the sandbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    pub name: Name,
    pub ty: Type,
    /// Checked when the value is known.
    pub rules: Rules,
    pub description: Option<String>,
    pub default: Option<Value>,
    /// Used with `--sandbox` only.
    pub sandbox: Option<Value>,
    pub optional: bool,
    pub secret: bool,
    pub span: Span,
}

/// `secrets.NAME`: read from the environment variable `env`.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretInput {
    pub name: Name,
    pub env: Option<String>,
    pub description: Option<String>,
    pub sandbox: Option<String>,
    pub optional: bool,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Step {
    pub id: StepId,
    /// Of the id, where errors about the whole step point.
    pub span: Span,
    pub description: Option<String>,
    pub uses: Spanned<String>,
    pub with: Vec<(Spanned<String>, Template)>,
    /// What a called file is given of secrets, by its own names.
    pub secrets: Vec<(Spanned<String>, Template)>,
    pub needs: Vec<Spanned<StepId>>,
    /// `if:`, an expression with or without `${{ }}`.
    pub condition: Option<Template>,
    pub matrix: Option<Matrix>,
    pub retry: Option<RetryPolicy>,
    /// For the step with all its tries.
    pub timeout: Option<Duration>,
    pub attempt_timeout: Option<Duration>,
    pub continue_on_error: bool,
    /// How long after the last byte a probe may look for an effect that is in doubt.
    pub settle: Option<Duration>,
    pub effect: Option<Spanned<Effect>>,
    pub expect: Option<Expect>,
    /// `outputs:`, captured from the answer.
    pub captures: Vec<Capture>,
    pub probe: Option<Probe>,
    pub undo: Option<Undo>,
    pub on_error: Option<OnError>,
}

impl Workflow {
    /// Every template of the file.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let undos = self.steps.iter().flat_map(|step| &step.undo).flat_map(|undo| &undo.with);
        let headers = self.default_headers.iter().map(|(_, value)| value);
        let outputs = self.outputs.iter().map(|output| &output.value);
        self.steps.iter().flat_map(Step::templates).chain(undos.map(|(_, value)| value)).chain(headers).chain(outputs)
    }
}

impl Step {
    /// It calls another workflow file instead of an action.
    pub fn calls_file(&self) -> bool {
        super::is_file(&self.uses.value)
    }

    /// Every template of a step but those of its undo, which is rendered when the run has ended.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let captures = self.captures.iter().chain(self.probe.iter().flat_map(|probe| &probe.captures));
        let captures = captures.filter_map(|capture| capture.from.template());
        let probe =
            self.probe.iter().flat_map(|probe| probe.with.iter().map(|(_, value)| value).chain([&probe.done_if]));
        let with = self.with.iter().map(|(_, value)| value);
        let matrix = self.matrix.iter().flat_map(|matrix| matrix.variables.iter().map(|(_, value)| value));
        let remedy = self.on_error.iter().flat_map(|remedy| remedy.with.iter().map(|(_, value)| value));
        let secrets = self.secrets.iter().map(|(_, value)| value);
        with.chain(secrets).chain(&self.condition).chain(matrix).chain(remedy).chain(captures).chain(probe)
    }
}

/// `probe:`: a request that shows whether an earlier one took effect.
#[derive(Debug, Clone)]
pub struct Probe {
    pub with: Vec<(Spanned<String>, Template)>,
    pub done_if: Template,
    pub captures: Vec<Capture>,
    pub span: Span,
}

/// `undo:`: an action that takes the step's effect back.
#[derive(Debug, Clone)]
pub struct Undo {
    pub uses: Spanned<String>,
    pub with: Vec<(Spanned<String>, Template)>,
    pub effect: Option<Spanned<Effect>>,
    pub span: Span,
}

/// `strategy:`. With one variable the items are its values; with several, their product in order.
#[derive(Debug, Clone)]
pub struct Matrix {
    pub variables: Vec<(Name, Template)>,
    pub max_parallel: Option<u32>,
    /// Items that have not begun when one fails are not run.
    pub fail_fast: bool,
}

/// `expect:`: which answers count as success.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    pub status: Vec<u16>,
    pub span: Span,
}

/// One entry of a step's `outputs:`.
#[derive(Debug, Clone)]
pub struct Capture {
    pub name: Name,
    pub span: Span,
    pub from: CaptureFrom,
    pub secret: bool,
}

#[derive(Debug, Clone)]
pub enum CaptureFrom {
    /// RFC 9535, over the parsed body.
    JsonPath(serde_json_path::JsonPath),
    Header(String),
    /// Over the body as text; the first group, or the whole match if there is none.
    Regex(regex::Regex),
    /// Over `response.status`, `response.headers` and `response.body`.
    Expression(Template),
}

impl CaptureFrom {
    pub fn template(&self) -> Option<&Template> {
        match self {
            Self::Expression(template) => Some(template),
            _ => None,
        }
    }
}

/// `on-error:`: what to do about certain errors, and from which step to go round again.
#[derive(Debug, Clone)]
pub struct OnError {
    /// Error codes, such as `mail.timeout`.
    pub when: Vec<Spanned<String>>,
    /// An action, with its own parameters.
    pub run: Spanned<String>,
    pub with: Vec<(Spanned<String>, Template)>,
    pub rerun_from: Spanned<StepId>,
    /// How often at most.
    pub max: u32,
    pub span: Span,
}

/// One of the workflow's own outputs.
#[derive(Debug, Clone)]
pub struct Output {
    pub name: Name,
    pub value: Template,
    /// As far as it is known once the file was checked.
    pub ty: ValueType,
    pub secret: bool,
    /// The name under which it is exported to an environment.
    pub env: Option<String>,
    pub span: Span,
}
