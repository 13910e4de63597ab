//! Whatever rows are written in, they are the same rows.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// A row as it is meant: a value for each column that it gives.
type Meant = Map<String, Value>;

fn text() -> impl Strategy<Value = String> {
    // All that any of the formats has a use for.
    let chars = prop::sample::select(
        "ab0 1.e-+,;:#\"'\\\n\r\t{}[]&*!|>%@`~=?<é日\u{1f600}\u{2028}".chars().collect::<Vec<_>>(),
    );
    let words =
        prop::sample::select(vec!["null", "true", "~", "0x1", "1e3", "- a", "a: b", "---", "...", "=", "${{ a }}"]);
    prop_oneof![
        4 => prop::collection::vec(chars, 1..12).prop_map(|chars| chars.into_iter().collect::<String>()),
        1 => words.prop_map(str::to_owned),
    ]
}

fn row() -> impl Strategy<Value = Meant> {
    let team = prop::collection::vec(prop::sample::select(vec!["a@b.test", "c@d.test"]), 0..3);
    let columns = (
        "[a-c]{1,2}@[xy]\\.test",
        prop::option::of(team.prop_map(|team| json!(team))),
        prop::option::of((-9i64..99).prop_map(|count| json!(count))),
        prop::option::of((-99i64..99).prop_map(|ratio| json!(ratio as f64 / 8.0))),
        prop::option::of(any::<bool>().prop_map(Value::from)),
        prop::option::of(prop::sample::select(vec![json!("5m"), json!("250ms")])),
        prop::option::of(text().prop_map(|text| json!({ "a": [text, 1, { "b": null }] }))),
        prop::option::of(text().prop_map(Value::from)),
    );
    columns.prop_map(|(email, team, count, ratio, active, wait, extra, code)| {
        let names = ["team", "count", "ratio", "active", "wait", "extra", "code"];
        let values = [team, count, ratio, active, wait, extra, code];
        let given = names.into_iter().zip(values).filter_map(|(name, value)| Some((name.to_owned(), value?)));
        [("email".to_owned(), Value::from(email))].into_iter().chain(given).collect()
    })
}

fn csv(rows: &[Meant]) -> String {
    let columns = ["code", "email", "team", "count", "ratio", "active", "wait", "extra"];
    let cell = |value: Option<&Value>| match value {
        None => String::new(),
        Some(Value::String(text)) => format!("\"{}\"", text.replace('"', "\"\"")),
        Some(other) => format!("\"{}\"", other.to_string().replace('"', "\"\"")),
    };
    let line = |row: &Meant| columns.map(|column| cell(row.get(column))).join(",");
    let lines: Vec<String> = rows.iter().map(line).collect();
    format!("{}\r\n{}\r\n", columns.join(","), lines.join("\r\n"))
}

fn jsonl(rows: &[Meant]) -> String {
    rows.iter().map(|row| Value::Object(row.clone()).to_string() + "\n").collect()
}

/// Each value in quotes, or as JSON, which YAML is a superset of.
fn yaml(rows: &[Meant]) -> String {
    let field = |(name, value): (&String, &Value)| format!("{name}: {}", in_yaml(value));
    let row = |row: &Meant| format!("- {}\n", row.iter().map(field).collect::<Vec<_>>().join("\n  "));
    rows.iter().map(row).collect()
}

fn in_yaml(value: &Value) -> String {
    match value {
        // A break of a line that JSON has no escape for.
        Value::String(text) => json!(text).to_string().replace('\u{2028}', "\\u2028"),
        Value::Array(items) => format!("[{}]", items.iter().map(in_yaml).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", in_yaml(value));
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn meaning(rows: &GivenRows) -> Vec<(String, u64, &crate::secret::Data)> {
    rows.rows.iter().map(|row| (row.key.to_string(), row.number, &row.inputs)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_gives_the_rows_that_were_meant(meant in prop::collection::vec(row(), 1..6), by_email in any::<bool>()) {
        let key = by_email.then_some("email");
        let read = |asked: Asked<'_>, text: String| Asked { key, ..asked }.read(text.as_bytes()).unwrap();
        let rows = read(JSONL, jsonl(&meant));
        for other in [
            read(CSV, csv(&meant)),
            read(YAML, yaml(&meant)),
            read(JSON, serde_json::to_string_pretty(&meant).unwrap()),
        ] {
            prop_assert_eq!(meaning(&other), meaning(&rows));
            prop_assert_eq!(other.bad.len(), rows.bad.len());
            prop_assert_eq!(other.duplicates.len(), rows.duplicates.len());
        }
        for row in &rows.rows {
            for (name, value) in &meant[row.number as usize - 1] {
                prop_assert_eq!(row.inputs[name.as_str()].expose(), value);
            }
        }
        prop_assert_eq!(rows.rows.len() + rows.bad.len() + rows.duplicates.len(), meant.len());
    }

    #[test]
    fn keys_do_not_depend_on_the_order_of_rows(meant in prop::collection::vec(row(), 1..6)) {
        let reversed: Vec<Meant> = meant.iter().rev().cloned().collect();
        let keys = |rows: &[Meant]| {
            let rows = JSONL.read(jsonl(rows).as_bytes()).unwrap();
            rows.rows.iter().map(|row| (row.key.to_string(), row.inputs["email"].expose().clone())).collect::<BTreeMap<_, _>>()
        };
        prop_assert_eq!(keys(&meant), keys(&reversed));
    }

    #[test]
    fn no_text_is_too_much(text in prop::collection::vec(prop_oneof![
        Just(b"email,count\n".to_vec()), Just(b"- email: ".to_vec()), Just(b"[{\"email\":".to_vec()), Just(b"\"".to_vec()),
        Just(b"a@b.test".to_vec()), Just(b"\n".to_vec()), Just(b",".to_vec()), Just(b"}]".to_vec()), Just(b"{".to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ], 0..20)) {
        let text = text.concat();
        for asked in [CSV, JSONL, JSON, YAML] {
            drop(asked.read(&text));
        }
    }
}
