//! YAML: a list of maps. As in a workflow file, a scalar keeps the text that it is written with until its type is known, and
//! anchors, aliases and tags have no use.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::Value;

use super::OpError;
use super::cell::{Cell, Cells, Fault};
use super::sheet::Sheet;
use super::text::{MAX_ROW, Text};
use crate::workflow::{Given, Type, typed};

/// The parser needs all of it at once.
const MAX_BYTES: usize = 32 << 20;
const MAX_DEPTH: usize = 64;

/// A value as it is written.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Scalar { text: String, plain: bool },
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Towards an input's type; `None` for a null.
    pub fn given(self, ty: &Type) -> Option<Given> {
        match (self, ty) {
            (node, _) if node.is_null() => None,
            (Self::Scalar { text, plain: false }, Type::Any) => Some(Given::Json(Value::from(text))),
            // A list is written as one here.
            (Self::Scalar { text, .. }, Type::Array(_) | Type::Object) => Some(Given::Json(Value::from(text))),
            (Self::Scalar { text, .. }, _) => Some(Given::Text(text)),
            (node, ty) => Some(Given::Json(node.value(ty))),
        }
    }

    /// As a part of a key; `None` for a list or a map.
    pub fn word(self) -> Option<String> {
        match self {
            node if node.is_null() => Some(String::new()),
            Self::Scalar { text, .. } => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    fn is_null(&self) -> bool {
        let null = |text: &str| matches!(text, "" | "~" | "null" | "Null" | "NULL");
        matches!(self, Self::Scalar { text, plain: true } if null(text))
    }

    /// What is not of the type stays a text, and is refused as one.
    fn value(self, ty: &Type) -> Value {
        match (self, ty) {
            (Self::Scalar { text, plain: false }, Type::Any) => Value::from(text),
            (Self::Scalar { text, .. }, Type::Array(_) | Type::Object) => Value::from(text),
            (Self::Scalar { text, .. }, ty) => typed(&text, ty).unwrap_or_else(|_| Value::from(text)),
            (Self::List(items), Type::Array(ty)) => items.into_iter().map(|item| item.value(ty)).collect(),
            (Self::List(items), _) => items.into_iter().map(|item| item.value(&Type::Any)).collect(),
            (Self::Map(fields), _) => fields.into_iter().map(|(name, value)| (name, value.value(&Type::Any))).collect(),
        }
    }
}

pub(super) fn read(text: &mut Text<'_>, sheet: &mut Sheet<'_>) -> Result<(), OpError> {
    let whole = whole(text)?;
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(&whole);
    let mut rows = Rows { text, sheet, begun: false, ended: false, row: None, open: Vec::new() };
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let marker = error.marker();
            let why = format!("not YAML: {}, at column {}", error.info(), marker.col() + 1);
            rows.text.broken(marker.line() as u64, why)
        })?;
        rows.take(event, span)?;
    }
    Ok(())
}

fn whole(text: &mut Text<'_>) -> Result<String, OpError> {
    let mut bytes = Vec::new();
    while let Some(byte) = text.next()? {
        if bytes.len() == MAX_BYTES {
            let why = format!("YAML may have {MAX_BYTES} bytes at most; CSV and a JSON object a line may have more");
            return Err(text.unfit(why));
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|byte| **byte == b'\n').count() as u64;
        text.broken(line, "not text in UTF-8")
    })
}

/// What the parser's events make.
struct Rows<'t, 'r, 's, 'w> {
    text: &'t Text<'r>,
    sheet: &'s mut Sheet<'w>,
    /// The list of rows was opened, and closed.
    begun: bool,
    ended: bool,
    /// Where the row that is read begins, in lines and in characters.
    row: Option<(u64, usize)>,
    /// Its lists and maps that are not closed yet.
    open: Vec<Open>,
}

enum Open {
    List(Vec<Node>),
    Map { fields: Vec<(String, Node)>, key: Option<String> },
}

