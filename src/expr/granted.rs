//! What a template takes for granted: references of which it does not ask whether they are null.

use cel::parser::pratt_parser::TokenKind;

use super::Reference;
use super::expression::{Code, Expression};
use super::refer::reference_of;
use super::template::{Part, Shape, Template};
use crate::diagnostic::Span;

/// A reference whose null was not thought of.
#[derive(Debug, Clone, PartialEq)]
pub struct Granted {
    pub reference: Reference,
    pub span: Span,
    /// It stands alone, so that its null is the null of the whole value or entry.
    pub alone: bool,
    /// It is inside of a list or a map.
    pub nested: bool,
}

impl Template {
    /// The references whose step nothing in their own expression asks about: no output of it is compared, or in a `has`.
    pub fn granted(&self) -> Vec<Granted> {
        let mut found = Vec::new();
        self.collect(false, &mut found);
        found
    }

    fn collect(&self, nested: bool, found: &mut Vec<Granted>) {
        match self.shape() {
            Shape::Literal(_) | Shape::Broken(_) => {}
            Shape::Expression(expression) => expression.granted(true, nested, found),
            Shape::Text(parts) => parts.iter().for_each(|part| match part {
                Part::Text(_) => {}
                Part::Expression(expression) => expression.granted(false, nested, found),
            }),
            Shape::List(items) => items.iter().for_each(|item| item.collect(true, found)),
            Shape::Map(fields) => fields.iter().for_each(|(_, value)| value.collect(true, found)),
            Shape::Over(under, own) => {
                under.iter().for_each(|(_, value)| value.collect(true, found));
                own.collect(nested, found);
            }
        }
    }

    /// The parts of a condition that all must hold, in a form that can be compared: `a && (b || c)` has two.
    pub fn conjuncts(&self) -> Vec<String> {
        let Shape::Expression(expression) = self.shape() else { return Vec::new() };
        let (mut parts, mut depth) = (vec![Vec::new()], 0usize);
        for word in expression.words.iter() {
            let text = word.text(&expression.source);
            match word.kind {
                TokenKind::TokLeftParen | TokenKind::TokLeftBracket => depth += 1,
                TokenKind::TokRightParen | TokenKind::TokRightBracket => depth = depth.saturating_sub(1),
                TokenKind::TokLogicalAnd if depth == 0 => {
                    parts.push(Vec::new());
                    continue;
                }
                // These bind weaker, so that the whole is one part.
                TokenKind::TokLogicalOr | TokenKind::TokQuestion if depth == 0 => {
                    let whole = expression.words.iter().map(|word| word.text(&expression.source));
                    return vec![whole.collect::<Vec<_>>().join(" ")];
                }
                _ => {}
            }
            if let Some(part) = parts.last_mut() {
                part.push(text);
            }
        }
        parts.into_iter().map(|part| part.join(" ")).collect()
    }
}

impl Expression {
    fn granted(&self, whole: bool, nested: bool, found: &mut Vec<Granted>) {
        let mentions = self.mentions();
        let asked = |reference: &Reference| {
            mentions.iter().filter(|other| other.asked).any(|other| match (&other.reference, reference) {
                (Reference::Output(one, _), Reference::Output(other, _)) => one == other,
                (one, other) => one == other,
            })
        };
        let alone = whole && matches!(&self.code, Code::Path(path) if path.steps.is_empty());
        let granted = mentions.iter().filter(|mention| !asked(&mention.reference));
        found.extend(granted.map(|mention| {
            let (reference, span) = (mention.reference.clone(), mention.span);
            Granted { reference, span, alone, nested }
        }));
    }

    fn mentions(&self) -> Vec<Mention> {
        let kind = |at: Option<usize>| at.and_then(|at| self.words.get(at)).map_or(TokenKind::TokEnd, |word| word.kind);
        let text = |at: usize| self.words.get(at).map_or("", |word| word.text(&self.source));
        let compares = |kind| matches!(kind, TokenKind::TokEqualEqual | TokenKind::TokExclamationEqual);
        let (mut mentions, mut at) = (Vec::new(), 0);
        while at < self.words.len() {
            let is_root = kind(Some(at)) == TokenKind::TokIdent && kind(at.checked_sub(1)) != TokenKind::TokDot;
            let Some((reference, words)) = reference_of(&|ahead| text(at + ahead)).filter(|_| is_root) else {
                at += 1;
                continue;
            };
            let within = self.words.get(at..at + words).unwrap_or_default();
            let ends = within.first().zip(within.last());
            let span = ends.map_or(self.span, |(first, last)| Span::new(first.span.start, last.span.end));
            let by_has = at >= 2 && text(at - 2) == "has" && kind(at.checked_sub(1)) == TokenKind::TokLeftParen;
            let asked = by_has || compares(kind(Some(at + words))) || compares(kind(at.checked_sub(1)));
            mentions.push(Mention { reference, span, asked });
            at += words;
        }
        mentions
    }
}

/// A place where an expression names a value.
struct Mention {
    reference: Reference,
    span: Span,
    /// It is compared with something there, which a null stands, or asked about with `has`.
    asked: bool,
}
