//! What tells rows apart.

use super::*;
use crate::ops::DuplicateRow;

fn keys(rows: &GivenRows) -> Vec<&str> {
    rows.rows.iter().map(|row| row.key.as_str()).collect()
}

fn by(key: &str) -> Asked<'_> {
    Asked { key: Some(key), ..CSV }
}

#[test]
fn a_key_is_a_column_or_several() {
    let text = "email,count,code\na@b.test,1,\"x,y\"\nc@d.test,2,\"x\\\"\n";
    assert_eq!(keys(&by("email").rows(text)), ["a@b.test", "c@d.test"]);
    assert_eq!(keys(&by("code").rows(text)), ["x,y", "x\\"]);
    assert_eq!(keys(&by("count, code").rows(text)), ["1,x\\,y", "2,x\\\\"]);
}

#[test]
fn a_column_for_keys_need_not_be_an_input() {
    let rows = by("id").rows("id,email\n007,a@b.test\n7,c@d.test\n");
    assert_eq!(keys(&rows), ["007", "7"]);
    assert!(!rows.rows[0].inputs.contains_key("id"));
    let json = Asked { format: RowFormat::Jsonl, ..by("id") };
    assert_eq!(
        keys(&json.rows("{\"id\": 7, \"email\": \"a@b.test\"}\n{\"id\": \"x\", \"email\": \"c@d.test\"}")),
        ["7", "x"]
    );
    let yaml = Asked { format: RowFormat::Yaml, ..by("id") };
    assert_eq!(keys(&yaml.rows("- { id: 007, email: a@b.test }")), ["007"]);
}

#[test]
fn a_key_that_is_none_is_a_bad_row() {
    let empty = "2@3 code: it is empty, and it tells the rows apart";
    assert_eq!(by("code").bad("email,code\na@b.test,x\nc@d.test,\n"), [empty]);
    assert_eq!(by("code").bad("email,code\na@b.test,\"x\ny\"\n"), ["1@2 code: a key has no control characters"]);
    let long = format!("email,code\na@b.test,{}\n", "x".repeat(300));
    assert_eq!(by("code").bad(long), ["1@2 code: a key has at most 256 bytes"]);
    let json = Asked { format: RowFormat::Jsonl, ..by("id") };
    let text = "{\"email\":\"a@b.test\",\"id\":[1]}\n{\"email\":\"c@d.test\"}\n";
    assert_eq!(
        json.bad(text),
        ["1@1 id: a list or an object makes no key", "2@2 id: it is empty, and it tells the rows apart",]
    );
}

#[test]
fn a_key_that_cannot_be_is_refused() {
    for (key, why) in [
        ("emial", "--key: there is no column `emial`; did you mean `email`?"),
        ("", "--key: `` is not a list of columns, such as email,team"),
        ("email,email", "--key: `email,email` is not a list of columns, such as email,team"),
        ("team", "--key: `team` is an array of string, which makes no key"),
    ] {
        assert_eq!(by(key).refused("email,team\na@b.test,\n"), why);
    }
    let secret = Asked { workflow: SECRET, ..by("password") };
    assert_eq!(secret.refused("email,password\n"), "--key: `password` is secret, and keys are shown");
}

#[test]
fn rows_that_say_the_same_count_once() {
    let rows = CSV.rows("email,count\na@b.test,1\nc@d.test,1\na@b.test,01\na@b.test,1\n");
    let duplicate = |number, line| DuplicateRow { number, line: Some(line), first: 1 };
    assert_eq!(rows.duplicates, [duplicate(3, 4), duplicate(4, 5)]);
    assert_eq!(rows.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn one_key_with_two_meanings_is_a_bad_row() {
    let bad = by("email").bad("email,count,code\na@b.test,1,x\na@b.test,2,y\na@b.test,1,x\n");
    assert_eq!(bad, ["2@3: its key is that of row 1, and it has another `code`, `count`"]);
}

#[test]
fn without_a_key_all_that_a_row_gives_tells_it_apart() {
    let key = |asked: &Asked<'_>, text: &str| asked.rows(text).rows[0].key.to_string();
    let one = key(&CSV, "email,count\na@b.test,3\n");
    assert_eq!(one, "8f8d4a63dfd6cfa7");
    assert_eq!(key(&JSONL, "{\"count\": 3, \"email\": \"a@b.test\", \"code\": null}"), one);
    // What is the same for all rows, and what the workflow says by default, does not.
    let all = Asked { given: &[("count", "3")], ..CSV };
    assert_eq!(key(&all, "email\na@b.test\n"), key(&CSV, "email,count\na@b.test,\n"));
    assert_ne!(key(&CSV, "email\na@b.test\n"), one);
}

#[test]
fn no_key_is_made_of_a_secret() {
    let asked = Asked { workflow: SECRET, ..CSV };
    let bad = asked.bad("email,password\na@b.test,one\na@b.test,two\n");
    assert_eq!(bad, ["2@3: its key is that of row 1, and it has another `password`"]);
    let alone = Asked { given: &[("email", "a@b.test")], ..asked };
    let why = "1@2: all that it gives is secret, and keys are shown: give it a public column for --key";
    assert_eq!(alone.bad("password\none\n"), [why]);
}
