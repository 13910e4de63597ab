//! The nodes of the tree.

use super::align;
use crate::diagnostic::Span;
use crate::expr::Positions;

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// A list or map is marked by its first line.
    pub span: Span,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A text as it is written; what it means is decided by whoever reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    pub text: String,
    pub style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|` and `>`
    Block,
}

/// One key of a map and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    /// What stands here, for messages.
    pub fn found(&self) -> String {
        match &self.kind {
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
            Kind::Scalar(scalar) if scalar.is_nothing() => "nothing".to_owned(),
            Kind::Scalar(scalar) => {
                let shown: String = scalar.text.chars().take(40).collect();
                let more = if shown.len() < scalar.text.len() { "…" } else { "" };
                format!("`{}{more}`", shown.escape_debug())
            }
        }
    }

    /// Where each byte of this scalar's text stands in `source`.
    pub fn positions(&self, source: &str, scalar: &Scalar) -> Positions {
        align::positions(source, self.span, scalar)
    }
}

impl Scalar {
    /// Nothing was written at all.
    pub fn is_nothing(&self) -> bool {
        self.style == Style::Plain && self.text.is_empty()
    }
}
