//! No file panics the language or takes much of the machine, however broken, hostile or deep it is.
//!
//! `cargo bench --bench hostile` tells how long the same files take.

mod cases;
mod corpus;
mod damage;
mod grammar;
mod judge;
mod mails;

use allocation_counter::measure;

use cases::Case;

/// In bytes, what a file may take while it is read and explained.
const MOST_MEMORY: u64 = 100_000_000;
/// What is asked for over the whole time goes with the work that is done.
const MOST_WORK: u64 = 10 * MOST_MEMORY;

fn bounded(name: &str, bytes: &[u8]) {
    let used = measure(|| {
        let (errors, warnings) = judge::explained(bytes);
        assert!(errors.max(warnings) <= judge::MOST_FINDINGS, "{name}: {errors} errors, {warnings} warnings");
    });
    assert!(used.bytes_max <= MOST_MEMORY, "{name}: {} bytes at a time", used.bytes_max);
    assert!(used.bytes_total <= MOST_WORK, "{name}: {} bytes in all", used.bytes_total);
}

fn all_bounded(cases: Vec<Case>) {
    cases.iter().for_each(|(name, text)| bounded(name, text.as_bytes()));
}

#[test]
fn large_texts_are_bounded() {
    all_bounded(cases::texts());
    bounded("invalid UTF-8", &cases::invalid());
}

#[test]
fn deep_texts_are_bounded() {
    all_bounded(cases::depths());
}

#[test]
fn many_references_are_bounded() {
    all_bounded(cases::references());
}

#[test]
fn many_errors_are_bounded() {
    all_bounded(cases::errors());
}

#[test]
fn many_values_of_inputs_are_bounded() {
    all_bounded(cases::inputs());
}

#[test]
fn many_calls_are_bounded() {
    all_bounded(cases::calls());
}
