//! Values in which expressions may stand, read towards a type.

use super::decoder::Decoder;
use super::scalar::literal_of_type;
use crate::diagnostic::Diagnostic;
use crate::expr::{Broken, Parsed, Place, Template};
use crate::workflow::Type;
use crate::workflow::tree::{Entry, Kind, Node, Scalar};

const OPEN: &str = "${{";

impl Decoder<'_> {
    /// Reads `node` as a value of type `ty`. What cannot be read becomes a null.
    pub fn template(&mut self, node: &Node, ty: &Type, place: Place) -> Template {
        let read = match &node.kind {
            Kind::Scalar(scalar) if scalar.text.contains(OPEN) => Some(self.expressions(node, scalar, ty, place)),
            Kind::Scalar(scalar) => self.literal(node, scalar, ty),
            Kind::List(items) => match ty {
                Type::Array(inner) => Some(self.list(node, items, inner, place)),
                Type::Any => Some(self.list(node, items, &Type::Any, place)),
                _ => self.misplaced(node, ty, place),
            },
            Kind::Map(entries) => match ty {
                Type::Object | Type::Any => Some(self.map(node, entries, place)),
                _ => self.misplaced(node, ty, place),
            },
        };
        read.unwrap_or_else(|| Template::literal_at(serde_json::Value::Null, node.span))
    }

    /// Takes what a parser of templates gave: of a value that is wrong, what could be read.
    pub fn parsed(&mut self, parsed: Parsed) -> Template {
        parsed.unwrap_or_else(|broken| {
            let Broken { faults, rest } = *broken;
            let text = &self.source.text;
            let quoted = |fault: &Diagnostic| text.get(fault.span.start..fault.span.end).unwrap_or_default();
            // That a name is none is said where it is declared.
            let declared = |fault: &Diagnostic| fault.code == "E0107" && self.misnamed.has(quoted(fault));
            self.report.extend(faults.into_iter().filter(|fault| !declared(fault)));
            rest
        })
    }

    fn list(&mut self, node: &Node, items: &[Node], inner: &Type, place: Place) -> Template {
        Template::list(items.iter().map(|item| self.template(item, inner, place)).collect(), node.span)
    }

    fn map(&mut self, node: &Node, entries: &[Entry], place: Place) -> Template {
        let mut fields = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.key.contains(OPEN) {
                let help = "only values are evaluated";
                self.error_with_help("E0129", entry.key_span, "an expression has no place in a key", help);
            }
            fields.push((entry.key.clone(), self.template(&entry.value, &Type::Any, place)));
        }
        Template::map(fields, node.span)
    }

    fn literal(&mut self, node: &Node, scalar: &Scalar, ty: &Type) -> Option<Template> {
        match literal_of_type(scalar, ty) {
            Some(value) => Some(Template::literal_at(value, node.span)),
            None => self.mismatch(node, ty),
        }
    }

    fn expressions(&mut self, node: &Node, scalar: &Scalar, ty: &Type, place: Place) -> Template {
        let positions = node.positions(&self.source.text, scalar);
        let template = self.parsed(Template::parse_at(&scalar.text, &positions, place));
        if template.is_text() && !matches!(ty, Type::String | Type::Any | Type::Duration) {
            let message = format!("text around an expression makes a string, and {} is wanted", with_article(ty));
            self.error_with_help("E0105", node.span, message, "leave the expression alone in its quotes");
            return template.broken();
        }
        template
    }

    /// A list or a map where something else is wanted may hold more that is wrong.
    fn misplaced(&mut self, node: &Node, ty: &Type, place: Place) -> Option<Template> {
        self.mismatch(node, ty);
        let read = self.template(node, &Type::Any, place);
        read.as_literal().is_none().then(|| read.broken())
    }

    fn mismatch(&mut self, node: &Node, ty: &Type) -> Option<Template> {
        self.report.add(|| wrong_value(node, ty));
        None
    }
}

/// `node` holds something that is not of type `ty`.
fn wrong_value(node: &Node, ty: &Type) -> Diagnostic {
    let found =
        Diagnostic::error("E0105", node.span, format!("found {} where {} is wanted", node.found(), with_article(ty)));
    match ty {
        Type::Duration => found.help("write `30s`, `5m`, `1h30m` or `250ms`"),
        Type::Array(_) => found.help("write `[a, b]`, or one item a line after `- `"),
        _ => found,
    }
}

fn with_article(ty: &Type) -> String {
    match ty {
        Type::Integer | Type::Array(_) | Type::Object => format!("an {ty}"),
        Type::Any => ty.to_string(),
        _ => format!("a {ty}"),
    }
}
