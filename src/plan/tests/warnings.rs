//! Warnings: when there are none, and that they hide nothing.

use super::reading::{codes, read};

/// A step `maybe` that may be skipped, and one that uses its output `id` as `step` says.
fn reader(step: &str) -> String {
    format!(
        "inputs: {{ wanted: {{ type: boolean }} }}\nsteps:\n  maybe: {{ uses: http, if: inputs.wanted, with: {{ url: /a }}, \
         outputs: {{ id: response.body.id }} }}\n  use: {{ uses: http, {step} }}\n"
    )
}

#[test]
fn a_null_that_was_thought_of_is_no_warning() {
    assert_eq!(codes(&reader("with: { url: '/${{ steps.maybe.outputs.id }}' }")), ["W0102"]);
    for thought_of in [
        "if: inputs.wanted, with: { url: '/${{ steps.maybe.outputs.id }}' }",
        "if: 'size([1]) > 0 && inputs.wanted', with: { url: '/${{ steps.maybe.outputs.id }}' }",
        "if: steps.maybe.outputs.id != null, with: { url: '/${{ steps.maybe.outputs.id }}' }",
        "with: { url: \"/${{ steps.maybe.outputs.id == null ? 'none' : steps.maybe.outputs.id }}\" }",
        "with: { url: \"/${{ steps.maybe.outputs.status == 200 ? steps.maybe.outputs.id : 'none' }}\" }",
        "with: { url: /b, headers: { etag: '${{ steps.maybe.outputs.id }}' } }",
        "with: { url: /b, query: { id: '${{ steps.maybe.outputs.id }}' } }",
        "needs: maybe, with: { url: /b }",
    ] {
        assert_eq!(codes(&reader(thought_of)), [""; 0], "{thought_of}");
    }
}

#[test]
fn a_condition_that_holds_elsewhere_too_does_not_help() {
    for otherwise in
        ["if: 'inputs.wanted || size([1]) > 0'", "if: '!inputs.wanted'", "if: '(inputs.wanted) ? true : true'"]
    {
        let step = format!("{otherwise}, with: {{ url: '/${{{{ steps.maybe.outputs.id }}}}' }}");
        assert_eq!(codes(&reader(&step)), ["W0102"], "{otherwise}");
    }
}

#[test]
fn no_number_of_warnings_hides_an_error() {
    let needs = vec!["a"; 300].join(", ");
    let file = format!(
        "steps:\n  a: {{ uses: http, with: {{ url: /a }} }}\n  b: {{ uses: assert, needs: [{needs}], with: {{}} }}\n"
    );
    let loaded = read(&file);
    assert!(loaded.plan.is_none());
    let count = |code: &str| loaded.diagnostics.iter().filter(|found| found.code == code).count();
    assert_eq!((count("W0107"), count("E0112")), (100, 1));
}
