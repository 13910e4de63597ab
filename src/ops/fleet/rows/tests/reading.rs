//! What the formats give.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::ops::read_rows;

/// The values of one column.
fn column(rows: &GivenRows, name: &str) -> Vec<Value> {
    rows.rows.iter().map(|row| row.inputs[name].expose().clone()).collect()
}

#[test]
fn csv_has_quotes_line_ends_of_any_kind_and_a_byte_order_mark() {
    let text = "\u{feff}email,code\r\n\"a@b.test\",\"say \"\"so\"\"\"\r\n\n\r\nc@d.test,\"two\r\nlines, one cell\"\re@f.test,5\" x";
    let rows = CSV.rows(text);
    assert_eq!(column(&rows, "email"), ["a@b.test", "c@d.test", "e@f.test"]);
    assert_eq!(column(&rows, "code"), ["say \"so\"", "two\r\nlines, one cell", "5\" x"]);
    assert_eq!(rows.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn an_empty_cell_and_a_null_are_not_given() {
    for (asked, text) in [
        (CSV, "email,count,code\na@b.test,,\"\"\n"),
        (JSONL, r#"{"email": "a@b.test", "count": null, "code": null}"#),
        (YAML, "- email: a@b.test\n  count:\n  code: ~\n"),
    ] {
        let rows = asked.rows(text);
        assert_eq!((column(&rows, "count"), column(&rows, "code")), (vec![json!(3)], vec![json!(null)]), "{text}");
    }
}

#[test]
fn a_cell_of_csv_is_read_as_a_value_on_the_command_line() {
    let text = "email,team,count,ratio,active,wait,extra,code\n\
                a@b.test,\"c@d.test,e@f.test\",07,1.50,true,5m,\"{\"\"a\"\": 1}\",007\n\
                g@h.test,\"[\"\"c@d.test\"\"]\",,,,,, x \n";
    let rows = CSV.rows(text);
    assert_eq!(column(&rows, "team"), [json!(["c@d.test", "e@f.test"]), json!(["c@d.test"])]);
    assert_eq!(column(&rows, "count"), [7, 3]);
    assert_eq!(column(&rows, "extra"), [json!({ "a": 1 }), json!(null)]);
    assert_eq!(column(&rows, "code"), ["007", " x "]);
}

#[test]
fn a_scalar_of_yaml_keeps_its_text_where_a_text_is_wanted() {
    let text = "# people\n- email: a@b.test\n  code: 0123456\n  team: [c@d.test]\n  extra: { a: 01, b: [\"1\"] }\n\
                - { email: e@f.test, code: null x, count: \"5\" }\n- email: g@h.test\n  code: ''\n";
    let rows = YAML.rows(text);
    assert_eq!(column(&rows, "code"), ["0123456", "null x", ""]);
    assert_eq!(column(&rows, "team")[0], json!(["c@d.test"]));
    assert_eq!(column(&rows, "extra")[0], json!({ "a": 1, "b": ["1"] }));
    assert_eq!(column(&rows, "count"), [3, 5, 3]);
}

#[test]
fn what_is_given_for_all_rows_gives_way_to_what_a_row_gives() {
    let asked = Asked { given: &[("count", "9"), ("code", "all")], ..CSV };
    let rows = asked.rows("email,count\na@b.test,4\nc@d.test,\n");
    assert_eq!((column(&rows, "count"), column(&rows, "code")), (vec![json!(4), json!(9)], vec![json!("all"); 2]));
}

#[test]
fn a_list_in_json_may_be_written_in_any_way() {
    let text =
        "\n[ {\"email\":\"a@b.test\",\"code\":\"]}\\\"{[,\"}\n,\n{\"email\":\"c@d.test\",\"extra\":{\"a\":[{}]}}]\n ";
    let rows = JSON.rows(text);
    assert_eq!(column(&rows, "code"), [json!("]}\"{[,"), json!(null)]);
    assert_eq!(column(&rows, "extra"), [json!(null), json!({ "a": [{}] })]);
}

#[test]
fn secrets_of_a_file_are_secret() {
    let rows = Asked { workflow: SECRET, ..CSV }.rows("email,password\na@b.test,hunter22\n");
    assert!(rows.rows[0].inputs["password"].is_secret() && !rows.rows[0].inputs["email"].is_secret());
    assert!(!format!("{rows:?}").contains("hunter22"));
}

fn from_file(path: &Path, workflow_text: &str, mut stdin: &[u8]) -> (Result<GivenRows, OpError>, Vec<String>) {
    let (workflow, given, mut said) = (workflow(workflow_text), BTreeMap::new(), Vec::new());
    let source = match path.to_str() {
        Some("-") => RowSource::StandardInput,
        _ => RowSource::File(path.to_owned()),
    };
    let request = RowsRequest { source, format: None, key: None, given: &given, sandbox: false };
    let rows = read_rows(&workflow, &request, &mut stdin, &mut |text| said.push(text.to_owned()));
    (rows, said)
}

#[test]
fn the_format_is_told_by_the_name_and_else_by_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let list = r#"[{"email": "a@b.test"}]"#;
    let yaml = "- email: a@b.test\n";
    for (name, text) in
        [("r.CSV", "email\na@b.test"), ("r.ndjson", &list[1..list.len() - 1]), ("r.json", list), ("r.yml", yaml)]
    {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        assert_eq!(from_file(&path, FILE, b"").0.unwrap().rows.len(), 1, "{name}");
        for path in [folder.path().join("r"), "-".into()] {
            fs::write(folder.path().join("r"), text).unwrap();
            let (rows, said) = from_file(&path, FILE, text.as_bytes());
            assert_eq!((rows.unwrap().rows.len(), said.len()), (1, 0), "{text}");
        }
    }
}

#[test]
fn a_file_of_secrets_that_others_can_read_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, "email,password\na@b.test,hunter22\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let (_, said) = from_file(&path, SECRET, b"");
    let shown = path.display();
    assert_eq!(said, [format!("{shown} holds secrets and can be read by others: run `chmod 600 {shown}`")]);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(from_file(&path, SECRET, b"").1, Vec::<String>::new());
}

#[test]
fn rows_that_are_there_already_are_told() {
    let read = |text: &str| from_file(Path::new("-"), FILE, text.as_bytes()).1;
    assert_eq!(read("email\na@b.test\na@b.test\n"), ["row 2 is row 1 again, and counts once"]);
    let two = "2 rows are there already, and count once: row 3 is row 2 again, for one";
    assert_eq!(read("email\nc@d.test\na@b.test\na@b.test\na@b.test\n"), [two]);
}

#[test]
fn a_file_that_is_none_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let none = from_file(&folder.path().join("none.csv"), FILE, b"").0.unwrap_err().to_string();
    assert!(none.starts_with("cannot read ") && none.contains("none.csv: "), "{none}");
    assert!(
        from_file(folder.path(), FILE, b"").0.unwrap_err().to_string().ends_with("is a folder; rows stand in a file")
    );
    assert_eq!(from_file(Path::new("-"), FILE, b"\n").0.unwrap_err().to_string(), "standard input: it holds no rows");
}
