//! Bounds on size, depth and work.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::values::{Values, faults, values};
use crate::expr::{Place, Positions, Template, ValueType};

#[test]
fn large_and_deep_expressions_are_refused_before_they_are_parsed() {
    for text in [
        format!("{}1{}", "(".repeat(5000), ")".repeat(5000)),
        format!("{}1{}", "[".repeat(40), "]".repeat(40)),
        "1 + ".repeat(900) + "1",
        "!".repeat(600) + "true",
        format!("'{}'", "a".repeat(5000)),
        format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        "+-*/%!&&||".repeat(10_000),
        "!".repeat(100_000),
        "inputs.list.map(x, ".repeat(100) + "x" + &")".repeat(100),
        "a.".repeat(50_000) + "b",
    ] {
        assert_eq!(faults(&format!("${{{{ {text} }}}}"))[0].code, "E0130", "{}", &text[..20]);
    }
    for text in ["1 + ".repeat(200) + "1", "inputs.body".to_owned() + &".x".repeat(200) + " + 1"] {
        assert_eq!(faults(&format!("${{{{ {text} }}}}"))[0].code, "E0120");
    }
}

#[test]
fn an_evaluation_that_would_cost_too_much_is_refused() {
    let list: Vec<u32> = (0..10_000).collect();
    let people: Vec<Value> = (0..10_000).map(|id| json!({ "id": id, "name": "ada", "tags": ["a", "b"] })).collect();
    let scope = Values { inputs: json!({ "l": list, "people": people, "text": "x".repeat(1 << 20) }), ..values() };
    let evaluate =
        |text: &str| Template::bare_at(text, &Positions::Verbatim(0), Place::Value).unwrap().evaluate(&scope);
    for text in [
        "inputs.l.map(a, inputs.l.map(b, inputs.l.map(c, a + b + c)))",
        "inputs.l.map(a, inputs.l)",
        "inputs.l.map(a, inputs.text)",
        "inputs.l.exists(a, inputs.text.contains(string(a)))",
        "inputs.people.map(a, [1, 2, 3].map(b, [4, 5, 6].map(c, [a, b, c])))",
        &doubled("x + x + x + x", "['text']"),
        &doubled("x + x + x + x", "[[1]]"),
        &doubled("[x, x, x, x]", "[1]"),
        &format!("({0}).map(a, ({0}).exists(b, a == b))", ["inputs.l"; 20].join(" + ")),
        "inputs.people.all(a, inputs.l.map(b, a).size() > 0)",
        "inputs.l.all(a, inputs.text.matches(string(a)))",
        "inputs.l.all(a, 'a'.matches(string(a)))",
    ] {
        let error = evaluate(text).unwrap_err();
        assert!(error.message.contains("too much data"), "{error}");
    }
    assert_eq!(evaluate("inputs.l.map(a, a + 1)").unwrap().expose()[9_999], json!(10_000));
    assert_eq!(evaluate("size(inputs.people.filter(p, p.id > 5 && 'a' in p.tags))").unwrap().expose(), &json!(9_994));
}

/// A chain of loops, each of which makes more of what the one before gave.
fn doubled(body: &str, first: &str) -> String {
    format!("{first}{}", format!(".map(x, {body})").repeat(15))
}

#[test]
fn honest_work_on_much_data_is_done() {
    let people: Vec<Value> =
        (0..10_000).map(|id| json!({ "id": id, "name": "ada", "tags": ["a", "b"], "at": "2026-01-01" })).collect();
    let text = "x".repeat(1 << 20);
    let scope = Values { inputs: json!({ "people": people, "text": text, "few": [[text], ["b"], ["c"]] }), ..values() };
    for (text, wanted) in [
        ("inputs.people.filter(p, p.name.startsWith('a')).map(p, p.id + 1).size()", json!(10_000)),
        ("inputs.people.filter(p, p.tags.exists(tag, tag == 'b')).map(p, p.name)[9999]", json!("ada")),
        ("inputs.people.all(p, p.name.matches('^[a-z]+$'))", json!(true)),
        ("inputs.people.map(p, [p.name, string(p.id)])[7]", json!(["ada", "7"])),
        ("inputs.few.filter(f, f.exists(t, t.contains('b'))).size()", json!(1)),
        ("inputs.text.contains('y') || [1, 2].exists(i, inputs.text.size() > i)", json!(true)),
    ] {
        let template = Template::bare_at(text, &Positions::Verbatim(0), Place::Value).unwrap();
        assert_eq!(template.evaluate(&scope).unwrap().expose(), &wanted, "{text}");
    }
}

