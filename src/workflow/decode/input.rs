//! `inputs:`

use serde_json::{Number, Value};

use super::decoder::Decoder;
use super::fields::Fields;
use crate::expr::Place;
use crate::workflow::check::{in_file, is_empty};
use crate::workflow::rules::{FORMATS, bound_keys};
use crate::workflow::tree::{Entry, Node};
use crate::workflow::{Extent, Input, Rules, Type};

pub(in crate::workflow) const KEYS: &[&str] = &[
    "type",
    "format",
    "pattern",
    "enum",
    "min-length",
    "max-length",
    "minimum",
    "maximum",
    "min-items",
    "max-items",
    "items",
    "description",
    "default",
    "sandbox",
    "optional",
    "secret",
];
pub(in crate::workflow) const ITEM_KEYS: &[&str] =
    &["type", "format", "pattern", "enum", "min-length", "max-length", "minimum", "maximum"];
pub(in crate::workflow) const TYPES: &[&str] =
    &["string", "integer", "number", "boolean", "duration", "array", "object"];
/// Which types each key of a bound is for.
const BOUNDS: [(&str, &str); 6] = [
    ("min-length", "a string"),
    ("max-length", "a string"),
    ("min-items", "an array"),
    ("max-items", "an array"),
    ("minimum", "a number or an integer"),
    ("maximum", "a number or an integer"),
];

impl Decoder<'_> {
    pub fn input(&mut self, entry: &Entry) -> Option<Input> {
        let name = self.declared(entry)?;
        let fields = self.fields(&entry.value, "an input", KEYS);
        let get = |key| fields.as_ref().and_then(|fields| fields.get(key));
        let mut ty = get("type").map_or(Type::String, |node| self.input_type(node));
        let mut rules = fields.as_ref().map(|fields| self.rules(fields, &ty)).unwrap_or_default();
        if let Some(node) = get("items") {
            let (items, of_items) = self.item_type(node);
            match &mut ty {
                Type::Array(inner) => **inner = items,
                _ => self.error("E0105", node.span, "only an array has items"),
            }
            rules.items = Some(Box::new(of_items));
        }
        let secret = get("secret").and_then(|node| self.boolean(node)).unwrap_or(false);
        let default = get("default").map(|node| self.constant(node, &ty, &rules));
        if let (true, Some(node), Some(false)) = (secret, get("default"), default.as_ref().map(is_empty)) {
            let help = "declare it under `secrets` with `env` instead of `inputs`, or leave the default out";
            let found = in_file(node.span, "a value of a secret input", "").help(help);
            self.report.warn(|| found);
        }
        Some(Input {
            name,
            description: get("description").and_then(|node| self.words(node)),
            default,
            sandbox: get("sandbox").map(|node| self.constant(node, &ty, &rules)),
            optional: get("optional").and_then(|node| self.boolean(node)).unwrap_or(false),
            secret,
            rules,
            ty,
            span: entry.key_span,
        })
    }

    fn input_type(&mut self, node: &Node) -> Type {
        let all = format!("{} or {}", TYPES[..TYPES.len() - 1].join(", "), TYPES[TYPES.len() - 1]);
        match self.text(node, &all) {
            Some("string") => Type::String,
            Some("integer") => Type::Integer,
            Some("number") => Type::Number,
            Some("boolean") => Type::Boolean,
            Some("duration") => Type::Duration,
            Some("array") => Type::array(Type::Any),
            Some("object") => Type::Object,
            Some(_) => {
                let message = format!("{} is not a type", node.found());
                self.error_with_help("E0134", node.span, message, &format!("write {all}"));
                Type::Any
            }
            None => Type::Any,
        }
    }

    /// `items: { type: …, format: … }`
    fn item_type(&mut self, node: &Node) -> (Type, Rules) {
        let Some(fields) = self.fields(node, "the items of an array", ITEM_KEYS) else {
            return (Type::Any, Rules::default());
        };
        let of_text = fields.get("type").is_none() && fields.get("format").is_some();
        let absent = if of_text { Type::String } else { Type::Any };
        let ty = fields.get("type").map_or(absent, |node| self.input_type(node));
        let rules = self.rules(&fields, &ty);
        (ty, rules)
    }

    fn rules(&mut self, fields: &Fields<'_>, ty: &Type) -> Rules {
        for key in ["format", "pattern"] {
            if let Some(node) = fields.get(key).filter(|_| !matches!(ty, Type::String | Type::Any)) {
                self.error("E0105", node.span, format!("`{key}` is for a string, and this is {ty}"));
            }
        }
        let one_of = fields.get("enum").map(|node| {
            let all = self.items(node, "a list of values");
            if all.is_empty() {
                self.error("E0106", node.span, "`enum` needs at least one value");
            }
            all.iter().map(|item| self.constant(item, ty, &Rules::default())).collect()
        });
        Rules {
            format: fields.get("format").and_then(|node| self.format(node)),
            pattern: fields.get("pattern").and_then(|node| self.regex(node)),
            one_of: one_of.unwrap_or_default(),
            bounds: self.bounds(fields, ty),
            items: None,
        }
    }

    fn bounds(&mut self, fields: &Fields<'_>, ty: &Type) -> Extent {
        let own = bound_keys(ty);
        for (key, wanted) in BOUNDS {
            if let Some(entry) = fields.entry(key).filter(|_| !own.is_some_and(|own| own.contains(&key))) {
                self.error("E0105", entry.key_span, format!("`{key}` is for {wanted}, and this is {ty}"));
            }
        }
        let Some([least, most]) = own else { return Extent::default() };
        let read = |decoder: &mut Self, key| {
            let entry = fields.entry(key)?;
            Some((decoder.bound(&entry.value, ty)?, entry))
        };
        let (least, most) = (read(self, least), read(self, most));
        if let (Some((least, _)), Some((most, entry))) = (&least, &most)
            && least.as_f64() > most.as_f64()
        {
            self.error("E0134", entry.value.span, format!("{most} is less than {least}: no value would do"));
        }
        Extent { least: least.map(|(bound, _)| bound), most: most.map(|(bound, _)| bound) }
    }

    /// Of a number any; of what is counted a count.
    fn bound(&mut self, node: &Node, ty: &Type) -> Option<Number> {
        if !matches!(ty, Type::Number | Type::Integer) {
            return self.integer(node, 0, u32::MAX).map(Number::from);
        }
        match self.constant(node, ty, &Rules::default()) {
            Value::Number(number) => Some(number),
            _ => None,
        }
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

    /// A value of a type, without expressions, that keeps the rules.
    fn constant(&mut self, node: &Node, ty: &Type, rules: &Rules) -> Value {
        let template = self.template(node, ty, Place::Value);
        match template.as_literal() {
            Some(value) => {
                if let Some((code, problem)) = self.budget.effort.fault(rules, value) {
                    self.error(code, node.span, problem);
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
