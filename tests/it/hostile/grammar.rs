//! Files made from the grammar of YAML and of the language, so that they get further than noise does.

use proptest::prelude::*;
use proptest::sample::select;

use super::judge;

/// What YAML, the language and terminals take for more than a letter.
pub const TOKENS: &[&str] = &[
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "    ",
    "\0",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[2J",
    "é😀",
    "\u{3000}",
    ":",
    ": ",
    "- ",
    "? ",
    ", ",
    "[",
    "]",
    "{",
    "}",
    "#",
    " # ",
    "|\n",
    "|-\n",
    ">\n",
    ">+2\n",
    "'",
    "\"",
    "\\",
    "&a ",
    "*a",
    "!!str ",
    "!t ",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "%TAG ! t:\n",
    "@",
    "`",
    "~",
    "null",
    "0x1",
    "1e999",
    ".nan",
    "${{ ",
    " }}",
    "${{",
    "}}",
    "inputs.a",
    "secrets.s",
    "steps.a.outputs.b",
    "matrix.m",
    "response.body",
    "size(",
    ")",
    "\\u",
];

/// Where a text begins, as a file system or an editor left it.
const BEGINNINGS: &[&[u8]] = &[
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\0\0\xfe\xff",
    b"%YAML 1.2\n---\n",
    b"---\n",
    b"# note\r\n",
    b"\n\n",
];

const KEYS: &[&str] = &[
    "a", "b", "steps", "inputs", "secrets", "outputs", "uses", "with", "url", "json", "headers", "needs", "if",
    "strategy", "matrix", "retry", "on-error", "probe", "undo", "defaults", "rate", "expect", "jsonpath", "regex",
    "<<", "é", "\u{202e}",
];

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["http", "sleep", "./f.yaml", "1", "true", "", "~", "1s", "u", "$.a[?@.b]", "(a+)+", "é"][..])
            .prop_map(str::to_owned),
        prop::collection::vec(select(TOKENS), 0..4).prop_map(|tokens| tokens.concat()),
        "[a-z]{0,8}".prop_map(|text| format!("${{{{ inputs.{text} }}}}")),
        "[ -~é\u{85}\u{2028}]{0,12}".prop_map(|text| format!("{text:?}")),
        "[ -~é]{0,12}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        Just("k".repeat(1500)),
    ]
}

/// Flow collections, nested.
fn flow() -> impl Strategy<Value = String> {
    scalar().prop_recursive(6, 40, 5, |inner| {
        let entry = (select(KEYS), inner.clone()).prop_map(|(key, value)| format!("{key}: {value}"));
        let decorated = (select(&["&a ", "*a ", "!t ", "? "][..]), inner.clone());
        prop_oneof![
            4 => prop::collection::vec(entry, 0..5).prop_map(|entries| format!("{{{}}}", entries.join(", "))),
            3 => prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => decorated.prop_map(|(mark, value)| format!("{mark}{value}")),
        ]
    })
}

/// Block collections of flow collections, as lines with their depth.
fn block() -> impl Strategy<Value = String> {
    let line = (0..6usize, select(KEYS), select(&["", "- ", "? "][..]), flow());
    prop::collection::vec(line, 0..12).prop_map(|lines| {
        lines.iter().map(|(depth, key, mark, value)| format!("{}{mark}{key}: {value}\n", "  ".repeat(*depth))).collect()
    })
}

/// A file that has the form of a workflow, whatever its values are.
fn workflow() -> impl Strategy<Value = String> {
    let step = (
        select(&["a", "b", "c"][..]),
        select(&["http", "sleep", "assert", "./f.yaml"][..]),
        flow(),
        select(KEYS),
        flow(),
    );
    (prop::collection::vec(step, 1..4), flow(), flow()).prop_map(|(steps, inputs, outputs)| {
        let step = |(id, uses, with, key, value): &(&str, &str, String, &str, String)| {
            format!("  {id}: {{ uses: {uses}, with: {with}, {key}: {value} }}\n")
        };
        let steps: String = steps.iter().map(step).collect();
        format!("inputs: {inputs}\nsteps:\n{steps}outputs: {outputs}\n#=== f.yaml\nsteps: {{ a: {{ uses: sleep, with: {{ for: 1s }} }} }}\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn rows_of_tokens_are_explained(begin in select(BEGINNINGS), tokens in prop::collection::vec(select(TOKENS), 0..60)) {
        judge::workflow(&[begin, tokens.concat().as_bytes()].concat());
        judge::expression(tokens.concat().as_bytes());
    }

    #[test]
    fn nested_collections_are_explained(begin in select(BEGINNINGS), text in prop_oneof![flow(), block()]) {
        judge::workflow(&[begin, text.as_bytes()].concat());
    }

    #[test]
    fn workflows_of_any_values_are_explained(text in workflow()) {
        judge::workflow(text.as_bytes());
        judge::workflow(text.replace('\n', "\r\n").as_bytes());
    }
}
