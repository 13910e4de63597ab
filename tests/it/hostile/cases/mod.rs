//! The largest files that the limits let through, each the worst of its kind.

use std::fmt::Write as _;

mod files;
mod mail;

pub use files::{calls, inputs};
pub use mail::mails;

/// What a file may have at most.
const FILE: usize = 1 << 20;

/// By its name, as `judge` reads it.
pub type Case = (&'static str, String);

/// A file that is no text.
pub fn invalid() -> Vec<u8> {
    vec![0xff; FILE]
}

/// One `http` step with this as its `json`.
fn json(value: &str) -> String {
    format!("steps: {{ a: {{ uses: http, with: {{ url: /u, json: {value} }} }} }}")
}

/// As many rows as a file has room for.
fn rows(head: &str, row: impl Fn(usize) -> String) -> String {
    fill(head, "", FILE, row)
}

fn fill(head: &str, tail: &str, room: usize, row: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for index in 0.. {
        let row = row(index);
        if text.len() + row.len() + tail.len() > room {
            break;
        }
        text += &row;
    }
    text + tail
}

pub fn texts() -> Vec<Case> {
    let mut laughs = "a0: &a0 [lol, lol]\n".to_owned();
    (1..100).for_each(|n| {
        let _ = writeln!(laughs, "a{n}: &a{n} [*a{0}, *a{0}, *a{0}]", n - 1);
    });
    vec![
        ("steps", rows("steps:\n", |n| format!("  s{n}: {{ uses: http, with: {{ url: 'http://h.test/{n}' }} }}\n"))),
        ("short steps", rows("steps:\n", |n| format!(" s{n}: {{uses: http,with: {{url: /u}}}}\n"))),
        ("billion laughs", laughs),
        ("10 MB scalar", json(&"x".repeat(10_000_000))),
        ("1 MB scalar", json(&"x".repeat(1_000_000))),
        ("1 MB of escapes", json(&format!("\"{}\"", "\\u00e9".repeat(170_000)))),
        (
            "folded lines",
            format!(
                "steps:\n  a:\n    uses: http\n    with:\n      url: >\n{}",
                "       ${{ run.id }}\n".repeat(45_000)
            ),
        ),
        ("list of numbers", json(&format!("[{}]", "1,".repeat(145_000)))),
        ("list of texts", json(&format!("[{}]", "'x',".repeat(145_000)))),
        ("map of numbers", json(&fill("{", "}", 1_000_000, |n| format!("{n}: ,")))),
        ("100,000 duplicate keys", json(&format!("{{{}}}", "a: 1,".repeat(100_000)))),
        ("duplicate steps", rows("steps:\n", |_| " a: {uses: sleep}\n".to_owned())),
        ("comments", "#\n".repeat(FILE / 2)),
        ("documents", "---\n".repeat(FILE / 4)),
        ("one key", format!("steps:\n  {}: 1", "k".repeat(FILE - 20))),
        ("NUL", "\0".repeat(FILE)),
        ("blank lines", "\n".repeat(FILE)),
        ("carriage returns", "\r".repeat(FILE)),
    ]
}

pub fn depths() -> Vec<Case> {
    let nested = |inner: &str| json(&format!("{}{inner}{}", "[".repeat(58), "]".repeat(58)));
    vec![
        ("10,000 levels of [", "[".repeat(10_000)),
        ("1,000,000 levels of {", "{".repeat(1_000_000)),
        ("10,000 levels of -", "- ".repeat(10_000)),
        ("10,000 levels of indentation", (0..1_400).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        ("? keys", "? ".repeat(FILE / 2)),
        ("deep list of texts", nested(&"'x',".repeat(145_000))),
        ("deep list of references", nested(&"'${{run.id}}',".repeat(70_000))),
        ("many deep lists", json(&format!("[{}]", format!("{}{},", "[".repeat(58), "]".repeat(58)).repeat(2_400)))),
    ]
}

pub fn references() -> Vec<Case> {
    let step = |n: usize, need: usize| format!(" s{n}: {{uses: sleep,with: {{for: 1s}},needs: s{need}}}\n");
    let all = |count: usize| (0..count).map(|n| format!("s{n},")).collect::<String>();
    vec![
        ("1 MB expression", json(&format!("\"${{{{ {} 1 }}}}\"", "1 + ".repeat(240_000)))),
        ("100,000 expressions", json(&format!("\"{}\"", "${{1}}".repeat(150_000)))),
        ("100,000 sums", json(&format!("\"{}\"", "${{1+1}}".repeat(120_000)))),
        ("100,000 references", json(&format!("\"{}\"", "${{run.id}}".repeat(95_000)))),
        ("references to outputs", {
            let outputs = fill("", "", 400_000, |n| format!("a{n}: '1', "));
            let references = fill("", "", 600_000, |n| format!("\"${{{{steps.a.outputs.a{n}}}}}\","));
            format!(
                "steps: {{ a: {{ uses: http, with: {{ url: /u }}, outputs: {{ {outputs} }} }}, b: {{ uses: http, with: {{ url: /u, json: [{references}] }} }} }}"
            )
        }),
        ("probed outputs", {
            let outputs = fill("", "", 500_000, |n| format!("a{n}: '1', "));
            format!(
                "steps: {{ a: {{ uses: http, effect: once, with: {{ url: /u }}, outputs: {{ {outputs} }}, probe: {{ with: {{ url: /u }}, done-if: 'true', outputs: {{ {outputs} }} }} }} }}"
            )
        }),
        ("matrix", {
            let values = "'${{run.id}}',".repeat(35_000);
            let uses = "'${{matrix.a}}',".repeat(30_000);
            format!(
                "steps: {{ a: {{ uses: http, strategy: {{ matrix: {{ a: [{values}] }} }}, with: {{ url: /u, json: [{uses}] }} }} }}"
            )
        }),
        ("matrix variables", {
            let variables = fill("", "", 500_000, |n| format!("v{n}: [1], "));
            let uses = fill("", "", 500_000, |n| format!("'${{{{matrix.v{n}}}}}',"));
            format!(
                "steps: {{ a: {{ uses: http, strategy: {{ matrix: {{ {variables} }} }}, with: {{ url: /u, json: [{uses}] }} }} }}"
            )
        }),
        ("chain", rows("steps:\n s0: {uses: sleep,with: {for: 1s}}\n", |n| step(n + 1, n))),
        ("cycle", (0..20_000).fold("steps:\n".to_owned(), |text, n| text + &step(n, (n + 1) % 20_000))),
        ("many cycles", rows("steps:\n", |n| step(n, n ^ 1))),
        ("dense needs", {
            let head: String = (0..400).map(|n| format!(" s{n}: {{uses: sleep,with: {{for: 1s}}}}\n")).collect();
            let all = all(400);
            rows(&format!("steps:\n{head}"), |n| format!(" t{n}: {{uses: sleep,with: {{for: 1s}},needs: [{all}]}}\n"))
        }),
        ("dense cycle", {
            let all = all(400);
            (0..400).fold("steps:\n".to_owned(), |text, n| text + &format!(" s{n}: {{uses: sleep,needs: [{all}]}}\n"))
        }),
        (
            "reruns",
            rows("steps:\n s0: {uses: assert,with: {that: true}}\n", |n| {
                let from = (n + 1).saturating_sub(900);
                let on = format!("{{when: [assert.failed],run: sleep,with: {{for: 1s}},rerun-from: s{from}}}");
                format!(" s{}: {{uses: assert,with: {{that: true}},needs: s{n},on-error: {on}}}\n", n + 1)
            }),
        ),
        ("default headers", {
            let headers = fill("", "", 500_000, |n| format!("h{n}: v, "));
            rows(&format!("defaults: {{ headers: {{ {headers} }} }}\nsteps:\n"), |n| {
                format!(" s{n}: {{uses: http,with: {{url: /u}}}}\n")
            })
        }),
        (
            "patterns",
            rows("steps:\n a:\n  uses: http\n  with: {url: /u}\n  outputs:\n", |n| {
                format!("   a{n}: {{regex: '(\\pL{{20}}){n}'}}\n")
            }),
        ),
        (
            "paths",
            rows("steps:\n a:\n  uses: http\n  with: {url: /u}\n  outputs:\n", |n| {
                format!("   a{n}: {{jsonpath: '$[?@[?@[?@[?@.a]]]]'}}\n")
            }),
        ),
    ]
}

pub fn errors() -> Vec<Case> {
    let long = "n".repeat(500_000);
    vec![
        (
            "errors",
            rows("steps:\n", |n| {
                format!("  s{n}: {{ uses: slep, needs: [t{n}], x: \"${{{{ inptus.a + steps.u{n}.outputs.b }}}}\" }}\n")
            }),
        ),
        ("errors on one line", fill("steps: {", "}", FILE, |n| format!("s{n}: {{uses: slep,needs: t{n}}},"))),
        ("100,000 faults", json(&format!("\"{}\"", "${{}}".repeat(180_000)))),
        ("unknown outputs", {
            let outputs = fill("", "", 500_000, |n| format!("a{n}: '1', "));
            let references = "\"${{steps.a.outputs.b}}\",".repeat(200);
            format!(
                "steps: {{ a: {{ uses: http, with: {{ url: /u }}, outputs: {{ {outputs} }} }}, b: {{ uses: http, with: {{ url: /u, json: [{references}] }} }} }}"
            )
        }),
        ("unknown names", rows("steps:\n", |n| format!(" s{n}: {{uses: sleep,needs: r{n}}}\n"))),
        ("long unknown names", format!("{long}: 1\nsteps: {{ a: {{ uses: {long} }} }}")),
        (
            "unknown parameters",
            format!(
                "steps: {{ a: {{ uses: http, with: {{ {} }} }} }}",
                fill("", "", 1_000_000, |n| format!("p{n}: 1,"))
            ),
        ),
    ]
}
