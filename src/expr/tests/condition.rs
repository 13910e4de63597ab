//! When a condition holds.

use super::values::{Values, values};
use crate::expr::{NeedsStatus, Place, Positions, Template};

#[test]
fn a_condition_asks_how_the_needs_have_ended() {
    let holds = |text: &str, failed, cancelled| {
        let template = Template::condition_at(text, &Positions::Verbatim(0), Place::Condition).unwrap();
        template.is_true(&Values { needs: NeedsStatus { failed, cancelled }, ..values() }).unwrap()
    };
    for (text, wanted) in [
        ("inputs.yes", [true, false, false]),
        ("${{ inputs.yes }}", [true, false, false]),
        ("success()", [true, false, false]),
        ("failure()", [false, true, false]),
        ("cancelled()", [false, false, true]),
        ("always()", [true, true, true]),
        ("!cancelled() && inputs.one == 1", [true, true, false]),
        ("failure() || inputs.one == 2", [false, true, false]),
    ] {
        let found = [holds(text, false, false), holds(text, true, false), holds(text, false, true)];
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn a_condition_is_true_or_false() {
    let condition = |text: &str| Template::condition_at(text, &Positions::Verbatim(0), Place::Condition);
    let error = condition("inputs.one").unwrap().is_true(&values()).unwrap_err();
    assert_eq!(error.message, "a condition is true or false, and this is a number");
    assert_eq!(condition("x ${{ inputs.yes }}").unwrap_err().faults[0].code, "E0120");
}
