//! All actions as a page of Markdown: `docs/actions.md`.

use std::fmt::Write as _;

use super::card::{Card, Row};
use crate::workflow::ActionSpec;

const HEAD: &str = "# Actions

What a step may name in `uses`. This page is made from what the actions state about themselves and held equal to it by a test;
`onramp actions` says the same.

An effect is one of: `read` changes nothing and may be asked again at any time; `repeat` does no harm when done again; `keyed`
is sent with an idempotency key, so that the service does it once; `once` must not be done twice, so that a try whose end nobody
saw is [in doubt](in-doubt.md) and looked into before anything is sent again. `onramp teardown` undoes what steps left behind
([runs.md](runs.md#undo-what-a-run-made)). What the error codes mean is in [errors.md](errors.md).
";

pub fn page<'a>(specs: impl IntoIterator<Item = &'a ActionSpec>) -> String {
    specs.into_iter().fold(HEAD.to_owned(), |page, spec| page + &action(&Card::of(spec)))
}

fn action(card: &Card<'_>) -> String {
    let said: Vec<String> = card.said.iter().map(|(label, said)| format!("{label}: {said}.")).collect();
    let mut text = format!("\n## `{}`\n\n{}\n\n{}\n", card.name, card.doc, said.join(" "));
    text += &table("parameter", &card.parameters);
    text += &table("output", &card.outputs);
    if let Some(captures) = card.captures {
        let _ = writeln!(text, "\n{captures}");
    }
    let errors: Vec<String> = card.errors.iter().map(|code| format!("`{code}`")).collect();
    if !errors.is_empty() {
        let _ = writeln!(text, "\nErrors: {}.", errors.join(", "));
    }
    if !card.example.is_empty() {
        let _ = write!(text, "\n```yaml\n{}```\n", card.example);
    }
    text
}

fn table(head: &str, rows: &[Row<'_>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.iter().fold(format!("\n| {head} | type | | |\n|---|---|---|---|\n"), |table, row| {
        let doc = row.doc.replace('|', "\\|");
        table + &format!("| `{}` | {} | {} | {doc} |\n", row.name, row.ty, row.marks)
    })
}
