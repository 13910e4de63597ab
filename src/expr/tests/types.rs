//! What is known of a value before the run.

use serde_json::json;

use super::values::values;
use crate::expr::{Place, Positions, Reference, Template, ValueType};

/// Of `inputs.any` nothing is known; the others are as the values of the tests.
fn types(reference: &Reference) -> ValueType {
    match reference {
        Reference::Input(name) if name.as_str() == "number" => ValueType::Number,
        Reference::Input(name) => values().inputs.get(name.as_str()).map_or(ValueType::Any, ValueType::of),
        Reference::Secret(_) | Reference::RunId => ValueType::String,
        _ => ValueType::Any,
    }
}

fn infer(text: &str) -> (ValueType, Vec<(String, String)>) {
    let template = Template::bare_at(text, &Positions::Verbatim(0), Place::Condition).unwrap();
    let mut faults = Vec::new();
    let ty = template.infer(&types, &mut faults);
    let shown = |span: crate::diagnostic::Span| text[span.start..span.end].to_owned();
    (ty, faults.into_iter().map(|fault| (shown(fault.span), fault.message)).collect())
}

#[test]
fn the_type_is_what_operators_and_functions_give() {
    use ValueType::{Any, Boolean, Double, Integer, Number, Object, String};
    for (text, wanted) in [
        ("inputs.one", Integer),
        ("inputs.body", Object),
        ("inputs.list", ValueType::list(Integer)),
        ("inputs.list[0]", Integer),
        ("inputs.list[inputs.one]", Integer),
        ("inputs.body.zeta", Any),
        ("inputs.body['zeta'].id", Any),
        ("inputs.any + 1", Integer),
        ("inputs.any + inputs.any", Any),
        ("inputs.number * 2.0", Double),
        ("inputs.number * inputs.number", Number),
        ("-inputs.half", Double),
        ("inputs.yes ? 1 : 2.5", Number),
        ("inputs.yes ? 'a' : null", String),
        ("inputs.yes ? 'a' : 1", Any),
        ("[1, 2.5]", ValueType::list(Number)),
        ("[[1], []]", ValueType::list(ValueType::list(Any))),
        ("inputs.list + [4]", ValueType::list(Integer)),
        ("inputs.people.map(p, [p])", ValueType::list(ValueType::list(Object))),
        ("inputs.people.filter(p, p.age > 7)", ValueType::list(Object)),
        ("inputs.body.map(key, key + '!')", ValueType::list(String)),
        ("inputs.list.map(a, a > 1, string(a))", ValueType::list(String)),
        ("inputs.list.map(a, inputs.people.map(a, a.name)[0])", ValueType::list(Any)),
        ("string(inputs.one) + run.id", String),
        ("double(inputs.text)", Double),
        ("inputs.text.size() + size(inputs.list)", Integer),
        ("has(inputs.body.a) && success()", Boolean),
        ("!(1 in inputs.list) == inputs.nothing", Boolean),
    ] {
        assert_eq!(infer(text), (wanted, vec![]), "{text}");
    }
}

