//! What expressions give.

use serde_json::json;

use super::values::{evaluate, value, values};
use crate::expr::{Place, Positions, Reference, Template};

#[test]
fn one_expression_keeps_its_type() {
    for (text, wanted) in [
        ("${{ inputs.one }}", json!(1)),
        ("${{inputs.yes}}", json!(true)),
        ("${{ inputs.nothing }}", json!(null)),
        ("${{ inputs.list }}", json!([1, 2, 3])),
        ("${{ inputs.big }}", json!(u64::MAX)),
        ("${{ run.id }}", json!("run-1")),
        ("plain", json!("plain")),
    ] {
        assert_eq!(value(text), wanted, "{text}");
    }
}

#[test]
fn text_around_expressions_makes_a_string() {
    assert_eq!(
        value("a ${{ inputs.one }}-${{ inputs.yes }}-${{ inputs.half }}/${{ inputs.text }}"),
        json!("a 1-true-0.5/héllo")
    );
    assert_eq!(value("${{ inputs.one }} "), json!("1 "));
}

#[test]
fn null_lists_and_objects_have_no_place_in_text() {
    for (text, kind) in [("inputs.nothing", "null"), ("inputs.list", "a list"), ("inputs.body", "an object")] {
        let error = evaluate(&format!("x${{{{ {text} }}}}")).unwrap_err();
        assert_eq!(error, format!("`{text}` is {kind}, which text cannot hold"));
    }
}

#[test]
fn a_path_into_a_value_is_followed_as_written() {
    assert_eq!(value("${{ steps.a.outputs.body.alpha[1].k }}"), json!("v"));
    assert_eq!(value("${{ inputs.body.zeta }}"), json!({ "id": 7 }));
    let keys: Vec<String> = value("${{ inputs.body }}").as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["zeta", "alpha", "a-b"]);
    assert_eq!(value("${{ inputs.body['a-b'] }}"), json!(1));
}

#[test]
fn words_that_cel_reserves_are_names_here() {
    assert_eq!(value("${{ inputs.import }}"), json!("in"));
    assert_eq!(value("${{ steps.loop.outputs.package.if + 1 }}"), json!(2));
}

#[test]
fn what_is_not_there_is_an_error_that_names_no_value() {
    for (text, why) in [
        ("steps.a.outputs.empty[0]", "there is no item 0: the list has 0 items"),
        ("inputs.body.nope", "there is no field `nope`"),
        ("inputs.nothing.id", "there is no field `id` in null"),
        ("inputs.text[0]", "there is no item 0 in a string"),
        ("inputs.absent", "there is no `inputs.absent`"),
        ("inputs.list[2 + 1]", "the list has no such item"),
        ("inputs.body.nope + 1", "there is no such field"),
        ("inputs.one + inputs.text", "`add` does not take int and string"),
        ("inputs.one / 0", "it divides by zero"),
        ("int(inputs.text)", "`int` cannot work on this value"),
        ("inputs.text.matches('(')", "`matches` cannot work on this value"),
        ("1.0 / 0.0", "its result is an infinite number"),
    ] {
        assert_eq!(evaluate(&format!("${{{{ {text} }}}}")).unwrap_err(), format!("`{text}` has no value: {why}"));
    }
}

#[test]
fn expressions_compute() {
    for (text, wanted) in [
        ("inputs.one + 1 == 2 && !(inputs.half > 1.0)", json!(true)),
        ("inputs.one > 5 ? 'big' : 'small'", json!("small")),
        ("'l' in inputs.list || 2 in inputs.list", json!(true)),
        ("size(inputs.list) + inputs.text.size()", json!(8)),
        ("inputs.text.startsWith('hé') && inputs.text.endsWith('o') && inputs.text.contains('ll')", json!(true)),
        ("inputs.text.matches('^h.l+o$')", json!(true)),
        ("string(inputs.one) + '/' + inputs.text", json!("1/héllo")),
        ("int('42') + int(2.9)", json!(44)),
        ("double(inputs.one) / 4.0", json!(0.25)),
        ("inputs.people.filter(p, p.age > 18).map(p, p.name)", json!(["ada"])),
        ("inputs.people.all(p, p.age > 5) && inputs.people.exists(p, p.name == 'lin')", json!(true)),
        ("has(inputs.body.zeta) && !has(inputs.body.nope)", json!(true)),
        ("inputs.body.map(key, key)", json!(["a-b", "alpha", "zeta"])),
        ("inputs.body == inputs.body && inputs.list == [1, 2, 3]", json!(true)),
        ("steps.a.outputs.one + steps.b.outputs.one", json!(2)),
        ("inputs.list + [4]", json!([1, 2, 3, 4])),
        ("'}}' + \"}}\"", json!("}}}}")),
        ("inputs.nothing == null", json!(true)),
        ("inputs.list[inputs.one]", json!(2)),
    ] {
        assert_eq!(value(&format!("${{{{ {text} }}}}")), wanted, "{text}");
    }
}

