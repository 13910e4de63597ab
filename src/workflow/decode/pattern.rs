//! Regular expressions and JSONPaths within bounds: short ones may be large once compiled, and take long.

use std::collections::HashMap;

use regex::RegexBuilder;
use regex_syntax::hir::{Hir, HirKind};
use serde_json_path::JsonPath;

use crate::workflow::Pattern;

/// What all patterns of a workflow may cost together, about in bytes.
const ROOM: usize = 16 << 20;
/// No honest pattern is longer.
const MAX_TEXT: usize = 1000;
/// A regular expression is given these many bytes one after the other, and costs all that it was given.
const SIZES: [usize; 5] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

pub enum Fault {
    /// Why it is none.
    Syntax(String),
    TooLarge,
}

/// The patterns that were read.
pub struct Patterns {
    room: usize,
    /// The same text is compiled once.
    regexes: HashMap<String, Pattern>,
}

impl Default for Patterns {
    fn default() -> Self {
        Self { room: ROOM, regexes: HashMap::new() }
    }
}

impl Patterns {
    pub fn regex(&mut self, text: &str) -> Result<Pattern, Fault> {
        if let Some(known) = self.regexes.get(text) {
            return Ok(known.clone());
        }
        for size in SIZES {
            self.take(text, size)?;
            match RegexBuilder::new(text).size_limit(size).build() {
                Ok(regex) => {
                    let pattern =
                        Pattern { regex, extent: regex_syntax::parse(text).map_or(usize::MAX, |hir| extent(&hir)) };
                    self.regexes.insert(text.to_owned(), pattern.clone());
                    return Ok(pattern);
                }
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => return Err(Fault::Syntax(error.to_string())),
            }
        }
        Err(Fault::TooLarge)
    }

    pub fn json_path(&mut self, text: &str) -> Result<JsonPath, Fault> {
        // The parser tries the inside of a filter in several ways, each of which tries those of the filters inside.
        let cost = 4usize.saturating_pow(depth(text)).saturating_mul(text.len());
        self.take(text, cost)?;
        JsonPath::parse(text).map_err(|error| Fault::Syntax(error.to_string()))
    }

    fn take(&mut self, text: &str, cost: usize) -> Result<(), Fault> {
        if text.len() > MAX_TEXT {
            return Err(Fault::TooLarge);
        }
        self.room = self.room.checked_sub(cost).ok_or(Fault::TooLarge)?;
        Ok(())
    }
}

/// How many places a pattern has once its repetitions are written out.
fn extent(hir: &Hir) -> usize {
    let all = |parts: &[Hir]| parts.iter().fold(0, |sum: usize, part| sum.saturating_add(extent(part)));
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => extent(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            extent(&repetition.sub).saturating_mul(times as usize)
        }
    }
}

/// How deep brackets are nested.
fn depth(text: &str) -> u32 {
    let (mut depth, mut most) = (0u32, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'(' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_patterns_are_read_however_many() {
        let mut patterns = Patterns::default();
        for index in 0..3000 {
            assert!(patterns.regex(&format!("code{index}: ([0-9]+)")).is_ok(), "{index}");
            assert!(patterns.regex(r"\w+@(\w+)").is_ok());
            assert!(patterns.json_path("$.data.list[?@.id == 1].name").is_ok(), "{index}");
        }
    }

    #[test]
    fn patterns_that_take_long_are_refused() {
        for text in [r"\w{100}".to_owned(), r"\w".repeat(5000), "(".repeat(10_000)] {
            assert!(matches!(Patterns::default().regex(&text), Err(Fault::TooLarge)), "{text:.20}");
        }
        for part in ["(", "[", "@[?", "count(", "count(@[?", "!("] {
            let text = format!("$[?{}@.a", part.repeat(18));
            assert!(matches!(Patterns::default().json_path(&text), Err(Fault::TooLarge)), "{text}");
        }
    }

    #[test]
    fn the_extent_of_a_pattern_counts_its_repetitions() {
        for (text, wanted) in [
            ("^[a-z-]+$", 3),
            (r"\w+@\w+", 3),
            ("[ab]*a[ab]{500}c", 503),
            ("(?:(a|bc){3,10}){20}", 600),
            ("(x{9}){9,}", 81),
        ] {
            let pattern = Patterns::default().regex(text);
            assert!(pattern.is_ok_and(|pattern| pattern.extent == wanted), "{text}");
        }
    }

    #[test]
    fn many_large_patterns_come_to_an_end() {
        let mut patterns = Patterns::default();
        let read = (0..200).filter(|index| patterns.regex(&format!(r"\pL{{20}}{index}")).is_ok()).count();
        assert!((1..=16).contains(&read), "{read}");
    }
}
