//! From a text of the file to a template, with all that is wrong with it.

use std::ops::Range;

use serde_json::Value;

use super::expression::{self, Read};
use super::split::{self, Piece, Unclosed};
use super::template::{Part, Shape, Template};
use super::{Place, Positions};
use crate::diagnostic::Diagnostic;

/// A value, or what is wrong with it.
pub type Parsed = Result<Template, Box<Broken>>;

/// A value that could not be read as a whole.
#[derive(Debug)]
pub struct Broken {
    /// One at least.
    pub faults: Vec<Diagnostic>,
    /// Stands in for it. It has no value, and the references and the types of what could be read.
    pub rest: Template,
}

impl Broken {
    fn with(faults: Vec<Diagnostic>, read: Template) -> Box<Self> {
        Box::new(Self { faults, rest: read.broken() })
    }
}

impl Template {
    /// A text in which expressions may stand; spans count from its start.
    pub fn parse(text: &str) -> Parsed {
        Self::parse_at(text, &Positions::Verbatim(0), Place::Value)
    }

    /// The same for a text of a file. Text without expressions is a string literal.
    pub fn parse_at(text: &str, positions: &Positions, place: Place) -> Parsed {
        let span = positions.span(0..text.len());
        let (pieces, unclosed) = split::split(text);
        match pieces.as_slice() {
            _ if unclosed.is_some() => Self::text(text, (pieces, unclosed), positions, place),
            [] => Ok(Self::literal_at(Value::String(String::new()), span)),
            [Piece::Text(_)] => Ok(Self::literal_at(Value::String(text.to_owned()), span)),
            [Piece::Expression(range)] => Self::expression(text, range.clone(), positions, place),
            _ => Self::text(text, (pieces, None), positions, place),
        }
    }

    /// A condition: one expression, with or without `${{ }}` around it.
    pub fn condition_at(text: &str, positions: &Positions, place: Place) -> Parsed {
        if !text.contains(split::OPEN) {
            return Self::expression(text, 0..text.len(), positions, place);
        }
        let template = Self::parse_at(text.trim_end(), positions, place)?;
        match template.shape {
            Shape::Expression(_) => Ok(template),
            _ => {
                let message = "a condition is one expression, without text around it";
                let help = "write all of it inside of `${{ }}`, or leave the braces out";
                let fault = Diagnostic::error("E0120", template.span, message).help(help);
                Err(Broken::with(vec![fault], template))
            }
        }
    }

    /// An expression without `${{ }}`.
    pub fn bare_at(text: &str, positions: &Positions, place: Place) -> Parsed {
        Self::expression(text, 0..text.len(), positions, place)
    }

    fn expression(text: &str, range: Range<usize>, at: &Positions, place: Place) -> Parsed {
        let span = at.span(0..text.len());
        let Read { expression, references, faults } = expression::parse(text, range, at, place);
        let shape = expression.map_or(Shape::Broken(Vec::new()), Shape::Expression);
        let template = Self { span, references, shape };
        if faults.is_empty() { Ok(template) } else { Err(Broken::with(faults, template)) }
    }

    fn text(text: &str, (pieces, unclosed): (Vec<Piece>, Option<Unclosed>), at: &Positions, place: Place) -> Parsed {
        let (mut parts, mut references, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Text(range) => parts.push(Part::Text(text[range].to_owned())),
                Piece::Expression(range) => {
                    let read = expression::parse(text, range, at, place);
                    parts.extend(read.expression.map(Part::Expression));
                    references.extend(read.references);
                    faults.extend(read.faults);
                }
            }
        }
        faults.extend(unclosed.map(|open| {
            Diagnostic::error("E0120", at.span(open.0), "`${{` without its `}}`").help("close it with `}}`")
        }));
        let template = Self { span: at.span(0..text.len()), shape: Shape::Text(parts), references };
        if faults.is_empty() { Ok(template) } else { Err(Broken::with(faults, template)) }
    }
}
