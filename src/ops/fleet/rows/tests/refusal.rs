//! What is wrong with rows, and with texts.

use super::*;

const ROWS_OF_SECRETS: Asked<'_> = Asked { workflow: SECRET, ..CSV };

#[test]
fn every_bad_row_is_told_with_its_place() {
    let text = "email,count,team\nada,many,\na@b.test,1,\"c@d.test,nobody\"\n,2,\ne@f.test,3,\n";
    assert_eq!(
        CSV.bad(text),
        [
            "1@2 email [ada]: not an e-mail address: one is written `name@host`",
            "1@2 count [many]: an integer is wanted",
            "2@3 team [c@d.test,nobody]: item 2: not an e-mail address: one is written `name@host`",
            "3@4 email: missing: a string is wanted",
        ]
    );
    assert_eq!(CSV.read(text.as_bytes()).unwrap().rows.len(), 1);
}

#[test]
fn a_row_with_other_cells_than_the_header_is_bad() {
    let text = "email,code\na@b.test\n\"two\nlines\",x,y\nc@d.test,z\n,\n";
    assert_eq!(
        CSV.bad(text),
        [
            "1@2: the header has 2 columns, and the row 1",
            "2@3: the header has 2 columns, and the row 3; it goes on to line 4: is a quote missing?",
            "4@6: it gives no value",
        ]
    );
}

#[test]
fn a_quote_that_does_not_close_ends_the_reading() {
    let text = "email,code\na@b.test,x\nc@d.test,\"oops\ne@f.test,y\n";
    assert_eq!(CSV.refused(text), "rows, line 3: a quote is opened here and never closed");
    let torn = "1@2 code: text stands behind the closing quote; a quote within quotes is written twice";
    assert_eq!(CSV.bad("email,code\na@b.test,\"5\" pipe\"\nc@d.test,x\n"), [torn]);
}

#[test]
fn a_header_is_checked_as_a_whole() {
    for (text, why) in [
        ("emial,count\n", "the column `emial` is no input of the workflow; did you mean `email`?"),
        ("email,nothing_like\n", "the column `nothing_like` is no input of the workflow"),
        ("email,email\n", "rows, line 1: the column `email` is there twice"),
        ("email,,count\n", "rows, line 1: column 2 of the header has no name"),
        ("email;count\na@b.test;1\n", "rows, line 1: cells are separated by commas in CSV; save it so"),
        ("count\n1\n", "the input `email` is missing: a string"),
        ("email\n", "rows: it holds no rows"),
        ("", "rows: it holds no rows"),
    ] {
        assert_eq!(CSV.refused(text), why, "{text}");
    }
    assert_eq!(CSV.refused(b"\xff\xfee\0"), "rows is in UTF-16; save it as UTF-8");
    let many = CSV.refused("a1,a2,a3,a4,a5,a6\n");
    assert!(many.lines().count() == 6 && many.ends_with("and there are more such columns"), "{many}");
}

#[test]
fn a_name_that_is_no_input_is_told_once() {
    let text = "{\"email\":\"a@b.test\"}\n{\"emial\":\"c@d.test\"}\n{\"emial\":\"e@f.test\"}\n";
    assert_eq!(
        JSONL.refused(text),
        "the column `emial` (row 2, line 2) is no input of the workflow; did you mean `email`?"
    );
}

#[test]
fn a_line_that_is_no_object_is_a_bad_row() {
    let text = "{\"email\":\"a@b.test\"}\n\n{\"email\":\n[\"hunter22\"]\n{\"email\":\"c@d.test\",\"email\":\"e@f.test\"}\n\
                {\"email\":\"g@h.test\"} {}\n{\"email\":\"i@j.test\",\"team\":\"x@y.test\"}\n";
    assert_eq!(
        JSONL.bad(text),
        [
            "2@3: not JSON: EOF while parsing a value at column 9",
            "3@4: a row is an object: `{\"NAME\": VALUE, …}`",
            "4@5 email: it is there twice",
            "5@6: not JSON: trailing characters at column 22",
            "6@7 team [\"x@y.test\"]: a list, comma-separated or as JSON, of string is wanted",
        ]
    );
}

#[test]
fn json_that_cannot_be_read_says_where() {
    for (text, why) in [
        (
            "{\"email\":\"a\"}",
            "rows, line 1: a list of objects is wanted, `[{ … }, …]`; `--format jsonl` reads an object from each line",
        ),
        ("[{\"email\":\"a@b.test\"}\n{}]", "rows, line 2: not JSON: `,` or `]` is wanted behind an object"),
        ("[\n{\"email\":\n\"a\" x}]", "rows, line 3: not JSON: expected `,` or `}`"),
        ("[{\"email\":\"a@b.test\"},]", "rows, line 1: not JSON: EOF while parsing a value"),
        ("[{\"email\":\"a@b.test\"}", "rows, line 1: not JSON: `,` or `]` is wanted behind an object"),
        ("[{\"email\":\"a@b.test\"}]\n]", "rows, line 2: not JSON: something stands behind the list"),
        ("[{\"email\":\"a", "rows, line 1: not JSON: EOF while parsing a string"),
        ("[]", "rows: it holds no rows"),
    ] {
        assert_eq!(JSON.refused(text), why, "{text}");
    }
    assert_eq!(JSON.bad("[1, {\"email\":\"a@b.test\"}]"), ["1@1: a row is an object: `{\"NAME\": VALUE, …}`"]);
}

