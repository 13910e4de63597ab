//! A map over another.

use serde_json::{Value, json};

use super::values::values;
use crate::expr::Template;
use crate::secret::Datum;

fn text(text: &str) -> Template {
    Template::parse(text).unwrap()
}

fn over(own: Template) -> Datum {
    let under = [("A".to_owned(), text("under")), ("B".to_owned(), text("${{ secrets.s }}"))];
    own.over(&under).evaluate(&values()).unwrap()
}

#[test]
fn of_names_that_both_have_the_upper_ones_count() {
    let map = Template::map(vec![("a".into(), text("${{ inputs.one }}"))], Default::default());
    assert_eq!(over(map).expose(), &json!({ "a": 1, "B": "hush" }));
    let literal = Template::literal(json!({ "b": null, "c": 2 }));
    assert_eq!(over(literal).expose(), &json!({ "A": "under", "b": null, "c": 2 }));
}

#[test]
fn what_an_expression_gives_is_laid_over_when_it_is_known() {
    let people = over(text("${{ inputs.people[0] }}"));
    assert_eq!(people.expose(), &json!({ "name": "ada", "age": 36, "A": "under", "B": "hush" }));
    assert!(people.is_secret());
    assert_eq!(over(text("${{ inputs.nothing }}")).expose(), &json!({ "A": "under", "B": "hush" }));
    // What is no map is for the action to refuse.
    assert_eq!(over(text("${{ inputs.one }}")).expose(), &Value::from(1));
}

#[test]
fn what_is_not_used_is_not_referred_to() {
    let under = [("A".to_owned(), text("${{ secrets.s }}"))];
    assert!(Template::literal(json!({ "a": 1 })).over(&under).references().next().is_none());
    assert_eq!(text("${{ inputs.people[0] }}").over(&under).references().count(), 2);
}
