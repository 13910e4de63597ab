//! `outputs:` of a step: what is captured from its answer.

use super::decoder::Decoder;
use super::pattern::Fault;
use crate::expr::{Place, Template};
use crate::workflow::tree::{Entry, Kind, Node};
use crate::workflow::{Capture, CaptureFrom, Pattern};

pub(in crate::workflow) const KEYS: &[&str] = &["jsonpath", "header", "regex", "value", "secret"];

const SOURCES: [&str; 4] = ["jsonpath", "header", "regex", "value"];

impl Decoder<'_> {
    pub fn capture(&mut self, entry: &Entry) -> Option<Capture> {
        let name = self.declared(entry)?;
        let mut secret = false;
        let from = match &entry.value.kind {
            Kind::Scalar(_) => self.capture_expression(&entry.value),
            _ => self.capture_source(entry, &mut secret),
        };
        // What could not be read may be anything, so that references to it are not errors too.
        let anything = || CaptureFrom::JsonPath(serde_json_path::JsonPath::default());
        Some(Capture { name, span: entry.key_span, from: from.unwrap_or_else(anything), secret })
    }

    fn capture_source(&mut self, entry: &Entry, secret: &mut bool) -> Option<CaptureFrom> {
        let fields = self.fields(&entry.value, "a capture", KEYS)?;
        *secret = fields.get("secret").and_then(|node| self.boolean(node)).unwrap_or(false);
        let mut given = SOURCES.into_iter().filter_map(|source| Some((source, fields.get(source)?)));
        let Some((source, node)) = given.next() else {
            let message = format!("a capture needs one of {}", SOURCES.join(", "));
            self.error("E0106", entry.key_span, message);
            return None;
        };
        if let Some((other, node)) = given.next() {
            self.error("E0114", node.span, format!("a capture has one source, and here are `{source}` and `{other}`"));
        }
        match source {
            "jsonpath" => self.json_path(node),
            "header" => self.header(node),
            "regex" => self.regex(node).map(|pattern| CaptureFrom::Regex(pattern.regex)),
            _ => self.capture_expression(node),
        }
    }

    /// An expression over `response`, with or without `${{ }}`.
    fn capture_expression(&mut self, node: &Node) -> Option<CaptureFrom> {
        let Kind::Scalar(scalar) = &node.kind else {
            self.wrong_type(node, "an expression");
            return None;
        };
        let positions = node.positions(&self.source.text, scalar);
        let template = if scalar.text.contains("${{") {
            Template::parse_at(&scalar.text, &positions, Place::Capture)
        } else {
            Template::bare_at(&scalar.text, &positions, Place::Capture)
        };
        Some(CaptureFrom::Expression(self.parsed(template)))
    }

    fn json_path(&mut self, node: &Node) -> Option<CaptureFrom> {
        let text = self.text(node, "a JSONPath such as `$.data.id`")?;
        match self.budget.patterns.json_path(text) {
            Ok(path) => Some(CaptureFrom::JsonPath(path)),
            Err(Fault::TooLarge) => self.too_large(node),
            Err(Fault::Syntax(_)) => {
                let message = format!("{} is not a JSONPath", node.found());
                self.error_with_help("E0134", node.span, message, "RFC 9535, as in `$.data[0].id`");
                None
            }
        }
    }

    fn header(&mut self, node: &Node) -> Option<CaptureFrom> {
        let text = self.text(node, "the name of a header")?;
        if is_header(text) {
            return Some(CaptureFrom::Header(text.to_ascii_lowercase()));
        }
        self.error("E0134", node.span, format!("{} is not the name of a header", node.found()));
        None
    }

    pub fn regex(&mut self, node: &Node) -> Option<Pattern> {
        let text = self.text(node, "a regular expression")?;
        match self.budget.patterns.regex(text) {
            Ok(pattern) => Some(pattern),
            Err(Fault::TooLarge) => self.too_large(node),
            Err(Fault::Syntax(why)) => {
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                self.error("E0134", node.span, format!("not a regular expression: {why}"));
                None
            }
        }
    }

    fn too_large<T>(&mut self, node: &Node) -> Option<T> {
        let message = format!("{} is too large, or all patterns of this workflow are together", node.found());
        self.error_with_help("E0108", node.span, message, "use shorter ones with fewer repetitions and filters");
        None
    }
}

/// Whether a header may have this name.
pub(super) fn is_header(text: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(token)
}
