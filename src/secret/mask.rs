//! Masking of known secrets in free text: the second net, under the types.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Datum, Secret, hide_ranges};

/// Shorter values are not masked in free text: they would tear holes into ordinary words.
const MIN_LENGTH: usize = 8;

/// In a text that is about certain values, shorter ones are masked too: codes and PINs.
const MIN_LENGTH_OF_NAMED: usize = HEAD;

/// So many texts are known at most. The first ones stay: they are the user's own, and no answer can push them out.
const MAX_TEXTS: usize = 10_000;

/// So many texts are compared one by one.
const FEW: usize = 16;

/// Spellings are found by so many bytes at their beginning.
const HEAD: usize = 4;

/// The secrets known so far, in each spelling in which they might turn up. Clones share what they know.
#[derive(Clone)]
pub struct Mask {
    known: Arc<RwLock<Known>>,
    /// What this one knows is known here as well.
    below: Option<Arc<Mask>>,
    min_length: usize,
}

#[derive(Default)]
struct Known {
    texts: usize,
    /// By their first bytes; of those with the same, the longest first.
    spellings: HashMap<[u8; HEAD], Vec<Secret<String>>>,
    /// Texts that are known in all their spellings once a text has to be masked: most runs mask none. After the first [`FEW`]
    /// they are among the spellings as they are.
    unspelled: Vec<Secret<String>>,
}

impl Default for Mask {
    fn default() -> Self {
        Self { known: Arc::default(), below: None, min_length: MIN_LENGTH }
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

impl Mask {
    /// Knows the secrets among `data` from 4 bytes on, for a text that is likely to repeat just these.
    pub fn of<'a>(data: impl IntoIterator<Item = &'a Datum>) -> Self {
        let mask = Self { min_length: MIN_LENGTH_OF_NAMED, ..Self::default() };
        data.into_iter().for_each(|datum| _ = mask.learn(datum));
        mask
    }

    /// One that knows what this one knows, now and later, and keeps to itself what it learns.
    pub fn above(&self) -> Self {
        Self { below: Some(Arc::new(self.clone())), min_length: self.min_length, ..Self::default() }
    }

    /// Learns every string inside `datum`, if it is a secret, and says which it did not know.
    pub fn learn<'d>(&self, datum: &'d Datum) -> Vec<&'d str> {
        let mut new = Vec::new();
        if let Datum::Secret(secret) = datum {
            self.learn_value(secret.expose(), &mut new);
        }
        new
    }

    fn learn_value<'d>(&self, value: &'d Value, new: &mut Vec<&'d str>) {
        match value {
            Value::String(text) if self.is_new(text) => new.push(text),
            Value::Array(items) => items.iter().for_each(|item| self.learn_value(item, new)),
            Value::Object(fields) => fields.values().for_each(|field| self.learn_value(field, new)),
            _ => {}
        }
    }

    /// Learns `text` as it is, URL-encoded, and base64-encoded at each of the three alignments.
    pub fn learn_text(&self, text: &str) {
        self.is_new(text);
    }

    /// Whether it did not know `text`, which it does from now on.
    fn is_new(&self, text: &str) -> bool {
        if text.len() < self.min_length || self.knows(text) {
            return false;
        }
        self.known.write().unwrap_or_else(PoisonError::into_inner).take_in(text)
    }

    fn knows(&self, text: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.has(text) || self.below.as_ref().is_some_and(|below| below.knows(text))
    }

    /// Learns each of `secrets`.
    pub fn learn_texts(&self, secrets: &[Secret<String>]) {
        secrets.iter().for_each(|secret| self.learn_text(secret.expose()));
    }

    /// `text` with every known secret replaced by `***`; where two overlap, both go.
    pub fn apply(&self, text: &str) -> String {
        let known: Vec<_> =
            std::iter::successors(Some(self), |mask| mask.below.as_deref()).map(Self::spelled).collect();
        let longest_at = |at: usize| known.iter().map(|known| known.longest_at(text, at)).max().unwrap_or(0);
        let found = (0..text.len()).map(|at| at..at + longest_at(at));
        hide_ranges(text, found.filter(|range| !range.is_empty()))
    }

    fn spelled(&self) -> RwLockReadGuard<'_, Known> {
        loop {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.unspelled.is_empty() {
                return known;
            }
            drop(known);
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            for text in std::mem::take(&mut known.unspelled) {
                known.add(text.expose().clone());
                spellings(text.expose(), self.min_length).into_iter().for_each(|spelling| known.add(spelling));
            }
        }
    }
}

fn longest_first(one: &str, other: &str) -> Ordering {
    other.len().cmp(&one.len()).then_with(|| one.cmp(other))
}

impl Known {
    fn has(&self, text: &str) -> bool {
        let mut few = self.unspelled.iter().take(FEW);
        few.any(|known| known.expose() == text) || self.longest_at(text, 0) == text.len()
    }

    /// Whether it was new.
    fn take_in(&mut self, text: &str) -> bool {
        let new = self.texts < MAX_TEXTS && !self.has(text);
        if new {
            self.texts += 1;
            if self.unspelled.len() >= FEW {
                self.add(text.to_owned());
            }
            self.unspelled.push(Secret::new(text.to_owned()));
        }
        new
    }

    fn add(&mut self, spelling: String) {
        let Some(head) = spelling.as_bytes().first_chunk::<HEAD>() else { return };
        let alike = self.spellings.entry(*head).or_default();
        if let Err(place) = alike.binary_search_by(|known| longest_first(known.expose(), &spelling)) {
            alike.insert(place, Secret::new(spelling));
        }
    }

    /// The length of the longest spelling that begins at `at`, or zero.
    fn longest_at(&self, text: &str, at: usize) -> usize {
        let rest = &text.as_bytes()[at..];
        let alike = rest.first_chunk::<HEAD>().and_then(|head| self.spellings.get(head));
        let mut begins = alike.into_iter().flatten().map(|known| known.expose().as_bytes());
        begins.find(|known| rest.starts_with(known)).map_or(0, <[u8]>::len)
    }
}

fn spellings(text: &str, min_length: usize) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let json = serde_json::to_string(text).map(|quoted| quoted.trim_matches('"').to_owned());
    let mut all = vec![form.replace('+', "%20"), form];
    all.extend(json);
    for skip in 0..3 {
        // What stands before and after in the same base64 text changes the outermost characters only.
        let shifted = [vec![0; skip], text.as_bytes().to_vec()].concat();
        let whole = shifted.len() / 3 * 3;
        let head = if skip == 0 { 0 } else { 4 };
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&shifted[..whole]);
            if encoded.len() >= head + min_length {
                all.push(encoded[head..].to_owned());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
