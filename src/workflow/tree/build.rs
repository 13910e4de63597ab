//! From the parser's events to a tree, within bounds.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

use super::node::{Entry, Kind, Node, Scalar, Style};
use super::offsets::Offsets;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::workflow::report::Report;

/// Bounds that no workflow meets by honest work.
const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 150_000;

/// Reads one YAML document. Duplicate keys are reported and the first one counts; everything else that is wrong ends the
/// reading, and then there is no tree.
pub fn parse(source: &Source, report: &mut Report) -> Option<Node> {
    if source.text.len() > MAX_BYTES {
        let message = format!("a workflow may have {MAX_BYTES} bytes at most, and this has {}", source.text.len());
        report.add(|| Diagnostic::error("E0108", Span::default(), message));
        return None;
    }
    let mut builder =
        Builder { source, offsets: Offsets::new(&source.text), open: Vec::new(), root: None, nodes: 0, report };
    match builder.read() {
        Ok(()) => builder.root,
        Err(diagnostic) => {
            report.add(|| *diagnostic);
            None
        }
    }
}

/// Boxed, since it is large and rare.
type Fault = Box<Diagnostic>;

struct Builder<'a> {
    source: &'a Source,
    offsets: Offsets,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    report: &'a mut Report,
}

/// A list or map whose end has not come yet.
enum Open {
    List { start: usize, items: Vec<Node> },
    Map { start: usize, entries: Vec<Entry>, keys: Keys, key: Option<(String, Span)> },
}

/// Where each key of a map stands. Most maps are small, and there are very many of them.
#[derive(Default)]
struct Keys(HashMap<String, Span>);

impl Keys {
    const SMALL: usize = 16;

    /// Where `key` stands already among `entries`.
    fn find(&self, entries: &[Entry], key: &str) -> Option<Span> {
        match entries.len() {
            0..=Self::SMALL => entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span),
            _ => self.0.get(key).copied(),
        }
    }

    /// An entry was added, the last of these.
    fn learn(&mut self, entries: &[Entry]) {
        let new = match entries.len() {
            0..=Self::SMALL => return,
            len if self.0.is_empty() => &entries[..len],
            len => &entries[len - 1..],
        };
        self.0.extend(new.iter().map(|entry| (entry.key.clone(), entry.key_span)));
    }
}

