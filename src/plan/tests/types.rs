//! Types that are known before the run.

use std::fmt::Write as _;

use super::reading::{codes, read};

#[test]
fn a_capture_of_a_capture_has_a_type() {
    let file = |asked: &str| {
        format!(
            "steps:
  last: {{ uses: assert, with: {{ that: \"${{{{ steps.second.outputs.double == {asked} }}}}\" }} }}
  second:
    uses: http
    with: {{ url: /b }}
    outputs: {{ double: steps.first.outputs.number * 2 }}
  first: {{ uses: http, with: {{ url: /a }}, outputs: {{ number: response.status }} }}
"
        )
    };
    assert_eq!(codes(&file("'text'")), ["E0140"]);
    assert_eq!(codes(&file("400")), [""; 0]);
}

#[test]
fn lists_in_lists_are_followed_only_so_far() {
    let mut text = "steps:\n  s0: { uses: http, with: { url: /a }, outputs: { x: response.status } }\n".to_owned();
    for step in 1..2000 {
        let before = step - 1;
        let _ = writeln!(
            text,
            "  s{step}: {{ uses: http, strategy: {{ matrix: {{ m: [1] }} }}, with: {{ url: '/${{{{ matrix.m }}}}' }}, \
             outputs: {{ x: steps.s{before}.outputs.x }} }}"
        );
    }
    assert!(read(&text).plan.is_some());
}

#[test]
fn what_becomes_text_is_no_list_and_no_object() {
    let request = |query: &str| {
        format!(
            "inputs: {{ list: {{ type: array }}, text: {{}} }}\nsteps:\n  a: {{ uses: http, with: {{ url: \"/${{{{ inputs.text }}}}\", \
             query: {{ {query} }}, headers: {{ x: \"${{{{ size(inputs.list) }}}}\" }} }} }}\n"
        )
    };
    for (query, found) in [
        ("a: 1, b: ~, c: x, d: true", None),
        ("a: \"${{ inputs.text }}\", b: 2", None),
        ("a: [1]", Some("E0117")),
        ("a: [1], b: \"${{ inputs.text }}\"", Some("E0140")),
        ("a: \"${{ inputs.list }}\"", Some("E0140")),
        ("a: { b: \"${{ inputs.text }}\" }", Some("E0140")),
    ] {
        assert_eq!(codes(&request(query)), Vec::from_iter(found), "{query}");
    }
}
