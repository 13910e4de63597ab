//! Every construct that the description of the language shows has the value that is expected of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::values::values;
use crate::expr::{Place, Positions, Template, ValueType};

/// Constructs as `docs/language.md` writes them, each with expressions and their values.
fn examples() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("inputs.NAME", "inputs.text", json!("héllo")),
        ("secrets.NAME", "secrets.s", json!("hush")),
        ("steps.ID.outputs.NAME", "steps.a.outputs.one", json!(1)),
        ("steps.ID.outputs.NAME", "steps.a.outputs.nothing == null", json!(true)),
        ("matrix.NAME", "matrix.half", json!(0.5)),
        ("response.status", "response.status", json!(201)),
        ("response.headers", "response.headers['x-id']", json!("7")),
        ("response.body", "response.body.zeta.id", json!(7)),
        ("run.id", "run.id + '!'", json!("run-1!")),
        (".field", "inputs.body.zeta.id", json!(7)),
        (".field", "(inputs.body).zeta.id + 1", json!(8)),
        ("[0]", "inputs.people[0].name", json!("ada")),
        ("[0]", "[4, 5][0]", json!(4)),
        ("['field']", "inputs.body['a-b']", json!(1)),
        ("&&", "inputs.yes && inputs.one == 2", json!(false)),
        ("||", "inputs.yes || inputs.one == 2", json!(true)),
        ("!", "!inputs.yes", json!(false)),
        ("==", "[1, 2, 3] == inputs.list && 1 == 1.0", json!(true)),
        ("!=", "inputs.text != 'hello'", json!(true)),
        ("<", "1 < 1.5 && 'a' < 'b'", json!(true)),
        ("<=", "1 <= 1", json!(true)),
        (">", "'a' > 'b'", json!(false)),
        (">=", "inputs.half >= 1", json!(false)),
        ("in", "2 in inputs.list && 'zeta' in inputs.body", json!(true)),
        ("+", "1 + 2", json!(3)),
        ("+", "'a' + 'b'", json!("ab")),
        ("+", "[1] + [2.5]", json!([1, 2.5])),
        ("-", "-1 - 2", json!(-3)),
        ("*", "2.5 * 2.0", json!(5.0)),
        ("/", "7 / 2", json!(3)),
        ("/", "7.0 / 2.0", json!(3.5)),
        ("%", "-7 % 4", json!(-3)),
        ("? :", "inputs.one > 1 ? 'many' : 'one'", json!("one")),
        ("'", "'it is \"so\"'", json!("it is \"so\"")),
        ("\"", "\"it's \\u00e9\\n\"", json!("it's é\n")),
        ("size(x)", "size(inputs.text) + size(inputs.list) + size(inputs.body)", json!(11)),
        ("has(x.field)", "has(inputs.body.zeta) && !has(inputs.body.zeta.name)", json!(true)),
        ("string(x)", "string(1) + string(1.5) + string(true)", json!("11.5true")),
        ("int(x)", "int('7') + int(2.9)", json!(9)),
        ("double(x)", "double('2.5') + double(1)", json!(3.5)),
        ("x.startsWith(y)", "inputs.text.startsWith('hé')", json!(true)),
        ("x.endsWith(y)", "inputs.text.endsWith('x')", json!(false)),
        ("x.contains(y)", "inputs.text.contains('ll')", json!(true)),
        ("x.matches(regex)", "inputs.text.matches('l+') && !inputs.text.matches('^l')", json!(true)),
        ("x.all(i, …)", "inputs.people.all(p, p.age > 7)", json!(false)),
        ("x.exists(i, …)", "inputs.people.exists(p, p.age > 7)", json!(true)),
        ("x.map(i, …)", "inputs.people.map(p, p.name)", json!(["ada", "lin"])),
        ("x.map(i, …)", "inputs.body.map(key, key)", json!(["a-b", "alpha", "zeta"])),
        ("x.filter(i, …)", "inputs.list.filter(i, i > 1)", json!([2, 3])),
        ("success()", "success()", json!(true)),
        ("failure()", "failure()", json!(false)),
        ("always()", "always()", json!(true)),
        ("cancelled()", "cancelled()", json!(false)),
    ]
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The constructs of the section on expressions: of its tables, and of the lines on access and on operators.
fn documented() -> BTreeSet<&'static str> {
    let section = include_str!("../../../docs/language.md").split("\n## Expressions\n").nth(1).unwrap();
    let section = section.split("\n### ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(|row| row.split(" | ").next());
    let between = |from: &str, to: &str| section.split(from).nth(1).unwrap().split(to).next().unwrap();
    let access = between("Inside of a value,", "go on");
    let operators = between("The language is", "Its functions here");
    rows.chain([access, operators]).flat_map(quoted).collect()
}

#[test]
fn every_construct_that_is_documented_has_the_value_that_is_expected() {
    let mut scope = values();
    scope.inputs["status"] = json!(201);
    scope.inputs["headers"] = json!({ "x-id": "7" });
    let examples = examples();
    for (_, text, wanted) in &examples {
        let place = if text.contains("response") { Place::Capture } else { Place::Condition };
        let template = Template::bare_at(text, &Positions::Verbatim(0), place).unwrap();
        let mut faults = Vec::new();
        template.infer(&|_| ValueType::Any, &mut faults);
        assert_eq!(faults, vec![], "{text}");
        assert_eq!(template.evaluate(&scope).unwrap().expose(), wanted, "{text}");
    }
    let shown: BTreeSet<&str> = examples.iter().map(|(construct, ..)| *construct).collect();
    assert_eq!(shown, documented());
}
