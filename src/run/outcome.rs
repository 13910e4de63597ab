//! What came of an attempt: what came back, and what may have happened. These are two answers.

use std::fmt;
use std::time::Duration;

use crate::secret::Data;
use crate::workflow::RetryClass;

/// What an attempt may have done to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Nothing: it was not sent, or the service said no.
    None,
    /// The service said that it did it.
    Done,
    /// It may or may not have taken place.
    Unknown,
}

/// The kinds of run-time errors; stable, part of every report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    Assertion,
    Service,
    Network,
    Mail,
    Config,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Assertion => "assertion",
            Self::Service => "service",
            Self::Network => "network",
            Self::Mail => "mail",
            Self::Config => "config",
        })
    }
}

/// Why an attempt or a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepError {
    /// Stable and documented, such as `mail.timeout`.
    pub code: String,
    pub kind: ErrorKind,
    /// For people; no secret in it. Below its sentence may stand a table: lines of cells with tabs between them, the first what
    /// the columns are called.
    pub message: String,
    /// The class that a retry policy may name; `None` is never retried.
    pub class: Option<RetryClass>,
}

impl StepError {
    /// The code of an attempt that the end of its process cut off.
    pub const INTERRUPTED: &'static str = "interrupted";

    /// The code of an undo that found that it cannot, or must not, be done.
    pub const CANNOT_UNDO: &'static str = "undo.impossible";
    /// The code of an undo that found nothing to undo.
    pub const NOTHING_TO_UNDO: &'static str = "undo.nothing";

    pub fn new(kind: ErrorKind, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), kind, message: message.into(), class: None }
    }

    pub fn class(mut self, class: RetryClass) -> Self {
        self.class = Some(class);
        self
    }

    /// With a table below the message.
    pub fn table<const N: usize>(mut self, rows: &[[String; N]]) -> Self {
        for row in rows {
            self.message.push('\n');
            self.message.push_str(&row.each_ref().map(|cell| cell.replace(['\n', '\t'], " ")).join("\t"));
        }
        self
    }

    /// The message without its table, and the table. A message from outside that has lines of its own is none.
    pub fn parts(&self) -> (&str, Vec<Vec<&str>>) {
        match self.message.split_once('\n') {
            Some((sentence, table)) if table.split('\n').all(|line| line.contains('\t')) => {
                (sentence, table.split('\n').map(|line| line.split('\t').collect()).collect())
            }
            _ => (&self.message, Vec::new()),
        }
    }

    /// The message without its table.
    pub fn sentence(&self) -> &str {
        self.parts().0
    }

    /// With `more` behind the sentence.
    pub fn add(&self, more: &str) -> Self {
        let sentence = self.sentence();
        let message = format!("{sentence}{more}{}", &self.message[sentence.len()..]);
        Self { message, ..self.clone() }
    }

    pub fn interrupted() -> Self {
        Self::new(ErrorKind::Network, Self::INTERRUPTED, "it was cut off before its end")
    }

    pub fn is_interrupted(&self) -> bool {
        self.code == Self::INTERRUPTED
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.kind, self.sentence())
    }
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub happened: Happened,
    /// What came back: an action's outputs, or an answer to capture from.
    pub data: Data,
    /// The action's own verdict, which a step's `expect` may overrule.
    pub error: Option<StepError>,
    /// How long the service asked to be left alone.
    pub retry_after: Option<Duration>,
    /// The step succeeded, but somebody should know this.
    pub warning: Option<String>,
    /// What this attempt used up, so that no other of this run uses it again: a message's key.
    pub claims: Vec<String>,
    /// How long it waited for its turn, which counts against no budget.
    pub waited: Duration,
}

impl Outcome {
    pub fn succeeded(data: Data) -> Self {
        let (claims, waited) = (Vec::new(), Duration::ZERO);
        Self { happened: Happened::Done, data, error: None, retry_after: None, warning: None, claims, waited }
    }

    pub fn failed(happened: Happened, error: StepError) -> Self {
        Self { happened, error: Some(error), ..Self::succeeded(Data::new()) }
    }

    pub fn interrupted(happened: Happened) -> Self {
        Self::failed(happened, StepError::interrupted())
    }
}

/// What a probe found out about an attempt in doubt.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbeAnswer {
    /// It took place; these are its outputs.
    Done(Data),
    /// It did not take place, or what it left behind was unusable and is gone.
    NotDone,
    /// Another look may tell, no sooner than `again`; without it a person must.
    CannotTell { reason: String, again: Option<Duration> },
    /// There is nothing to look at: only a person can find out.
    NoWay,
    /// What the step's own `probe` brought; what it means is the step's `done-if` to say.
    Seen(Box<Outcome>),
    /// The look was cut off on our side, and says nothing.
    CutOff,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_stands_below_the_sentence() {
        let error = StepError::new(ErrorKind::Mail, "mail.timeout", "no code; try again");
        let rows = [["age", "why"], ["3m", "too\told"]].map(|row| row.map(str::to_owned));
        let with_table = error.clone().table(&rows).add("; given up");
        assert_eq!(
            with_table.parts(),
            ("no code; try again; given up", vec![vec!["age", "why"], vec!["3m", "too old"]])
        );
        assert_eq!(with_table.to_string(), "mail.timeout (mail): no code; try again; given up");
        assert_eq!(error.table::<2>(&[]).parts(), ("no code; try again", vec![]));
    }

    #[test]
    fn lines_from_outside_are_no_table() {
        for message in ["the name is taken\nby another key", "", "a\tb", "a\n"] {
            let error = StepError::new(ErrorKind::Service, "service.422", message);
            assert_eq!(error.parts(), (message, vec![]));
        }
    }
}
