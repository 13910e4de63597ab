//! Rows without a file.

use super::*;

fn refused(columns: &[(&str, &str)]) -> String {
    CSV.template(2, columns).unwrap_err().to_string()
}

#[test]
fn a_template_is_filled_in_for_each_row() {
    let columns = [("email", "agent+${{ index }}@a.test"), ("count", "${{ index * 10 }}"), ("code", "${{ index }}")];
    let rows = CSV.template(3, &columns).unwrap();
    let value = |at: usize, name: &str| rows.rows[at].inputs[name].expose().clone();
    assert_eq!(
        (rows.rows.len(), value(0, "email"), value(2, "email")),
        (3, "agent+1@a.test".into(), "agent+3@a.test".into())
    );
    assert_eq!((value(1, "count"), value(1, "code")), (20.into(), "2".into()));
    let fewer = CSV.template(2, &columns).unwrap();
    assert_eq!(fewer.rows, rows.rows[..2], "more rows are the same rows and new ones");
}

#[test]
fn a_row_from_a_template_is_labelled_by_the_first_column_that_varies() {
    let columns = [("count", "7"), ("email", "agent+${{ index }}@a.test"), ("code", "${{ index }}")];
    let rows = CSV.template(2, &columns).unwrap().rows;
    assert_eq!([0, 1].map(|at| rows[at].label.as_deref()), [Some("agent+1@a.test"), Some("agent+2@a.test")]);
    let keyed = Asked { key: Some("email"), ..CSV }.template(1, &columns).unwrap();
    assert_eq!(keyed.rows[0].label, None, "a key that was chosen says enough");
}

#[test]
fn a_template_that_is_wrong_is_drawn() {
    let drawn = refused(&[("email", "agent+${{ idnex }}@a.test")]);
    assert!(drawn.contains("--template:1:17") && drawn.contains("unknown name `idnex`"), "{drawn}");
    let typed = refused(&[("email", "${{ index + 'x' }}")]);
    assert!(typed.contains("E0140") && typed.contains("--template:1:"), "{typed}");
    let inputs = refused(&[("email", "${{ inputs.email }}")]);
    assert!(inputs.contains("knows `index`, the number of the row, and no other name"), "{inputs}");
    let error = refused(&[("email", "${{ 10 / (index - 1) }}@a.test")]);
    assert_eq!(error, "--template, column `email`, row 1: `10 / (index - 1)` has no value: it divides by zero");
}

#[test]
fn a_template_is_checked_as_a_header_is() {
    let error = "the column `emial` is no input of the workflow; did you mean `email`?";
    assert_eq!(refused(&[("emial", "x")]), error);
    assert_eq!(refused(&[("email", "x"), ("email", "y")]), "there are two templates for `email`");
    assert_eq!(refused(&[("count", "1")]), "the input `email` is missing: a string");
    let counts = [0, 1_000_000].map(|count| CSV.template(count, &[("email", "a@b.test")]).unwrap_err().to_string());
    assert_eq!(counts, ["a template makes 1 to 999999 rows"; 2]);
    let secret = Asked { workflow: SECRET, ..CSV }.template(1, &[("password", "x")]).unwrap_err().to_string();
    assert!(secret.starts_with("`password` is secret"), "{secret}");
}

#[test]
fn rows_of_a_template_are_judged_like_others() {
    let rows = CSV.template(2, &[("email", "${{ index == 2 ? 'nobody' : 'a@b.test' }}")]).unwrap();
    assert_eq!(
        rows.bad.iter().map(told).collect::<Vec<_>>(),
        ["2 email [nobody]: not an e-mail address: one is written `name@host`"]
    );
}
