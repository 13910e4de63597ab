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

/// Spellings are found by so many bytes at their beginning.
const HEAD: usize = 4;

/// The secrets known so far, in each spelling in which they might turn up. Clones share what they know.
#[derive(Clone)]
pub struct Mask {
    known: Arc<RwLock<Known>>,
    min_length: usize,
}

#[derive(Default)]
struct Known {
    texts: usize,
    /// By their first bytes; of those with the same, the longest first.
    spellings: HashMap<[u8; HEAD], Vec<Secret<String>>>,
    /// Texts that are known as they are, and in their other spellings once a text has to be masked: most runs mask none.
    unspelled: Vec<Secret<String>>,
}

impl Default for Mask {
    fn default() -> Self {
        Self { known: Arc::default(), min_length: MIN_LENGTH }
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
        data.into_iter().for_each(|datum| mask.learn(datum));
        mask
    }

    /// Learns every string inside `datum`, if it is a secret.
    pub fn learn(&self, datum: &Datum) {
        if let Datum::Secret(secret) = datum {
            self.learn_value(secret.expose());
        }
    }

    /// Learns `datum` if it is a secret text. A list or an object made for a request, or taken whole from an answer, is
    /// secret if anything inside is, and most of what is inside is not.
    pub fn learn_text_of(&self, datum: &Datum) {
        if datum.expose().is_string() {
            self.learn(datum);
        }
    }

    fn learn_value(&self, value: &Value) {
        match value {
            Value::String(text) => self.learn_text(text),
            Value::Array(items) => items.iter().for_each(|item| self.learn_value(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.learn_value(field)),
            _ => {}
        }
    }

    /// Learns `text` as it is, URL-encoded, and base64-encoded at each of the three alignments.
    pub fn learn_text(&self, text: &str) {
        if text.len() < self.min_length {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.texts < MAX_TEXTS && known.add(text.to_owned()) {
            known.texts += 1;
            known.unspelled.push(Secret::new(text.to_owned()));
        }
    }

    /// Learns each of `secrets`.
    pub fn learn_texts(&self, secrets: &[Secret<String>]) {
        secrets.iter().for_each(|secret| self.learn_text(secret.expose()));
    }

    /// `text` with every known secret replaced by `***`; where two overlap, both go.
    pub fn apply(&self, text: &str) -> String {
        let known = self.spelled();
        let found = (0..text.len()).map(|at| at..at + known.longest_at(text, at));
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
                spellings(text.expose(), self.min_length).into_iter().for_each(|spelling| _ = known.add(spelling));
            }
        }
    }
}

fn longest_first(one: &str, other: &str) -> Ordering {
    other.len().cmp(&one.len()).then_with(|| one.cmp(other))
}

impl Known {
    /// Whether it was new.
    fn add(&mut self, spelling: String) -> bool {
        let Some(head) = spelling.as_bytes().first_chunk::<HEAD>() else { return false };
        let alike = self.spellings.entry(*head).or_default();
        match alike.binary_search_by(|known| longest_first(known.expose(), &spelling)) {
            Ok(_) => false,
            Err(place) => {
                alike.insert(place, Secret::new(spelling));
                true
            }
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
mod tests {
    use super::*;
    use crate::secret::MASKED;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn a_secret_is_masked_in_every_spelling() {
        let mask = Mask::default();
        let secret = "p@ss word/+=123";
        mask.learn(&Datum::secret(Value::from(secret)));
        let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for text in [format!("login {secret}!"), url] {
            assert!(!mask.apply(&text).contains("123"), "{text}");
        }
        for prefix in ["", "a", "ab", "abc"] {
            let text = STANDARD.encode(format!("{prefix}{secret}tail"));
            assert!(mask.apply(&text).contains(MASKED), "{prefix}: {text}");
        }
    }

    #[test]
    fn short_and_public_values_are_left_alone() {
        let mask = Mask::default();
        mask.learn(&Datum::secret(Value::from("1234567")));
        mask.learn(&Datum::Public(Value::from("public-value")));
        assert_eq!(mask.apply("1234567 public-value"), "1234567 public-value");
    }

    #[test]
    fn overlapping_secrets_leave_nothing_of_either() {
        let mask = Mask::default();
        ["abcdefgh", "efghijklmnop", "abcdefghXY"].iter().for_each(|text| mask.learn_text(text));
        assert_eq!(mask.apply("<abcdefghijklmnop>"), "<***>");
        assert_eq!(mask.apply("abcdefghabcdefghXY, ä"), "******, ä");
    }

    #[test]
    fn a_text_about_certain_values_hides_short_ones_too() {
        let mask = Mask::of(&[Datum::secret(serde_json::json!({ "code": "428913" })), Datum::Public("abcd".into())]);
        assert_eq!(mask.apply("428913 is wrong, abcd"), "*** is wrong, abcd");
        assert_eq!(mask.apply(&format!("got {}", STANDARD.encode("428913"))), "got ***");
    }

    #[test]
    fn very_many_secrets_cost_little_and_do_not_push_out_the_first() {
        let mask = Mask::default();
        mask.learn_text("the-users-own-password");
        let many: Value = (0..20_000).map(|number| format!("https://host.test/{number:05}")).collect();
        mask.learn(&Datum::secret(many));
        let known = mask.known.read().unwrap();
        assert_eq!(known.texts, MAX_TEXTS);
        drop(known);
        assert_eq!(mask.apply("the-users-own-password https://host.test/00007"), "*** ***");
    }

    #[test]
    fn a_mask_does_not_print_what_it_knows() {
        let mask = Mask::default();
        mask.learn_text("hunter2-hunter2");
        assert_eq!(format!("{mask:?}"), "Mask");
    }
}