#[test]
fn a_result_is_never_evaluated_again() {
    assert_eq!(value("${{ inputs.inert }}"), json!("${{ secrets.s }}"));
    assert_eq!(value("x${{ inputs.inert }}"), json!("x${{ secrets.s }}"));
}

#[test]
fn whatever_is_made_from_a_secret_is_one() {
    for text in ["${{ secrets.s }}", "x${{ secrets.s }}", "${{ size(secrets.s) }}", "${{ true || secrets.s == '' }}"] {
        assert!(evaluate(text).unwrap().is_secret(), "{text}");
        assert!(Template::parse(text).unwrap().is_secret(&|reference| matches!(reference, Reference::Secret(_))));
    }
    assert!(!evaluate("${{ inputs.text }}").unwrap().is_secret());
    let inner = Template::parse("${{ secrets.s }}").unwrap();
    let list = Template::list(vec![Template::literal(json!(1)), inner.clone()], inner.span);
    let map = Template::map(vec![("k".into(), list)], inner.span);
    let datum = map.evaluate(&values()).unwrap();
    assert!(datum.is_secret());
    assert_eq!(datum.expose(), &json!({ "k": [1, "hush"] }));
    assert!(map.as_literal().is_none());
}

#[test]
fn a_template_of_rows_knows_the_index_and_no_other_name() {
    let of_row = |text: &str| Template::parse_at(text, &Positions::Verbatim(0), Place::Row);
    for (text, wanted) in [
        ("agent+${{ index }}@a.test", json!("agent+17@a.test")),
        ("${{ index }}", json!(17)),
        ("${{ index % 2 == 0 ? 'blue' : 'red' }}", json!("red")),
        ("${{ [1].map(index, index + 1) }}", json!([2])),
    ] {
        assert_eq!(of_row(text).unwrap().evaluate(&values()).unwrap().expose(), &wanted, "{text}");
    }
    for (text, at) in [("${{ idx }}", "idx"), ("a${{ inputs.one }}", "inputs"), ("${{ run.id }}", "run")] {
        let fault = of_row(text).unwrap_err().faults.remove(0);
        assert_eq!((fault.code, &text[fault.span.start..fault.span.end]), ("E0121", at));
    }
    assert!(Template::parse("${{ index }}").is_err());
}

#[test]
fn a_condition_on_rows_knows_what_became_of_them_and_no_other_name() {
    let of_rows = |text: &str| Template::condition_at(text, &Positions::Verbatim(0), Place::Rows);
    for (text, wanted) in [
        ("error.step == 'error.step' && row.key.endsWith('.key')", true),
        ("error.code == 'mail.timeout'", false),
        ("error.code == null && status == \"status\"", true),
        ("${{ ['x', 'status'].exists(row, row == status) }}", true),
    ] {
        assert_eq!(of_rows(text).unwrap().holds(&values()).unwrap(), wanted, "{text}");
    }
    for (text, at, help) in [
        ("error.cod == 'x'", "error.cod", "did you mean `error.code`?"),
        ("statis == 'failed'", "statis", "did you mean `status`?"),
        ("inputs.email == 'x'", "inputs.email", "of a row is known: row.key"),
        ("error == null", "error", "of a row is known: row.key"),
    ] {
        let fault = of_rows(text).unwrap_err().faults.remove(0);
        assert_eq!((fault.code, &text[fault.span.start..fault.span.end]), ("E0121", at));
        assert!(fault.help.as_ref().is_some_and(|found| found.starts_with(help)), "{text}: {:?}", fault.help);
    }
    assert!(Template::parse("${{ status }}").is_err());
}
