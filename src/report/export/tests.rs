use std::process::Command;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn output(name: &str, value: Value, secret: bool) -> Exported {
    Exported { name: name.into(), variable: name.to_uppercase(), value: Datum::new(value, secret) }
}

fn hostile() -> Vec<Exported> {
    vec![
        output("key", json!("ml live'$x\nline two%"), true),
        output("url", json!("https://cdn.onramp.test/a.png"), false),
        output("note", json!("=1+1\n::error::oops ##[group] \u{1b}[2J\u{202e}"), false),
        output("count", json!(-3), false),
        output("team", json!(["ada", "lin"]), false),
        output("none", json!(null), false),
    ]
}

fn data(format: Format, outputs: &[Exported], secrets: Secrets) -> String {
    export(format, outputs, secrets, false).unwrap().data
}

fn one(format: Format, text: &str) -> String {
    data(format, &[output("x", json!(text), false)], Secrets::Masked)
}

#[test]
fn shell_lines_set_variables() {
    insta::assert_snapshot!(data(Format::Shell, &hostile(), Secrets::Revealed), @r##"
    export KEY='ml live'\''$x
    line two%'
    export URL='https://cdn.onramp.test/a.png'
    export NOTE='=1+1
    ''::error::oops #''#[group] '"$(printf '\033')"'[2J'"$(printf '\342\200\256')"''
    export COUNT='-3'
    export TEAM='["ada","lin"]'
    "##);
}

#[test]
fn dotenv_lines_are_quoted_no_more_than_they_must() {
    let plain: Vec<Exported> = hostile().into_iter().filter(|output| output.name != "note").collect();
    insta::assert_snapshot!(data(Format::Dotenv, &plain, Secrets::Revealed), @r#"
    KEY="ml live'\$x\nline two%"
    URL=https://cdn.onramp.test/a.png
    COUNT=-3
    TEAM='["ada","lin"]'
    "#);
}

#[test]
fn json_keeps_types_and_commands_nobody() {
    let text = data(Format::Json, &hostile(), Secrets::Masked);
    insta::assert_snapshot!(text, @r##"
    {
      "key": "***",
      "url": "https://cdn.onramp.test/a.png",
      "note": "=1+1\n::error::oops #\u0023[group] \u001b[2J\u202e",
      "count": -3,
      "team": [
        "ada",
        "lin"
      ],
      "none": null
    }
    "##);
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["note"], *hostile()[2].value.expose());
}

#[test]
fn csv_calculates_and_commands_nothing() {
    insta::assert_snapshot!(data(Format::Csv, &hostile(), Secrets::Masked), @r##"
    output,variable,value
    key,KEY,***
    url,URL,https://cdn.onramp.test/a.png
    note,NOTE,"'=1+1
    '::error::oops #'#[group] \u{1b}[2J\u{202e}"
    count,COUNT,-3
    team,TEAM,"[""ada"",""lin""]"
    none,NONE,
    "##);
    for formula in ["=1", "+1", "-1", "@x", " =1", "\t=1", "\r=1", "\u{ff1d}1"] {
        assert!(one(Format::Csv, formula).contains("'"), "{formula:?}");
    }
}

#[test]
fn github_lines_come_after_a_mask_for_each_line_of_a_secret() {
    let outputs = [output("key", json!("a secret\nof %2 lines\n"), true), output("team", json!(["ada"]), true)];
    let Export { commands, data } = export(Format::Github, &outputs, Secrets::Revealed, true).unwrap();
    insta::assert_snapshot!(format!("{commands}{data}"), @r#"
    ::add-mask::a secret
    ::add-mask::of %252 lines
    ::add-mask::["ada"]
    ::add-mask::ada
    KEY<<ONRAMP_END
    a secret
    of %2 lines

    ONRAMP_END
    TEAM<<ONRAMP_END
    ["ada"]
    ONRAMP_END
    "#);
}

#[test]
fn no_value_ends_its_own_block() {
    let text = one(Format::Github, "a\nONRAMP_END\nPATH<<ONRAMP_END_1\nx\nONRAMP_END_1");
    assert!(text.starts_with("X<<ONRAMP_END_2\n") && text.ends_with("\nONRAMP_END_2\n"), "{text}");
}

#[test]
fn a_secret_that_is_not_revealed_is_left_out_or_masked() {
    for format in [Format::Dotenv, Format::Shell, Format::Json, Format::Csv, Format::Github] {
        let Export { commands, data } = export(format, &hostile(), Secrets::Masked, false).unwrap();
        assert!(!format!("{commands}{data}").contains("line two"), "{format:?}: {data}");
        assert_eq!(data.contains("***"), !format.is_environment(), "{format:?}: {data}");
    }
}

#[test]
fn what_a_ci_system_would_obey_is_never_shown_to_it() {
    let commands =
        ["a\n::error::x", "a\r::set-env name=A::b", "  ::add-path::x", "x ##[error]y", "##vso[task.setvariable]x"];
    for text in commands {
        for format in [Format::Dotenv, Format::Shell, Format::Json, Format::Csv, Format::Github] {
            let outputs = [output("x", json!(text), false)];
            let Ok(Export { data, .. }) = export(format, &outputs, Secrets::Masked, true) else { continue };
            assert!(!data.lines().any(ci::is_obeyed), "{format:?}: {data}");
        }
        let refused = export(Format::Github, &[output("x", json!(text), false)], Secrets::Masked, true);
        assert_eq!(refused.unwrap_err(), Unfit::Obeyed { name: "x".into() });
        assert!(one(Format::Github, text).contains(text), "a file has it as it is");
    }
}

#[test]
fn a_nul_fits_no_variable() {
    let outputs = [output("x", json!("a\0b"), false)];
    for format in [Format::Dotenv, Format::Shell, Format::Github] {
        let refused = export(format, &outputs, Secrets::Masked, false);
        assert_eq!(refused.unwrap_err(), Unfit::Nul { name: "x".into() });
    }
    assert!(one(Format::Json, "a\0b").contains(r"a\u0000b"));
}

/// Reads a line as the readers of `.env` files do.
fn read_dotenv(line: &str) -> String {
    let value = line.strip_prefix("X=").unwrap().strip_suffix('\n').unwrap();
    if let Some(literal) = value.strip_prefix('\'') {
        return literal.strip_suffix('\'').unwrap().to_owned();
    }
    let Some(inside) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let (mut text, mut rest) = (String::new(), inside.chars());
    while let Some(c) = rest.next() {
        text.push(match (c, c == '\\') {
            (_, true) => match rest.next().unwrap() {
                'n' => '\n',
                'r' => '\r',
                other => other,
            },
            (c, false) => c,
        });
    }
    text
}

const PIECES: &str =
    "([^\u{0}]|\n|\r|'|\"|\\$\\(x\\)|`x`|\\\\|\\\\n|::error::|##\\[x\\]| |#|!|=|\u{1b}|é|日|\u{1f511}){0,12}";

fn read_by_shell(values: &[String]) -> Vec<String> {
    let outputs: Vec<Exported> =
        values.iter().enumerate().map(|(i, value)| output(&format!("v{i}"), json!(value), false)).collect();
    let mut script = data(Format::Shell, &outputs, Secrets::Masked);
    (0..values.len()).for_each(|i| script.push_str(&format!("printf '%s\\0' \"$V{i}\"\n")));
    let printed = Command::new("/bin/sh").args(["-uec", &script]).env_clear().env("PATH", "").output().unwrap();
    assert!(printed.status.success(), "{script}\n{}", String::from_utf8_lossy(&printed.stderr));
    let printed = String::from_utf8(printed.stdout).unwrap();
    printed.split_terminator('\0').map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_shell_reads_any_value_back(values in proptest::collection::vec(PIECES, 20)) {
        prop_assert_eq!(read_by_shell(&values), values);
    }
}

proptest! {
    #[test]
    fn a_dotenv_reader_reads_any_value_back(value in PIECES) {
        let line = one(Format::Dotenv, &value);
        prop_assert_eq!(line.matches('\n').count(), 1);
        prop_assert_eq!(read_dotenv(&line), value);
    }

    #[test]
    fn no_value_is_obeyed_by_a_ci_system(value in PIECES) {
        for format in [Format::Shell, Format::Json, Format::Csv] {
            prop_assert!(!one(format, &value).lines().any(ci::is_obeyed), "{:?}", one(format, &value));
        }
    }
}
