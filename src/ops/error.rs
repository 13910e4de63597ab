//! Why a use case could not be carried out. What a run's steps failed with is not an error here, but a result.

use std::fmt;
use std::io::ErrorKind;

use crate::diagnostic::{Diagnostic, Source};
use crate::engine::EngineError;
use crate::run::IllegalEntry;
use crate::sandbox::SandboxError;
use crate::store::{KeyError, StoreError};
use crate::workflow::InputError;

#[derive(Debug)]
pub enum OpError {
    /// The workflow file is wrong; each finding points into it.
    Workflow {
        source: Source,
        findings: Vec<Diagnostic>,
    },
    /// Values for inputs or secrets are wrong or missing.
    Inputs(Vec<InputError>),
    /// Anything else that is wrong with what was asked for.
    Usage(String),
    Key(KeyError),
    Store(StoreError),
    Sandbox(SandboxError),
    /// The run could not go on; it can be resumed.
    Engine(EngineError),
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workflow { source, findings } => {
                let drawn: Vec<String> = findings.iter().map(|finding| finding.render(source, false)).collect();
                f.write_str(&drawn.join("\n\n"))
            }
            Self::Inputs(errors) => {
                let lines: Vec<String> = errors.iter().map(InputError::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Usage(message) => f.write_str(message),
            Self::Key(error) => error.fmt(f),
            Self::Store(error) => write!(f, "{error}{}", way_out(error)),
            Self::Sandbox(error) => error.fmt(f),
            Self::Engine(error) => error.fmt(f),
        }
    }
}

/// What to do about a place where no store can be.
fn way_out(error: &StoreError) -> &'static str {
    match error {
        StoreError::Io { source, .. }
            if matches!(source.kind(), ErrorKind::NotADirectory | ErrorKind::AlreadyExists) =>
        {
            ". Runs are kept in a folder: `--store` names one"
        }
        _ => "",
    }
}

impl std::error::Error for OpError {}

macro_rules! from {
    ($($variant:ident($error:ty)),*) => {
        $(impl From<$error> for OpError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from!(Key(KeyError), Store(StoreError), Sandbox(SandboxError), Engine(EngineError));

impl From<IllegalEntry> for OpError {
    fn from(error: IllegalEntry) -> Self {
        Self::Engine(error.into())
    }
}
