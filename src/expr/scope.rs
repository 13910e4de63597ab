//! What an expression may refer to, and where its values come from.

use super::rows::RowValue;
use crate::diagnostic::Span;
use crate::id::{Name, StepId};
use crate::secret::Datum;

/// One value that an expression names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// `inputs.NAME`
    Input(Name),
    /// `secrets.NAME`
    Secret(Name),
    /// `steps.ID.outputs.NAME`
    Output(StepId, Name),
    /// `matrix.NAME`
    Matrix(Name),
    /// `response.NAME`, in captures only
    Response(Name),
    /// `run.id`
    RunId,
    /// `index`, in a template of rows only
    Index,
    /// What became of a row, in a condition on rows only
    Row(RowValue),
}

/// What `success()`, `failure()`, `always()` and `cancelled()` ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NeedsStatus {
    /// A need failed, or was skipped because something before it failed.
    pub failed: bool,
    /// A need or the run was cancelled.
    pub cancelled: bool,
}

/// Gives an expression its values.
pub trait Scope {
    /// The value, or `None` if there is no such thing. The output of a skipped step is a null.
    fn resolve(&self, reference: &Reference) -> Option<Datum>;

    fn needs(&self) -> NeedsStatus {
        NeedsStatus::default()
    }
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// In the workflow file.
    pub span: Span,
    /// Names types and names, never values.
    pub message: String,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input(name) => write!(f, "inputs.{name}"),
            Self::Secret(name) => write!(f, "secrets.{name}"),
            Self::Output(step, name) => write!(f, "steps.{step}.outputs.{name}"),
            Self::Matrix(name) => write!(f, "matrix.{name}"),
            Self::Response(name) => write!(f, "response.{name}"),
            Self::RunId => f.write_str("run.id"),
            Self::Index => f.write_str("index"),
            Self::Row(value) => f.write_str(value.name()),
        }
    }
}

impl std::fmt::Display for EvalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}
