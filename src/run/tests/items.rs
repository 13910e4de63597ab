//! The matrix of a step is edited: what was done once is not done again for an item under another name.

use std::time::Duration;

use serde_json::{Value, json};

use super::again::{again, edit, item, keep};
use super::plans::{Run, lost, outputs, plan, task};
use crate::run::*;

/// `each` over `matrix`, and a step behind it that fails.
fn text(matrix: &str, value: &str) -> String {
    format!(
        "steps:\n  each: {{ uses: once, strategy: {{ matrix: {matrix} }}, with: {{ value: '${{{{ {value} }}}}' }} }}\n  \
         last: {{ uses: read, needs: each }}\n"
    )
}

fn people(list: &str) -> String {
    text(&format!("{{ who: {list} }}"), "matrix.who")
}

/// All of `items` are done, with their own name as the output.
fn done(text: &str, items: &[&str]) -> Run {
    let mut run = Run::of(text);
    for name in items {
        run.succeeds(item("each", name), *name);
    }
    run.ends(task("last"), lost(Happened::None));
    run
}

fn phases(run: &Run) -> Vec<(String, &'static str)> {
    let name = |task: &TaskState| (task.item.as_deref().unwrap_or_default().to_owned(), task.phase.name());
    run.state.steps[0].tasks.iter().map(name).collect()
}

fn stand(pairs: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    pairs.iter().map(|(name, phase)| ((*name).to_owned(), *phase)).collect()
}

#[test]
fn an_item_that_takes_the_place_of_one_that_was_done_is_held() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada, eve]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("ada", "succeeded"), ("eve", "in_doubt")]));
    let eve = run.task(&item("each", "eve"));
    assert!(matches!(&eve.phase, Phase::InDoubt { doubt: Doubt::Changed, question } if question.contains("`lin`")));
    assert_eq!(eve.predecessor().unwrap().as_ref(), "lin");
}

#[test]
fn who_says_that_it_stands_has_the_deed_under_the_new_name() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada, eve]"), keep("each"));
    assert_eq!(phases(&run), stand(&[("ada", "succeeded"), ("eve", "succeeded")]));
    let eve = run.task(&item("each", "eve"));
    assert_eq!((&eve.outputs, eve.attempts), (&outputs("lin"), 1));
    assert_eq!(eve.values["who"].expose(), &Value::from("eve"));
    assert_eq!(run.phase(&task("last")), "running");
}

#[test]
fn who_has_it_done_again_has_the_old_item_remembered_with_what_it_did() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada, eve]"), Resumption::default());
    let eve = Resumption { again: vec![item("each", "eve")], ..Resumption::default() };
    run.news(Fact::Resumed(Box::new(eve)));
    assert_eq!(phases(&run), stand(&[("ada", "succeeded"), ("eve", "running")]));
    let former = &run.state.steps[0].former;
    assert_eq!((former.len(), &former[0].outputs), (1, &outputs("lin")));
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada, eve]"), Resumption::default()).resolves(item("each", "eve"), Resolution::Redo);
    assert_eq!((run.state.steps[0].former.len(), run.phase(&item("each", "eve"))), (1, "waiting"));
}

#[test]
fn another_variable_or_field_that_is_not_sent_keeps_what_was_done() {
    let whole = |list: &str| text(&format!("{{ who: {list} }}"), "matrix.who.name");
    let mut run = done(&whole("[{ name: ada }]"), &[r#"{"name":"ada"}"#]);
    run.edited(&whole("[{ name: ada, role: dev }]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[(r#"{"name":"ada","role":"dev"}"#, "succeeded")]));
    let mut run = done(&people("[ada]"), &["ada"]);
    run.edited(&text("{ person: [ada] }", "matrix.person"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("ada", "succeeded")]));
    let mut run = done(&people("[ada]"), &["ada"]);
    run.edited(&text("{ who: [ada], region: [eu] }", "matrix.who"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("ada, eu", "succeeded")]));
}

#[test]
fn another_field_that_is_sent_is_asked_about() {
    let whole = |list: &str| text(&format!("{{ who: {list} }}"), "matrix.who");
    let mut run = done(&whole("[{ name: ada }]"), &[r#"{"name":"ada"}"#]);
    run.edited(&whole("[{ name: ada, role: dev }]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[(r#"{"name":"ada","role":"dev"}"#, "in_doubt")]));
}

#[test]
fn a_new_item_takes_the_place_of_the_one_that_it_shares_a_value_with() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&text("{ who: [ada, lin], region: [eu, us] }", "matrix.who"), keep("each"));
    let expected = [("ada, eu", "succeeded"), ("ada, us", "running"), ("lin, eu", "succeeded"), ("lin, us", "running")];
    assert_eq!(phases(&run), stand(&expected));
    assert_eq!(run.task(&item("each", "lin, eu")).outputs, outputs("lin"));
}

#[test]
fn items_are_added_and_taken_out_without_a_question() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[lin, eve, ada]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("lin", "succeeded"), ("eve", "running"), ("ada", "succeeded")]));
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[lin]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("lin", "succeeded")]));
}