impl Rows<'_, '_, '_, '_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), OpError> {
        let (line, at) = (span.start.line() as u64, span.start.index());
        if self.row.is_some_and(|(_, start)| at.saturating_sub(start) > MAX_ROW) {
            let line = self.row.map_or(line, |(line, _)| line);
            return Err(self.text.too_large(line, ""));
        }
        let refused = |anchor: usize, tagged: bool| match (anchor, tagged) {
            (0, false) => None,
            (0, true) => Some("YAML tags have no use here; a text that begins with `!` is quoted"),
            _ => Some("YAML anchors and aliases have no use here"),
        };
        let (made, refusal) = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => return Ok(()),
            Event::DocumentStart(_) if self.ended => (None, Some("rows stand in one document, not in several")),
            Event::DocumentStart(_) => return Ok(()),
            Event::Alias(_) => (None, refused(1, false)),
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                (Some(Made::Node(Node::Scalar { text: text.into_owned(), plain })), refused(anchor, tag.is_some()))
            }
            Event::SequenceStart(anchor, tag) => {
                (Some(Made::Open(Open::List(Vec::new()))), refused(anchor, tag.is_some()))
            }
            Event::MappingStart(anchor, tag) => {
                let map = Open::Map { fields: Vec::new(), key: None };
                (Some(Made::Open(map)), refused(anchor, tag.is_some()))
            }
            Event::SequenceEnd | Event::MappingEnd => (self.close(), None),
        };
        match (refusal, made) {
            (Some(why), _) => Err(self.text.broken(line, why)),
            (None, Some(made)) => self.make(made, line, at),
            (None, None) => Ok(()),
        }
    }

    /// The innermost list or map is whole; `None` if it was the list of rows.
    fn close(&mut self) -> Option<Made> {
        match self.open.pop() {
            Some(Open::List(items)) => Some(Made::Node(Node::List(items))),
            Some(Open::Map { fields, .. }) => Some(Made::Node(Node::Map(fields))),
            None => {
                self.ended = true;
                None
            }
        }
    }

    fn make(&mut self, made: Made, line: u64, at: usize) -> Result<(), OpError> {
        if !self.begun {
            return self.begin(made, line);
        }
        let (row_line, _) = *self.row.get_or_insert((line, at));
        match made {
            Made::Open(_) if self.open.len() == MAX_DEPTH => {
                Err(self.text.broken(line, format!("a row is nested {MAX_DEPTH} levels deep at most")))
            }
            Made::Open(open) => {
                self.open.push(open);
                Ok(())
            }
            Made::Node(node) if self.open.is_empty() => {
                self.row = None;
                self.sheet.take(Some(row_line), cells(node))
            }
            Made::Node(node) => self.add(node, line),
        }
    }

    /// Before the list of rows.
    fn begin(&mut self, made: Made, line: u64) -> Result<(), OpError> {
        match made {
            Made::Open(Open::List(_)) => self.begun = true,
            // An empty text.
            Made::Node(node) if node.is_null() => self.ended = true,
            _ => return Err(self.text.broken(line, "a list of maps is wanted: `- NAME: VALUE`")),
        }
        Ok(())
    }

    /// To the innermost list or map.
    fn add(&mut self, node: Node, line: u64) -> Result<(), OpError> {
        match self.open.last_mut() {
            None => {}
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { fields, key }) => match (key.take(), node) {
                (Some(name), value) => fields.push((name, value)),
                (None, Node::Scalar { text, .. }) => *key = Some(text),
                (None, _) => return Err(self.text.broken(line, "a key is a word: `NAME: VALUE`")),
            },
        }
        Ok(())
    }
}

enum Made {
    Open(Open),
    Node(Node),
}

fn cells(row: Node) -> Result<Cells, Fault> {
    let Node::Map(fields) = row else { return Err(Fault::whole("a row is a map: `NAME: VALUE`")) };
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Fault { column: Some(pair[0].to_owned()), reason: "it is there twice".to_owned() }),
        None => Ok(fields.into_iter().map(|(name, node)| (name, Cell::Yaml(node))).collect()),
    }
}
