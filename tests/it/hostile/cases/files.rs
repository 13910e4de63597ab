//! Inputs, and workflows that call files.

use super::{Case, fill, json, rows};

const STEP: &str = "steps: { a: { uses: sleep, with: { for: 1s } } }";

pub fn inputs() -> Vec<Case> {
    let inputs = |inputs: &str| format!("inputs: {{ {inputs} }}\n{STEP}");
    let numbers = |count: usize| (0..count).map(|n| format!("{n},")).collect::<String>();
    let slow = "'[ab]*a[ab]{500}c'";
    let text = "ab".repeat(250_000);
    vec![
        ("values allowed", {
            let (allowed, given) = (numbers(70_000), "69999,".repeat(70_000));
            inputs(&format!("a: {{ type: array, items: {{ type: integer, enum: [{allowed}] }}, default: [{given}] }}"))
        }),
        ("lists allowed", {
            let list = |last: &str| format!("[{}{last}],", "1,".repeat(1_000));
            let (allowed, given) = (list("2").repeat(70), list("1").repeat(70));
            inputs(&format!("a: {{ type: array, items: {{ enum: [{allowed}] }}, default: [{given}] }}"))
        }),
        ("slow pattern of a text", inputs(&format!("a: {{ pattern: {slow}, default: {text} }}"))),
        ("slow pattern of many", {
            let given = "ab,".repeat(140_000);
            inputs(&format!("a: {{ type: array, items: {{ type: string, pattern: {slow} }}, default: [{given}] }}"))
        }),
        ("slow patterns", {
            inputs(&fill("", "", 1_000_000, |n| format!("i{n}: {{ pattern: '[ab]*a[ab]{{500}}{n}', default: abab }},")))
        }),
        ("values refused by calls", {
            let allowed = fill("", "", 900_000, |n| format!("value_{n},"));
            rows("steps:\n", |n| format!(" s{n}: {{ uses: ./f.yaml, with: {{ a: x }} }}\n"))
                + &file("f.yaml", &inputs(&format!("a: {{ enum: [{allowed}] }}")))
        }),
        ("texts of calls", {
            fill("steps:\n", "", 1_000_000, |n| format!(" s{n}: {{ uses: ./f.yaml, with: {{ a: abababab }} }}\n"))
                + &file("f.yaml", &inputs(&format!("a: {{ pattern: {slow} }}")))
        }),
        ("large inputs", {
            let given = "x,".repeat(145_000);
            files(5, |_| inputs(&format!("a: {{ type: array, default: [{given}] }}")))
        }),
        ("patterns of many files", {
            files(200, |file| inputs(&fill("", "", 4_000, |n| format!("i{n}: {{ pattern: '\\pL{{20}}{file}/{n}' }},"))))
        }),
    ]
}

pub fn calls() -> Vec<Case> {
    let call = |n: usize, path: &str| format!("  s{n}: {{ uses: ./{path} }}\n");
    let main = |count: usize, path: &dyn Fn(usize) -> String| {
        (0..count).fold("steps:\n".to_owned(), |text, n| text + &call(n, &path(n)))
    };
    vec![
        ("1,000 files", files(1_000, |_| STEP.to_owned())),
        ("10,000 calls", main(10_000, &|_| "f.yaml".to_owned()) + &file("f.yaml", STEP)),
        ("large files", files(5, |_| json(&format!("[{}]", "1,".repeat(145_000))))),
        (
            "a large file called often",
            main(3_000, &|_| "f.yaml".to_owned()) + &file("f.yaml", &json(&format!("[{}]", "1,".repeat(145_000)))),
        ),
        ("captures called often", {
            let outputs = fill("", "", 900_000, |n| format!("a{n}: '1', "));
            main(3_000, &|_| "f.yaml".to_owned())
                + &file(
                    "f.yaml",
                    &format!("steps: {{ a: {{ uses: http, with: {{ url: /u }}, outputs: {{ {outputs} }} }} }}"),
                )
        }),
        ("doubling calls", {
            let twice = |n: usize| format!("steps: {{ a: {{ uses: ./f{n}.yaml }}, b: {{ uses: ./f{n}.yaml }} }}");
            twice(1)
                + &(1..31).map(|n| file(&format!("f{n}.yaml"), &twice(n + 1))).collect::<String>()
                + &file("f31.yaml", STEP)
        }),
        ("inputs given", {
            let inputs = fill("", "", 500_000, |n| format!("i{n}: {{}},"));
            let given = fill("", "", 500_000, |n| format!("i{n}: x,"));
            format!("steps: {{ a: {{ uses: ./f.yaml, with: {{ {given} }} }} }}\n")
                + &file("f.yaml", &format!("inputs: {{ {inputs} }}\n{STEP}"))
        }),
    ]
}

/// What follows a workflow that calls it.
fn file(path: &str, text: &str) -> String {
    format!("\n#=== {path}\n{text}")
}

/// A workflow that calls so many files, each with its own text.
fn files(count: usize, text: impl Fn(usize) -> String) -> String {
    let calls = |n: usize| format!("  s{n}: {{ uses: ./f{n}.yaml }}\n");
    let main = (0..count).fold("steps:\n".to_owned(), |main, n| main + &calls(n));
    (0..count).fold(main, |all, n| all + &file(&format!("f{n}.yaml"), &text(n)))
}