#[test]
fn yaml_that_cannot_be_read_says_where() {
    for (text, why) in [
        ("email: a@b.test\n", "rows, line 1: a list of maps is wanted: `- NAME: VALUE`"),
        ("- email: &a a@b.test\n", "rows, line 1: YAML anchors and aliases have no use here"),
        (
            "- email: a@b.test\n- email: !x y\n",
            "rows, line 2: YAML tags have no use here; a text that begins with `!` is quoted",
        ),
        ("- email: a@b.test\n---\n- email: a@b.test\n", "rows, line 2: rows stand in one document, not in several"),
        ("- email: a@b.test\n- [a]: b\n", "rows, line 2: a key is a word: `NAME: VALUE`"),
        ("# nothing\n", "rows: it holds no rows"),
    ] {
        assert_eq!(YAML.refused(text), why, "{text}");
    }
    let syntax = YAML.refused("- email: a@b.test\n- email: \"x\n");
    assert!(syntax.starts_with("rows, line ") && syntax.contains("not YAML: "), "{syntax}");
    let deep = YAML.refused(format!("- list: {}", "[".repeat(100)));
    assert_eq!(deep, "rows, line 1: a row is nested 64 levels deep at most");
    assert_eq!(
        YAML.bad(
            "- a@b.test\n- email: a@b.test\n  email: c@d.test\n- email: [a]\n- email: a@b.test\n  team: x@y.test\n"
        ),
        [
            "1@1: a row is a map: `NAME: VALUE`",
            "2@2 email: it is there twice",
            "3@4 email [[\"a\"]]: a string is wanted",
            "4@5 team [\"x@y.test\"]: a list, comma-separated or as JSON, of string is wanted",
        ]
    );
}

#[test]
fn text_that_is_not_utf_8_is_told_where() {
    assert_eq!(CSV.bad(b"email,code\na@b.test,\xfc\n"), ["1@2 code: not text in UTF-8"]);
    assert_eq!(JSONL.bad(b"{\"email\":\"\xfc\"}\n"), ["1@1: not text in UTF-8 from byte 11 on"]);
    assert_eq!(YAML.refused(b"- email: a@b.test\n- email: \xfc\n"), "rows, line 2: not text in UTF-8");
    assert_eq!(CSV.refused(b"\xfc\n"), "rows, line 1: the header is not text in UTF-8");
}

#[test]
fn a_row_has_an_end() {
    let long = "x".repeat(1 << 20);
    let hint = "rows, line 2: the row that begins here has more than 1048576 bytes";
    assert_eq!(CSV.refused(format!("email,code\na@b.test,{long}\n")), format!("{hint}: is a quote missing?"));
    assert_eq!(JSONL.refused(format!("\n{{\"email\":\"{long}\"}}\n")), hint);
    assert_eq!(
        JSON.refused(format!("[\n{{\"email\":\"{long}\"}}]")),
        format!("{hint}: is a quote or a bracket missing?")
    );
    assert_eq!(YAML.refused(format!("# rows\n- email: {long}\n  code: x\n")), hint);
}

#[test]
fn values_for_all_rows_are_wrong_once() {
    let asked = Asked { given: &[("count", "many"), ("nothing", "x")], ..CSV };
    let why = "the workflow has no input `nothing`\nthe input `count`: an integer is wanted";
    assert_eq!(asked.refused("email\na@b.test\nc@d.test\n"), why);
}

#[test]
fn nothing_of_a_file_that_holds_secrets_is_shown() {
    let text = "email,password,count\nhunter22,a@b.test,hunter22\na@b.test,\"hunter22\" x,1\nhunter22\n";
    let bad = ROWS_OF_SECRETS.bad(text);
    assert_eq!(bad.len(), 4);
    let json = Asked { format: RowFormat::Jsonl, ..ROWS_OF_SECRETS };
    let bad_json =
        json.bad("{\"password\":hunter22}\n\"hunter22\"\n{\"email\":[\"hunter22\"],\"password\":[\"hunter22\"]}\n");
    assert_eq!(bad_json.len(), 4);
    assert!(!bad.iter().chain(&bad_json).any(|told| told.contains("hunter")), "{bad:#?}{bad_json:#?}");
}

#[test]
fn a_row_of_secrets_in_the_place_of_the_header_is_not_shown() {
    let why = "the first line names no input of the workflow; it must name the columns";
    assert_eq!(ROWS_OF_SECRETS.refused("a@b.test,hunter22\nc@d.test,hunter23\n"), why);
}

#[test]
fn a_value_that_is_shown_is_cut_and_commands_no_terminal() {
    let text = format!("email,count\na@b.test,\"\u{1b}[2J\u{202e}\n{}\"\n", "x".repeat(100));
    let shown = format!("\\u{{1b}}[2J\\u{{202e}} {}…", "x".repeat(34));
    assert_eq!(CSV.bad(text), [format!("1@2 count [{shown}]: an integer is wanted")]);
}
