//! `inputs:`

use serde_json::Value;

use super::decoder::Decoder;
use crate::expr::Place;
use crate::workflow::format::{FORMATS, violation};
use crate::workflow::tree::{Entry, Node};
use crate::workflow::{Input, Type};

const KEYS: &[&str] = &["type", "format", "items", "description", "default", "sandbox", "optional", "secret"];
const TYPES: &str = "string, integer, number, boolean, duration, array or object";

impl Decoder<'_> {
    pub fn input(&mut self, entry: &Entry) -> Option<Input> {
        let name = self.name(&entry.key, entry.key_span)?;
        let fields = self.fields(&entry.value, "an input", KEYS);
        let get = |key| fields.as_ref().and_then(|fields| fields.get(key));
        let mut ty = get("type").map_or(Type::String, |node| self.input_type(node));
        let mut format = get("format").and_then(|node| self.format(node));
        if let Some(node) = get("items") {
            let (items, item_format) = self.item_type(node);
            match &mut ty {
                Type::Array(inner) => **inner = items,
                _ => self.error("E0105", node.span, "only an array has items"),
            }
            format = format.or(item_format);
        }
        let secret = get("secret").and_then(|node| self.boolean(node)).unwrap_or(false);
        let default = get("default").map(|node| self.constant(node, &ty, format.as_deref()));
        let sandbox = get("sandbox").map(|node| self.constant(node, &ty, format.as_deref()));
        Some(Input {
            name,
            format,
            description: get("description").and_then(|node| self.owned_text(node)),
            default,
            sandbox,
            optional: get("optional").and_then(|node| self.boolean(node)).unwrap_or(false),
            secret,
            ty,
            span: entry.key_span,
        })
    }

    fn input_type(&mut self, node: &Node) -> Type {
        match self.text(node, TYPES) {
            Some("string") => Type::String,
            Some("integer") => Type::Integer,
            Some("number") => Type::Number,
            Some("boolean") => Type::Boolean,
            Some("duration") => Type::Duration,
            Some("array") => Type::array(Type::Any),
            Some("object") => Type::Object,
            Some(_) => {
                self.error_with_help(
                    "E0134",
                    node.span,
                    format!("{} is not a type", node.found()),
                    &format!("write {TYPES}"),
                );
                Type::Any
            }
            None => Type::Any,
        }
    }

    /// `items: { type: …, format: … }`
    fn item_type(&mut self, node: &Node) -> (Type, Option<String>) {
        let Some(fields) = self.fields(node, "the items of an array", &["type", "format"]) else {
            return (Type::Any, None);
        };
        let ty = fields.get("type").map_or(Type::Any, |node| self.input_type(node));
        (ty, fields.get("format").and_then(|node| self.format(node)))
    }

    fn format(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node, "the name of a format")?.to_owned();
        if !FORMATS.contains(&text.as_str()) {
            let help = format!("these exist: {}", FORMATS.join(", "));
            self.error_with_help("E0134", node.span, format!("unknown format `{}`", text.escape_debug()), &help);
            return None;
        }
        Some(text)
    }

    /// A default or sandbox value: a value of the input's type, without expressions.
    fn constant(&mut self, node: &Node, ty: &Type, format: Option<&str>) -> Value {
        let template = self.template(node, ty, Place::Value);
        match template.as_literal() {
            Some(value) => {
                if let Some(problem) = format.and_then(|format| violation(value, format)) {
                    self.error("E0134", node.span, problem);
                }
                value.clone()
            }
            None => {
                let help = "write the value itself: inputs are known before anything runs";
                self.error_with_help("E0129", node.span, "an expression has no place here", help);
                Value::Null
            }
        }
    }
}
