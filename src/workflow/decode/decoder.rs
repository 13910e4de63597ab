//! What every part of the reading shares: where the file is, what actions exist, and where errors go.

use std::time::Duration;

use super::fields::Fields;
use super::misnamed::Misnamed;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::id::StepId;
use crate::workflow::duration::parse_duration;
use crate::workflow::report::Report;
use crate::workflow::tree::{Entry, Kind, Node};
use crate::workflow::{Budget, Called, Catalogue, Spanned};

pub struct Decoder<'a> {
    pub source: &'a Source,
    pub catalogue: &'a Catalogue,
    pub called: &'a Called,
    pub report: &'a mut Report,
    pub budget: &'a mut Budget,
    pub misnamed: Misnamed,
}

impl<'a> Decoder<'a> {
    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.report.add(|| Diagnostic::error(code, span, message));
    }

    pub fn error_with_help(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: &str) {
        self.report.add(|| Diagnostic::error(code, span, message).help(help));
    }

    pub fn wrong_type(&mut self, node: &Node, wanted: &str) {
        self.error("E0105", node.span, format!("found {} where {wanted} is wanted", node.found()));
    }

    /// The entries of a map.
    pub fn entries<'n>(&mut self, node: &'n Node, wanted: &str) -> &'n [Entry] {
        match &node.kind {
            Kind::Map(entries) => entries,
            _ => {
                self.wrong_type(node, wanted);
                &[]
            }
        }
    }

    /// A map whose keys are known; `what` is its name for messages.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str, allowed: &'static [&'static str]) -> Option<Fields<'n>> {
        match &node.kind {
            Kind::Map(entries) => Some(Fields::new(self, entries, node.span, what, allowed)),
            _ => {
                self.wrong_type(node, &format!("a map with the keys of {what}"));
                None
            }
        }
    }

    pub fn items<'n>(&mut self, node: &'n Node, wanted: &str) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            _ => {
                self.wrong_type(node, wanted);
                &[]
            }
        }
    }

    pub fn text<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Scalar(scalar) if !scalar.is_nothing() => Some(&scalar.text),
            _ => {
                self.wrong_type(node, wanted);
                None
            }
        }
    }

    pub fn owned_text(&mut self, node: &Node) -> Option<String> {
        self.text(node, "a text").map(str::to_owned)
    }

    /// A text for people, in which nothing is evaluated.
    pub fn words(&mut self, node: &Node) -> Option<String> {
        let text = self.owned_text(node)?;
        if text.contains("${{") {
            let help = "it is shown as it stands; leave the expression out";
            self.error_with_help("E0129", node.span, "an expression has no place in a text for people", help);
        }
        Some(text)
    }

    /// Warns of a key that changes nothing.
    pub fn no_effect(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.report.warn(|| Diagnostic::warning("W0105", span, message).help(help));
    }

    pub fn spanned_text(&mut self, node: &Node, wanted: &str) -> Option<Spanned<String>> {
        let value = self.text(node, wanted)?.to_owned();
        Some(Spanned { value, span: node.span })
    }

    pub fn boolean(&mut self, node: &Node) -> Option<bool> {
        match self.text(node, "true or false")? {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.wrong_type(node, "true or false");
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub fn integer(&mut self, node: &Node, least: u32, most: u32) -> Option<u32> {
        let wanted = format!("a whole number from {least} to {most}");
        let text = self.text(node, &wanted)?;
        match text.parse::<i64>() {
            Ok(number) => match u32::try_from(number) {
                Ok(number) if (least..=most).contains(&number) => Some(number),
                _ => {
                    self.error("E0134", node.span, format!("{number} is not {wanted}"));
                    None
                }
            },
            Err(_) => {
                self.wrong_type(node, &wanted);
                None
            }
        }
    }

    pub fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = self.text(node, "a duration")?;
        let parsed = parse_duration(text);
        if parsed.is_none() {
            let message = format!("{} is not a duration", node.found());
            self.error_with_help("E0134", node.span, message, "write `30s`, `5m`, `1h30m` or `250ms`");
        }
        parsed
    }

    /// How long something may take: some time at least.
    pub fn time_limit(&mut self, node: &Node) -> Option<Duration> {
        let limit = self.duration(node)?;
        if limit.is_zero() {
            self.error_with_help(
                "E0134",
                node.span,
                "a time limit is longer than nothing",
                "leave it out for no limit, or write `30s`",
            );
            return None;
        }
        Some(limit)
    }

    /// The same of a step as a whole and of each of its tries.
    pub fn time_limits(&mut self, fields: Option<&Fields<'_>>) -> (Option<Duration>, Option<Duration>) {
        let [whole, each] = ["timeout", "attempt-timeout"].map(|key| fields.and_then(|fields| fields.get(key)));
        let limits = [whole, each].map(|node| node.and_then(|node| self.time_limit(node)));
        if let (Some(node), [Some(whole), Some(each)]) = (each, limits)
            && each > whole
        {
            self.no_effect(
                node.span,
                "`attempt-timeout` is longer than `timeout`",
                "a try never has so long; shorten it",
            );
        }
        (limits[0], limits[1])
    }

    /// The id of a step of this file.
    pub fn local_id(&mut self, text: &str, span: Span) -> Option<StepId> {
        StepId::local(text).map_err(|error| self.error("E0107", span, error.to_string())).ok()
    }
}
