//! Errors drawn on the user's own line: file, line, column, caret, and what was meant.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

mod command;
mod excerpt;

pub use command::{DEFAULT_STORE, command_line, quoted, store_to_type};
use excerpt::Excerpt;

/// A stretch of a source text, in bytes: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A text that diagnostics point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As the user wrote it, for showing.
    pub path: Arc<str>,
    pub text: Arc<str>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        position(&self.text, offset)
    }
}

/// The same of a text that is not to be kept.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One finding, at one place. `code` is stable (`E0103`) and has a heading in `docs/diagnostics.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    pub span: Span,
    /// What stands at the caret.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// The text that the span is of, if it is not the one that was asked about: a file that it calls.
    pub source: Option<Source>,
    /// What may be secret near it, and is not drawn.
    pub hidden: Vec<Span>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        let (severity, message, label) = (Severity::Error, clip(message.into()), String::new());
        Self { severity, code, message, span, label, help: None, source: None, hidden: Vec::new() }
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = clip(label.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(clip(help.into()));
        self
    }

    /// What it points at is drawn as stars if it may be secret.
    pub fn concealed(mut self, concealed: bool) -> Self {
        self.hidden.extend(concealed.then_some(self.span));
        self
    }

    /// The same finding in another text than the one that was asked about.
    pub fn within(mut self, source: &Source) -> Self {
        self.source.get_or_insert_with(|| source.clone());
        self
    }

    /// Draws the finding on the user's line, as rustc would.
    pub fn render(&self, source: &Source, color: bool) -> String {
        let source = self.source.as_ref().unwrap_or(source);
        let message = escape(&self.message);
        let label = escape(&self.label);
        let help = self.help.as_deref().map(escape);
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let excerpt = Excerpt::new(&source.text, self.span, &self.hidden);
        let path = escape(&source.path);
        let mut annotation = AnnotationKind::Primary.span(excerpt.span);
        if !label.is_empty() {
            annotation = annotation.label(label.as_str());
        }
        let mut snippet = Snippet::source(excerpt.text.as_ref()).line_start(excerpt.line).annotation(annotation);
        let mut group: Group<'_> = Group::with_title(level.primary_title(message.as_str()).id(self.code));
        if excerpt.is_cut {
            // The columns of the excerpt are not those of the file.
            let (line, column) = source.position(self.span.start);
            group = group.element(Origin::path(path.as_str()).line(line).char_column(column));
        } else {
            snippet = snippet.path(path.as_str());
        }
        group = group.element(snippet);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// The finding as data, for `--json`.
    pub fn to_json(&self, source: &Source) -> serde_json::Value {
        let source = self.source.as_ref().unwrap_or(source);
        let (line, column) = source.position(self.span.start);
        let (end_line, end_column) = source.position(self.span.end);
        serde_json::json!({
            "severity": self.severity, "code": self.code, "message": self.message, "help": self.help,
            "file": &*source.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        })
    }
}

/// What one of these findings hides, the others that are drawn near it hide as well.
pub fn conceal(findings: &mut [Diagnostic]) {
    let path = |finding: &Diagnostic| finding.source.as_ref().map(|source| source.path.clone());
    let hidden: Vec<(Option<Arc<str>>, Span)> =
        findings.iter().flat_map(|finding| finding.hidden.iter().map(move |span| (path(finding), *span))).collect();
    for finding in findings {
        let own = path(finding);
        finding.hidden = hidden.iter().filter(|(source, _)| *source == own).map(|(_, span)| *span).collect();
    }
}

/// No message quotes more of a file than a person would read.
const MAX_MESSAGE: usize = 2000;

fn clip(mut text: String) -> String {
    if text.len() > MAX_MESSAGE {
        text.truncate(text.floor_char_boundary(MAX_MESSAGE));
        text.push('…');
    }
    text
}

/// The candidate that was most likely meant by `word`, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST_NAME {
        return None;
    }
    let reach = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= reach)
        .take(MOST_COMPARED)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= reach && *distance < length)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Control and bidirectional characters: they command a terminal, or make text look like another.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// To hold words against each other takes time: nobody mistypes a longer one, and there may be very many of them.
const LONGEST_NAME: usize = 100;
const MOST_COMPARED: usize = 1000;

/// The type of a JSON value, as it is called in messages.
pub fn kind(value: &serde_json::Value) -> &'static str {
    use serde_json::Value;
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Text from outside made inert: control and bidirectional characters become visible escapes.
pub fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            if is_hostile(c) && c != '\n' && c != '\t' { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_is_drawn_on_its_line() {
        let source = Source::new("flow.yaml", "steps:\n  verfy: {}\n");
        let drawn = Diagnostic::error("E0100", Span::new(9, 14), "unknown step `verfy`")
            .label("not a step")
            .help("did you mean `verify`?")
            .render(&source, false);
        assert_eq!(
            drawn,
            "error[E0100]: unknown step `verfy`\n --> flow.yaml:2:3\n  |\n2 |   verfy: {}\n  |   ^^^^^ not a step\n  |\n  = help: did you mean `verify`?"
        );
    }

    #[test]
    fn a_message_is_no_longer_than_a_person_reads() {
        let found = Diagnostic::error("E0100", Span::default(), "é".repeat(100_000));
        assert!(found.message.len() < 3000 && found.message.ends_with('…'));
    }

    #[test]
    fn columns_count_characters() {
        let source = Source::new("x", "é: ü\nab");
        assert_eq!(source.position(4), (1, 4));
        assert_eq!(source.position(8), (2, 2));
        assert_eq!(source.position(99), (2, 3));
    }

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        assert_eq!(nearest("verfy", ["verify", "signup"]), Some("verify"));
        assert_eq!(nearest("xyz", ["verify", "signup"]), None);
    }

    #[test]
    fn hostile_text_is_made_visible() {
        assert_eq!(escape("a\u{1b}[2J\u{202e}b"), "a\\u{1b}[2J\\u{202e}b");
    }
}