#[test]
fn a_pattern_costs_what_its_text_does() {
    let scope = Values { inputs: json!({ "text": "a".repeat(100_000) + "!" }), ..values() };
    let matches = |pattern: &str| {
        let text = format!("inputs.text.matches('{pattern}')");
        let template = Template::bare_at(&text, &Positions::Verbatim(0), Place::Value).unwrap();
        template.evaluate(&scope).map(|found| found.expose().clone()).map_err(|error| error.message)
    };
    assert_eq!(matches("^(a+)+$"), Ok(json!(false)));
    assert_eq!(matches("^(a|a)*!$"), Ok(json!(true)));
    for large in ["(a{1000}){1000}", "\\\\w{1000}", "("] {
        assert!(matches(large).unwrap_err().ends_with("`matches` cannot work on this value"), "{large}");
    }
}

#[test]
fn the_deepest_expression_fits_a_small_stack() {
    let sum = "1 + ".repeat(24) + "1";
    let nested = format!("{}1{}", "[".repeat(16), "]".repeat(16));
    let choice = "inputs.yes && inputs.one > 1 ? 1 : ".repeat(20) + "1";
    let loops = format!("{}x{}", "[1].map(x, ".repeat(3), ")".repeat(3));
    for text in [sum, nested, choice, loops, format!("{}inputs.yes", "!".repeat(101))] {
        let run = move || {
            let template = Template::bare_at(&text, &Positions::Verbatim(0), Place::Value);
            let known = |template: &Template| template.infer(&|_| ValueType::Any, &mut Vec::new());
            template.map(|t| (known(&t), t.evaluate(&values()).unwrap())).map_err(|found| found.faults[0].code)
        };
        let outcome = std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        let _ = Template::parse(&text);
        let _ = Template::condition_at(&text, &Positions::Verbatim(0), Place::Condition);
        if let Ok(template) = Template::parse(&format!("${{{{ {text} }}}}")) {
            let _ = template.evaluate(&values());
        }
    }

    #[test]
    fn no_row_of_words_panics(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let text = words.join(" ");
        let place = Positions::Verbatim(0);
        if let Ok(template) = Template::bare_at(&text, &place, Place::Condition) {
            for (reference, span) in template.references() {
                prop_assert!(span.end <= text.len() && !reference.to_string().is_empty());
            }
            let mut faults = Vec::new();
            template.infer(&|_| ValueType::Any, &mut faults);
            for fault in &faults {
                prop_assert!(fault.span.start < fault.span.end && fault.span.end <= text.len(), "{:?}", fault);
            }
            let _ = template.evaluate(&values());
        }
    }
}

const WORDS: &[&str] = &[
    "inputs.list",
    "inputs.body",
    "inputs",
    "steps",
    ".",
    "a",
    "outputs",
    "secrets.s",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    "&&",
    "||",
    "?",
    ":",
    ",",
    "==",
    "in",
    "<",
    "'x'",
    "\"y\"",
    "'''",
    "r'",
    "b'",
    "1",
    "1u",
    "0x",
    "1.5",
    "9223372036854775807",
    "null",
    "true",
    ".map(x, x",
    ".all(y,",
    ".filter(",
    "size(",
    "has(",
    "int(",
    "success()",
    "`",
    "é",
    "\\",
    "//",
    "\n",
    "response.body",
    "x",
    "matches(",
    ".contains(",
];