#[test]
fn what_cannot_be_worked_out_is_shown_at_its_own_place() {
    for (text, at, why) in [
        ("'a' * 2", "'a'", "`*` takes numbers, and this is a string"),
        ("2 * (inputs.text)", "(inputs.text)", "`*` takes numbers, and this is a string"),
        ("1 + 1.5", "1.5", "`+` takes two of a kind: an integer is on its left, and this is a double"),
        ("1 + 'a' + 'b'", "'a'", "`+` takes two of a kind: an integer is on its left, and this is a string"),
        ("2.5 % 2", "2.5", "`%` takes integers, and this is a double"),
        ("null + 1", "null", "`+` takes numbers, strings or lists, and this is null"),
        ("inputs.text > 1", "1", "a string cannot be compared with an integer"),
        (
            "inputs.list < inputs.list",
            "inputs.list",
            "`<` compares numbers, strings or booleans, and this is a list of integers",
        ),
        ("inputs.one == 'one'", "'one'", "an integer is never equal to a string"),
        ("'l' in inputs.list", "'l'", "a string is never in a list of integers"),
        ("1 in inputs.body", "1", "the keys of an object are strings, and this is an integer"),
        ("1 in inputs.text", "inputs.text", "`in` looks into a list or an object, and this is a string"),
        ("inputs.text && true", "inputs.text", "`&&` takes booleans, and this is a string"),
        ("true || inputs.one", "inputs.one", "`||` takes booleans, and this is an integer"),
        ("!inputs.text", "inputs.text", "`!` takes a boolean, and this is a string"),
        ("-inputs.text", "inputs.text", "`-` takes a number, and this is a string"),
        ("inputs.one ? 1 : 2", "inputs.one", "`?` asks for true or false, and this is an integer"),
        ("size(3)", "3", "`size` takes a string, a list or an object, and this is an integer"),
        ("int(inputs.yes)", "inputs.yes", "`int` takes a number or a string, and this is a boolean"),
        (
            "string(inputs.list)",
            "inputs.list",
            "`string` takes a number, a boolean or a string, and this is a list of integers",
        ),
        ("size('a', 'b')", "size", "`size` takes one argument in its brackets, and here are 2"),
        ("inputs.text.contains()", "contains", "`contains` takes one argument in its brackets, and here are 0"),
        ("always(1)", "always", "`always` takes no argument in its brackets, and here are 1"),
        ("inputs.yes.startsWith('a')", "inputs.yes", "`startsWith` is for strings, and this is a boolean"),
        ("inputs.text.startsWith(1)", "1", "`startsWith` is for strings, and this is an integer"),
        ("inputs.yes.startsWith", "startsWith", "a boolean has no field `startsWith`"),
        ("inputs.list.first + 1", "first", "a list of integers has no field `first`"),
        ("inputs.list['a']", "'a'", "the items of a list have numbers, and this is a string"),
        ("inputs.body[0]", "0", "the keys of an object are strings, and this is an integer"),
        ("inputs.text[0]", "inputs.text", "a string has nothing inside"),
        ("inputs.text.map(a, a)", "inputs.text", "`map` goes through a list or an object, and this is a string"),
        ("inputs.list.all(a, a + 1)", "a + 1", "`all` asks for true or false, and this is an integer"),
        (
            "inputs.list.map(a, a + 'x')",
            "'x'",
            "`+` takes two of a kind: an integer is on its left, and this is a string",
        ),
    ] {
        assert_eq!(infer(text).1, vec![(at.to_owned(), why.to_owned())], "{text}");
    }
}

#[test]
fn each_mistake_is_told_once() {
    let (ty, faults) = infer("(('a' * 2 + 1) - inputs.list) * 3 > 'x' * 2");
    assert_eq!(ty, ValueType::Boolean);
    assert_eq!(faults.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["'a'", "inputs.list", "'x'"]);
}

#[test]
fn lists_maps_and_texts_are_looked_through() {
    let text = Template::parse("a ${{ inputs.list }} ${{ size(1) }} ${{ inputs.any }}").unwrap();
    let list = Template::list(vec![text.clone(), Template::literal(json!("x"))], text.span);
    let map = Template::map(vec![("k".into(), list.clone())], text.span);
    for (template, wanted) in
        [(text, ValueType::String), (list, ValueType::list(ValueType::String)), (map, ValueType::Object)]
    {
        let mut faults = Vec::new();
        assert_eq!(template.infer(&types, &mut faults), wanted);
        assert_eq!(faults.iter().map(|fault| fault.span.start).collect::<Vec<_>>(), [6, 30]);
    }
}

/// What has a value has no fault: the types are those of the very values.
#[test]
fn an_expression_that_has_a_value_has_no_fault() {
    for text in [
        "inputs.one + 1 == 2 && !(inputs.half > 1.0)",
        "inputs.one < inputs.half",
        "inputs.nothing == 'a' || null != inputs.list",
        "inputs.big > 1",
        "[1, 'a'] == inputs.list",
        "null in inputs.list",
        "inputs.yes ? 1 : 'b'",
    ] {
        assert_eq!(infer(text).1, vec![], "{text}");
        assert!(Template::parse(&format!("${{{{ {text} }}}}")).unwrap().evaluate(&values()).is_ok(), "{text}");
    }
}