#[test]
fn what_may_be_done_twice_is_done_for_another_item_without_a_question() {
    let repeat = |list: &str| people(list).replace("uses: once", "uses: repeat");
    let mut run = done(&repeat("[ada]"), &["ada"]);
    run.edited(&repeat("[eve]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("eve", "running")]));
}

#[test]
fn an_edit_of_a_matrix_that_is_taken_back_leaves_everything_as_it_was() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    let before = run.state.steps[0].clone();
    run.edited(&people("[ada, eve]"), Resumption::default());
    run.edited(&people("[ada, lin]"), Resumption::default());
    assert_eq!(run.state.steps[0], before);
}

#[test]
fn a_question_that_nobody_answered_is_asked_again_after_the_next_edit() {
    let mut run = done(&people("[ada]"), &["ada"]);
    run.edited(&people("[eve]"), Resumption::default());
    run.edited(&people("[eve]").replace("matrix.who", "matrix.who + \"!\""), Resumption::default());
    assert_eq!(phases(&run), stand(&[("eve", "in_doubt")]));
    run.edited(&people("[kim]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("kim", "in_doubt")]));
    assert_eq!(run.task(&item("each", "kim")).predecessor().unwrap().as_ref(), "ada");
}

#[test]
fn the_question_waits_until_the_items_are_known() {
    let listed = |list: &str| {
        let each = people("'${{ steps.LIST.outputs.value }}'").replace("LIST", list);
        let lists = "  a: { uses: read }\n  b: { uses: read, with: { value: 2 } }\n";
        each.replace("  each:", &format!("{lists}  each:"))
    };
    let mut run = Run::of(&listed("a"));
    run.succeeds(task("b"), json!(["eve"])).succeeds(task("a"), json!(["ada"])).succeeds(item("each", "ada"), 1);
    run.ends(task("last"), lost(Happened::None));
    let newer = listed("b").replace("value: 2", "value: 3");
    run.edited(&newer, Resumption::default());
    assert_eq!(run.phase(&task("b")), "running");
    run.succeeds(task("b"), json!(["eve"]));
    assert_eq!((run.phase(&item("each", "eve")), run.state.status), ("in_doubt", RunStatus::InDoubt));
}

#[test]
fn a_teardown_takes_back_what_the_old_item_did_under_its_own_name() {
    let mut run = done(&people("[ada]"), &["ada"]);
    run.edited(&people("[eve]"), Resumption::default());
    run.apply(Fact::TeardownStarted).unwrap();
    assert_eq!(phases(&run), stand(&[("ada", "succeeded")]));
}

#[test]
fn a_step_that_loses_its_matrix_or_gains_one_is_another_step() {
    let single = "steps:\n  each: { uses: once }\n  last: { uses: read, needs: each }\n";
    let homeless = |run: &Run, newer: &str| {
        let newer = plan(newer);
        let edit = edit(&run.plan, &newer, run.state.version + 1);
        preview(&run.plan, &newer, &run.state, &Resumption::default(), Some(&edit)).unwrap().homeless
    };
    assert_eq!(homeless(&done(&people("[ada]"), &["ada"]), single), [item("each", "ada")]);
    let mut run = Run::of(single);
    run.succeeds(task("each"), 1).ends(task("last"), lost(Happened::None));
    assert_eq!(homeless(&run, &people("[ada]")), [task("each")]);
    run.edited("steps:\n  last: { uses: read, with: { value: 1 } }\n", Resumption::default());
    run.ends(task("last"), lost(Happened::None));
    assert_eq!(homeless(&run, &people("[ada]")), [task("each")], "it was taken out and comes back");
    assert_eq!(homeless(&run, single), []);
}

#[test]
fn a_look_ahead_tells_old_and_new_items_apart() {
    let run = done(&people("[ada, lin, kim]"), &["ada", "lin", "kim"]);
    let newer = plan(&people("[ada, eve]"));
    let edit = edit(&run.plan, &newer, 2);
    let ahead = preview(&run.plan, &newer, &run.state, &Resumption::default(), Some(&edit)).unwrap();
    let each = &ahead.steps[0];
    assert_eq!(each.heirs, [(item("each", "eve"), "lin".into())]);
    assert_eq!(each.dropped, [item("each", "kim")]);
    let fates: Vec<Fate> = each.tasks.iter().map(|(_, fate)| fate.clone()).collect();
    assert_eq!(fates, [Fate::Judged, Fate::Held]);
    // Who has the whole step done again does not have its items succeed each other.
    let alone = Replanned { succession: Vec::new(), ..edit };
    let ahead = preview(&run.plan, &newer, &run.state, &Resumption::default(), Some(&alone)).unwrap();
    assert_eq!(ahead.steps[0].tasks[1].1, Fate::Runs);
    assert!(preview(&run.plan, &newer, &run.state, &again("each"), Some(&alone)).is_ok());
}

#[test]
fn a_matrix_without_items_has_succeeded_and_a_resume_does_not_ask_it_again() {
    let mut run = Run::of(
        "steps:
  work: { uses: read }
  mend: { uses: read, needs: work, if: failure(), strategy: { matrix: { x: [] } } }
",
    );
    run.ends(task("work"), lost(Happened::None));
    assert_eq!((run.state.status, run.status("mend")), (RunStatus::Failed, StepStatus::Succeeded));
    run.resumes(Duration::from_secs(3600)).succeeds(task("work"), 1);
    assert_eq!((run.state.status, run.status("mend")), (RunStatus::Succeeded, StepStatus::Succeeded));
}

#[test]
fn an_item_that_an_earlier_edit_took_out_is_held_against_a_new_one() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada]"), Resumption::default()).ends(task("last"), lost(Happened::None));
    run.edited(&people("[ada, eve]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("ada", "succeeded"), ("eve", "in_doubt")]));
    assert_eq!(run.task(&item("each", "eve")).predecessor().unwrap().as_ref(), "lin");
    run.news(Fact::Resumed(Box::new(keep("each"))));
    let eve = run.task(&item("each", "eve"));
    assert_eq!((&eve.phase, &eve.outputs), (&Phase::Succeeded, &outputs("lin")));
}

#[test]
fn who_said_that_a_new_item_is_another_is_not_asked_about_the_old_one_again() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada]"), Resumption::default()).ends(task("last"), lost(Happened::None));
    run.edited(&people("[ada, eve]"), Resumption::default());
    run.resolves(item("each", "eve"), Resolution::Redo).resumes(Duration::ZERO);
    run.succeeds(item("each", "eve"), "eve").ends(task("last"), lost(Happened::None));
    run.edited(&people("[ada, eve, kim]"), Resumption::default());
    assert_eq!(phases(&run), stand(&[("ada", "succeeded"), ("eve", "succeeded"), ("kim", "running")]));
}

#[test]
fn an_item_that_comes_back_with_another_input_is_asked_about_even_after_it_was_told_from_a_new_one() {
    let mut run = done(&people("[ada, lin]"), &["ada", "lin"]);
    run.edited(&people("[ada, eve]"), Resumption::default());
    run.resolves(item("each", "eve"), Resolution::Redo).resumes(Duration::ZERO);
    run.succeeds(item("each", "eve"), "eve").ends(task("last"), lost(Happened::None));
    run.edited(&text("{ who: [ada, eve, lin] }", "matrix.who + \"!\""), Resumption::default());
    assert_eq!(phases(&run), stand(&[("ada", "in_doubt"), ("eve", "in_doubt"), ("lin", "in_doubt")]));
}
