//! What a tree knows of its file.

use super::{Kind, Node, parse};
use crate::diagnostic::{Diagnostic, Source};
use crate::expr::Positions;
use crate::workflow::report::Report;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut report = Report::default();
    let tree = parse(&Source::new("test.yaml", text), &mut report);
    (tree, report.into_findings())
}

fn code(text: &str) -> &'static str {
    let (tree, findings) = read(text);
    assert!(tree.is_none(), "{text}");
    findings[0].code
}

/// Every scalar with what stands at its span, keys included.
fn scalars<'t>(text: &'t str, node: &Node, found: &mut Vec<(String, &'t str)>) {
    let at = &text[node.span.start..node.span.end];
    match &node.kind {
        Kind::Scalar(scalar) => found.push((scalar.text.clone(), at)),
        Kind::List(items) => items.iter().for_each(|item| scalars(text, item, found)),
        Kind::Map(entries) => {
            for entry in entries {
                found.push((entry.key.clone(), &text[entry.key_span.start..entry.key_span.end]));
                scalars(text, &entry.value, found);
            }
        }
    }
}

#[test]
fn spans_count_bytes_even_after_other_characters() {
    let text = "# ünï → 😀\na: é # ö\r\nb: [ü, 'x y', {k: \"v\"}]\n# 漢字\nc:\n  - d # ☃\n  - ß: z\n";
    let mut found = Vec::new();
    scalars(text, &read(text).0.unwrap(), &mut found);
    let plain: Vec<(&str, &str)> = found.iter().map(|(scalar, at)| (scalar.as_str(), *at)).collect();
    assert_eq!(
        plain,
        [
            ("a", "a"),
            ("é", "é"),
            ("b", "b"),
            ("ü", "ü"),
            ("x y", "'x y'"),
            ("k", "k"),
            ("v", "\"v\""),
            ("c", "c"),
            ("d", "d"),
            ("ß", "ß"),
            ("z", "z"),
        ]
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_key() {
    let text = "\u{feff}a: é\nb: 'c'\n";
    let mut found = Vec::new();
    scalars(text, &read(text).0.unwrap(), &mut found);
    let at: Vec<&str> = found.iter().map(|(_, at)| *at).collect();
    assert_eq!(at, ["a", "é", "b", "'c'"]);
}

#[test]
fn a_value_that_was_left_out_is_shown_at_its_key() {
    let text = "a:\n  bc:\nd: x\n";
    let mut found = Vec::new();
    scalars(text, &read(text).0.unwrap(), &mut found);
    assert_eq!(found[2], (String::new(), "bc"));
}

#[test]
fn a_duplicate_key_names_both_places_and_the_first_counts() {
    let (tree, findings) = read("a: 1\nb: 2\na: 3\n");
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].code, findings[0].span.start), ("E0102", 10));
    assert_eq!(findings[0].help.as_deref(), Some("the first is at line 1, column 1; keep one of them"));
    let Some(Node { kind: Kind::Map(entries), .. }) = tree else { unreachable!() };
    assert_eq!(entries.len(), 2);
}

#[test]
fn duplicates_are_found_in_maps_of_every_size() {
    for size in 1..40 {
        let keys: String = (0..size).map(|key| format!("k{key}: 1\n")).collect();
        for doubled in 0..size {
            let (tree, findings) = read(&format!("{keys}k{doubled}: 2\n"));
            assert_eq!(findings.len(), 1, "k{doubled} of {size}");
            let Some(Node { kind: Kind::Map(entries), .. }) = tree else { unreachable!() };
            assert_eq!(entries.len(), size);
        }
        assert!(read(&keys).1.is_empty());
    }
}

#[test]
fn what_yaml_has_and_workflows_do_not_is_refused() {
    for text in ["a: &x 1\nb: 2", "a: &x 1\nb: *x", "a: !!str 1", "a: !no", "a: 1\n---\nb: 2", "{a: 1}: b", "[a]: b"] {
        assert_eq!(code(text), "E0109", "{text}");
    }
}

#[test]
fn what_is_not_yaml_is_refused_where_it_breaks() {
    for text in
        ["a: [1, 2", "a: 'x", "a:\n\t- b", "a: b: c", "- a\nb: c", "}", "a: \"\\q\"", "%YAML", "\u{0}", "a: *nope"]
    {
        assert_eq!(code(text), "E0101", "{text:?}");
    }
    let (_, findings) = read("# ü\na:\n\tb: c\n");
    assert_eq!(findings[0].help.as_deref(), Some("indent with spaces"));
    assert_eq!(Source::new("x", "# ü\na:\n\tb: c\n").position(findings[0].span.start).0, 3);
}

#[test]
fn size_depth_and_number_are_bounded() {
    assert_eq!(code(&format!("a: {}", "x".repeat(1 << 20))), "E0108");
    assert_eq!(code(&"- ".repeat(100)), "E0108");
    assert_eq!(code(&format!("{}1{}", "[".repeat(100), "]".repeat(100))), "E0108");
    let nested: String = (0..100).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert_eq!(code(&nested), "E0108");
    assert_eq!(code(&format!("[{}]", "1,".repeat(500_001))), "E0108");
}

/// Each character of the text that is no blank is found at its own place in the file.
fn assert_aligned(text: &str) {
    let (tree, findings) = read(text);
    let Some(Node { kind: Kind::Map(entries), .. }) = tree else { unreachable!("{findings:?}") };
    let Kind::Scalar(scalar) = &entries[0].value.kind else { unreachable!() };
    let positions = entries[0].value.positions(text, scalar);
    assert!(!matches!(positions, Positions::Whole(_)), "{text:?}");
    for (at, c) in scalar.text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        let span = positions.span(at..at + c.len_utf8());
        let found = &text[span.start..];
        assert!(found.starts_with(c) || found.starts_with('\\'), "{text:?}: {c} at {found:?}");
    }
}

#[test]
fn the_inside_of_every_kind_of_scalar_is_found_in_the_file() {
    for text in [
        "a: plain text",
        "a: plain\n  that goes\n\n  on here",
        "a: 'single ''quoted'' text'",
        "a: 'folded\n  over\n\n  lines'",
        "a: \"double \\\"quoted\\\" é \\u00e9 b \\x41 c \\t d\"",
        "a: \"cut \\\n   line\n   and fold\"",
        "a: |\n  literal\n    indented\n\n  text\n",
        "a: |-\n   one\n   two",
        "a: >\n  folded text\n  on two lines\n\n  and more\n",
        "a: >+ # a comment: folded\n  folded text\n\n",
        "a: |2\n    x\n   y\n",
        "a: |\r\n  one\r\n  two\r\n",
    ] {
        assert_aligned(text);
    }
}
