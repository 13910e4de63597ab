//! No file panics the language, however broken or hostile it is. More of this is in `tests/it/hostile.rs`.

use proptest::prelude::*;

use super::reading::read;
use crate::diagnostic::{Severity, Source};

/// Everything that is said of a file can be drawn, and a file without a plan has an error.
fn read_and_draw(text: &str) -> Result<(), TestCaseError> {
    let source = Source::new("test.yaml", text);
    let loaded = read(text);
    let errors = loaded.diagnostics.iter().any(|found| found.severity == Severity::Error);
    prop_assert_eq!(loaded.plan.is_none(), errors);
    for found in &loaded.diagnostics {
        prop_assert!(found.span.start <= found.span.end && found.span.end <= text.len(), "{:?}", found);
        prop_assert!(found.render(&source, false).contains(found.code));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn no_text_panics(text in "\\PC{0,200}|[ -~\n\t\r]{0,200}") {
        read_and_draw(&text)?;
    }

    #[test]
    fn no_row_of_words_panics(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        read_and_draw(&words.concat())?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    #[test]
    fn no_damage_to_a_real_file_panics(
        at in 0..2600usize,
        length in 0..40usize,
        patch in prop::collection::vec(prop::sample::select(WORDS), 0..3),
    ) {
        let text = include_str!("../../../workflows/bootstrap.yaml");
        let start = text.floor_char_boundary(at.min(text.len()));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        let damaged = format!("{}{}{}", &text[..start], patch.concat(), &text[end..]);
        read_and_draw(&damaged)?;
    }
}

const WORDS: &[&str] = &[
    "steps:\n",
    "  a:\n",
    "    uses: http\n",
    "    with: ",
    "{ ",
    " }",
    "[",
    "]",
    ": ",
    "- ",
    "\n",
    "  ",
    "    ",
    "\t",
    "'",
    "\"",
    "|\n",
    ">\n",
    "&a ",
    "*a",
    "!t ",
    "# é\n",
    "${{ ",
    " }}",
    "inputs.a",
    "steps.a.outputs.b",
    "url: u",
    "outputs:\n",
    "if: ",
    "retry: ",
    "matrix: ",
    "strategy: ",
    "on-error: ",
    "probe: ",
    "done-if: ",
    "undo: ",
    "defaults: ",
    "headers: ",
    "rate: ",
    "needs: ",
    "---\n",
    "\r\n",
    "\u{feff}",
    "é😀",
    "\\",
    "%",
    "null",
    "1",
    "x",
    "\u{85}",
    "\u{2028}",
    "\0",
];

#[test]
fn a_long_cycle_is_told_by_its_ends() {
    let step =
        |index: usize, need: usize| format!("  s{index}: {{ uses: sleep, with: {{ for: 1s }}, needs: [s{need}] }}\n");
    let cycle: String = (0..10_000).map(|index| step(index, (index + 1) % 10_000)).collect();
    let loaded = read(&format!("steps:\n{cycle}"));
    assert_eq!(loaded.diagnostics[0].code, "E0132");
    assert!(loaded.diagnostics[0].message.len() < 1000, "{}", loaded.diagnostics[0].message.len());
}

#[test]
fn a_file_of_errors_is_explained_by_its_first_hundred() {
    let steps: String = (0..8_000).map(|index| format!("  s{index}: {{ uses: slep, needs: [t{index}] }}\n")).collect();
    assert_eq!(read(&format!("steps:\n{steps}")).diagnostics.len(), 100);
}
