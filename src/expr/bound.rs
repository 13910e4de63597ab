//! Bounds the work of an evaluation before it begins. Without loops it is linear in the values; each level of loops
//! multiplies it by the length of what it goes through, and copies what it names.

use serde_json::Value;

use super::evaluate::Values;
use super::expression::Program;

/// Words looked at, times the length of texts: a fraction of a second.
const MAX_STEPS: usize = 50_000_000;
/// Values copied: some hundred megabytes at the very worst.
const MAX_COPIES: usize = 2_000_000;
/// A text costs as one value for each so many bytes.
const BYTES_OF_A_VALUE: usize = 64;

pub(super) fn is_affordable(program: &Program, values: &Values<'_>) -> bool {
    if program.loops == 0 {
        return true;
    }
    let mut all = Measure { longest: program.tokens, largest_text: 1, values: 0 };
    values.iter().for_each(|(_, datum)| all.add(datum.expose()));
    let rounds = |loops: u32| all.longest.saturating_pow(loops);
    let steps = rounds(program.loops).saturating_mul(program.tokens).saturating_mul(all.largest_text);
    let named = program.looped.iter().map(|(reference, loops)| {
        let mut own = Measure { longest: 0, largest_text: 1, values: 0 };
        let found = values.iter().filter(|(known, _)| *known == reference);
        found.for_each(|(_, datum)| own.add(datum.expose()));
        rounds(*loops).saturating_mul(own.values)
    });
    let items = rounds(program.loops - 1).saturating_mul(all.values);
    steps <= MAX_STEPS && named.fold(items, usize::saturating_add) <= MAX_COPIES
}

struct Measure {
    /// Of a list or object, in items.
    longest: usize,
    /// In multiples of [`BYTES_OF_A_VALUE`].
    largest_text: usize,
    values: usize,
}

impl Measure {
    fn add(&mut self, value: &Value) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            self.values += 1;
            match value {
                Value::String(text) => {
                    let size = text.len() / BYTES_OF_A_VALUE;
                    self.largest_text = self.largest_text.max(size);
                    self.values += size;
                }
                Value::Array(items) => {
                    self.longest = self.longest.max(items.len());
                    open.extend(items);
                }
                Value::Object(fields) => {
                    self.longest = self.longest.max(fields.len());
                    open.extend(fields.values());
                }
                _ => {}
            }
        }
    }
}
