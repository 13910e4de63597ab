//! Why a command did not do what it was asked for.

use std::io;

use super::args::Global;
use super::exit::Exit;
use super::out;
use crate::ops::OpError;

pub enum Failure {
    Op(OpError),
    /// What was to be printed could not be written.
    Output(io::Error),
}

impl From<OpError> for Failure {
    fn from(error: OpError) -> Self {
        Self::Op(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Op(OpError::Engine(_)) | Self::Output(_) => Exit::StepFailed,
            Self::Op(_) => Exit::WrongUse,
        }
    }

    pub fn explain(&self, global: &Global) {
        match self {
            Self::Op(OpError::Workflow { source, findings }) => out::draw_findings(source, findings, global.color),
            Self::Op(OpError::Inputs(errors)) => errors.iter().for_each(|error| out::say(&error.to_string())),
            Self::Op(other) => out::say(&other.to_string()),
            Self::Output(error) => out::say(&format!("the output is lost: cannot write to standard output: {error}")),
        }
    }
}
