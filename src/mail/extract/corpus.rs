//! Messages of `fixtures/mail`, wrapped into MIME in every way that mail comes, and the table of results in `docs/mail.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::wrapping::{WRAPPINGS, Wrapping, wrap};
use super::*;

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/fixtures/mail/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What messages gave: of each, the code, and the link where one is expected.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Share {
    asked: usize,
    right: usize,
    refused: usize,
    missed: usize,
    wrong: usize,
}

fn judge(case: &Value, wrapping: Wrapping, share: &mut Share, failures: &mut Vec<String>) {
    let message = wrap(case, wrapping);
    let code = (Extract::Code, case["expected_code"].as_str());
    let link = (Extract::Link, case["expected_link"].as_str());
    // Where there is no code, none may be taken; of messages that have neither, no link either.
    let asked = if link.1.is_some() || code.1.is_none() { vec![code, link] } else { vec![code] };
    for (extract, expected) in asked {
        share.asked += 1;
        let taken = extract.take(&message);
        let count = match (&taken, expected) {
            (Ok(taken), Some(expected)) if taken == expected => &mut share.right,
            (Err(NotTaken::Nothing), None) => &mut share.right,
            (Ok(_), _) => &mut share.wrong,
            (Err(NotTaken::Nothing), Some(_)) => &mut share.missed,
            (Err(NotTaken::Ambiguous(_)), _) => &mut share.refused,
        };
        *count += 1;
        if taken.as_deref().ok() != expected || matches!((&taken, expected), (Err(NotTaken::Ambiguous(_)), None)) {
            failures.push(format!("{} {wrapping:?} {}: {taken:?} for {expected:?}", case["id"], extract.gives()));
        }
    }
}

const FILES: [(&str, &str); 5] = [
    ("email-allauth", "django-allauth, 45 languages"),
    ("email-appwrite", "Appwrite, 72 languages"),
    ("email-laravel", "Laravel"),
    ("own", "our own, of many services' kinds"),
    ("sms-parse-otp-message", "parse-otp-message, short texts"),
];

fn row(name: &str, messages: usize, share: Share) -> String {
    let Share { asked, right, refused, missed, wrong } = share;
    let percent = (right * 1000 / asked) as f64 / 10.0;
    format!("| {name} | {messages} | {asked} | {percent:.1} % | {refused} | {missed} | {wrong} |\n")
}

const HEAD: &str =
    "| origin | messages | answers | right | refused | missed | wrong |\n|---|---|---|---|---|---|---|\n";

#[test]
fn the_results_are_those_that_the_documentation_tells() {
    let (mut by_file, mut by_wrapping, mut failures) =
        (String::from(HEAD), BTreeMap::<usize, Share>::new(), Vec::new());
    let mut emails = Share::default();
    for (file, name) in FILES {
        let cases = cases(file);
        let mut share = Share::default();
        for (nth, (_, wrapping)) in WRAPPINGS.into_iter().enumerate() {
            for case in &cases {
                let mut one = Share::default();
                judge(case, wrapping, &mut one, &mut failures);
                let sums = if file.starts_with("sms") {
                    vec![&mut share]
                } else {
                    vec![&mut share, &mut emails, by_wrapping.entry(nth).or_default()]
                };
                sums.into_iter().for_each(|sum| *sum = add(*sum, one));
            }
        }
        by_file += &row(name, cases.len(), share);
    }
    by_file += &row("all e-mails", 359, emails);
    let mut wrapped =
        String::from("| wrapping | answers | right | refused | missed | wrong |\n|---|---|---|---|---|---|\n");
    for (nth, (name, _)) in WRAPPINGS.into_iter().enumerate() {
        let line = row(name, 0, by_wrapping[&nth]);
        write!(wrapped, "{}", line.replacen("| 0 |", "|", 1)).unwrap();
    }
    assert!(emails.right * 100 >= emails.asked * 97 && emails.wrong == 0, "{failures:#?}");
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mail.md")).unwrap();
    let told = page.contains(&by_file) && page.contains(&wrapped);
    assert!(told, "docs/mail.md should have:\n\n{by_file}\n{wrapped}\n{}", failures.join("\n"));
}

fn add(one: Share, other: Share) -> Share {
    Share {
        asked: one.asked + other.asked,
        right: one.right + other.right,
        refused: one.refused + other.refused,
        missed: one.missed + other.missed,
        wrong: one.wrong + other.wrong,
    }
}

#[test]
fn nothing_is_taken_from_messages_that_have_nothing() {
    let without = |case: &Value| case["expected_code"].is_null() && case["expected_link"].is_null();
    let cases: Vec<Value> = cases("own").into_iter().filter(without).collect();
    assert!(cases.len() >= 20);
    let mut failures = Vec::new();
    for case in &cases {
        judge(case, Wrapping::Base64, &mut Share::default(), &mut failures);
    }
    assert_eq!(failures, Vec::<String>::new());
}