impl Builder<'_> {
    fn read(&mut self) -> Result<(), Fault> {
        let source = self.source;
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(&source.text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.syntax(&error))?;
            let span = self.offsets.span(span);
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(unsupported(
                            span,
                            "a file holds one document",
                            "keep each workflow in its own file",
                        ));
                    }
                }
                Event::Alias(_) => return Err(anchor(span)),
                Event::Scalar(text, style, anchor_id, tag) => {
                    self.plain(span, anchor_id, tag.as_deref())?;
                    let scalar = Scalar { text: text.into_owned(), style: self.style(style) };
                    self.add(Node { span, kind: Kind::Scalar(scalar) })?;
                }
                Event::SequenceStart(anchor_id, tag) => {
                    self.plain(span, anchor_id, tag.as_deref())?;
                    self.enter(span, Open::List { start: span.start, items: Vec::new() })?;
                }
                Event::MappingStart(anchor_id, tag) => {
                    self.plain(span, anchor_id, tag.as_deref())?;
                    let open = Open::Map { start: span.start, entries: Vec::new(), keys: Keys::default(), key: None };
                    self.enter(span, open)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.leave(span)?,
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            }
        }
        Ok(())
    }

    fn style(&self, style: ScalarStyle) -> Style {
        match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        }
    }

    fn plain(&self, span: Span, anchor_id: usize, tag: Option<&saphyr_parser::Tag>) -> Result<(), Fault> {
        let span = self.first_line(span.start, span.end);
        if anchor_id != 0 {
            return Err(anchor(span));
        }
        match tag {
            None => Ok(()),
            Some(_) => {
                Err(unsupported(span, "YAML tags have no use here", "a text that begins with `!` must be quoted"))
            }
        }
    }

    fn enter(&mut self, span: Span, open: Open) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("a workflow may be nested {MAX_DEPTH} levels deep at most");
            return Err(Box::new(Diagnostic::error("E0108", span, message)));
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self, end: Span) -> Result<(), Fault> {
        let node = match self.open.pop() {
            Some(Open::List { start, items }) => {
                Node { span: self.first_line(start, end.end), kind: Kind::List(items) }
            }
            Some(Open::Map { start, entries, .. }) => {
                Node { span: self.first_line(start, end.end), kind: Kind::Map(entries) }
            }
            None => return Ok(()),
        };
        self.add(node)
    }

    fn first_line(&self, start: usize, end: usize) -> Span {
        let text = self.source.text.get(start..end).unwrap_or_default();
        let line = text.find('\n').map_or(text, |at| &text[..at]);
        Span::new(start, start + line.trim_end().len())
    }

    fn add(&mut self, node: Node) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("a workflow may have {MAX_NODES} values at most");
            return Err(Box::new(Diagnostic::error("E0108", node.span, message)));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, keys, key, .. }) => match key.take() {
                None => match node.kind {
                    Kind::Scalar(scalar) => *key = Some((scalar.text, node.span)),
                    _ => return Err(unsupported(node.span, "a key is a word", "write `key: value`")),
                },
                Some((key, key_span)) => match keys.find(entries, &key) {
                    Some(first) => self.report.add(|| duplicate(self.source, &key, first, key_span)),
                    None => {
                        entries.push(Entry { value: at_key_if_empty(node, key_span), key, key_span });
                        keys.learn(entries);
                    }
                },
            },
        }
        Ok(())
    }

    /// The innermost list or map that a bracket has opened.
    fn open_bracket(&self) -> Option<(char, usize)> {
        self.open.iter().rev().find_map(|open| {
            let (Open::List { start, .. } | Open::Map { start, .. }) = open;
            let first = self.source.text.get(*start..)?.chars().next()?;
            matches!(first, '[' | '{').then_some((first, *start))
        })
    }

    fn syntax(&self, error: &saphyr_parser::ScanError) -> Fault {
        let at = self.offsets.byte(error.marker().index());
        let mut diagnostic = Diagnostic::error("E0101", Span::new(at, at), format!("not YAML: {}", error.info()));
        let (before, after) = self.source.text.split_at(at);
        if error.info().contains("tab") {
            diagnostic = diagnostic.help("indent with spaces");
        } else if before.ends_with('$') && after.starts_with("{{") {
            diagnostic = diagnostic.help("put what holds an expression into quotes: `\"${{ … }}\"`");
        } else if error.info().contains("mapping values") {
            let help = "a text that holds `: ` is put into quotes; else see whether a `:` is missing before this place";
            diagnostic = diagnostic.help(help);
        } else if let Some((bracket, start)) = self.open_bracket() {
            let (line, column) = self.source.position(start);
            diagnostic = diagnostic.help(format!("the `{bracket}` at line {line}, column {column} is still open"));
        }
        Box::new(diagnostic)
    }
}

/// A value that was left out is shown at its key.
fn at_key_if_empty(node: Node, key: Span) -> Node {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.is_nothing() => Node { span: key, ..node },
        _ => node,
    }
}

fn duplicate(source: &Source, key: &str, first: Span, second: Span) -> Diagnostic {
    let (line, column) = source.position(first.start);
    Diagnostic::error("E0102", second, format!("the key `{key}` stands here twice"))
        .label("the second")
        .help(format!("the first is at line {line}, column {column}; keep one of them"))
}

fn anchor(span: Span) -> Fault {
    unsupported(span, "YAML anchors and aliases have no use here", "write the value where it is needed")
}

fn unsupported(span: Span, message: &str, help: &str) -> Fault {
    Box::new(Diagnostic::error("E0109", span, message).help(help))
}
