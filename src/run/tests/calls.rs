//! Runs of workflows that call a file.

use std::time::Duration;

use serde_json::json;

use super::plans::{Run, lost, outputs, remedy, task};
use crate::id::TaskPath;
use crate::run::*;
use crate::secret::Datum;

const LIB: &str = "inputs:
  text: {}
  count: { type: integer, default: 7 }
  given: { optional: true }
secrets:
  token: { env: TOKEN, optional: true }
steps:
  first: { uses: read, with: { value: \"${{ inputs.text }} ${{ inputs.count }}\" } }
  second: { uses: once, with: { value: \"${{ steps.first.outputs.value }}\" } }
  last: { uses: read, needs: second, if: always() }
outputs:
  value: \"${{ steps.second.outputs.value }}\"
  token: { value: \"${{ secrets.token }}\", secret: true }
";

const MAIN: &str = "inputs: { given: {} }
steps:
  first: { uses: read }
  call:
    uses: ./lib.yaml
    with: { text: \"${{ steps.first.outputs.value }}\" }
    secrets: { token: \"${{ inputs.given }}\" }
  after: { uses: read, with: { value: \"${{ steps.call.outputs.value }}\" } }
  anyway: { uses: read, needs: call, if: failure() }
";

fn skipped(run: &Run, step: &str) -> Option<SkipReason> {
    run.state.steps[run.plan.index(&task(step).step).unwrap()].skipped.clone()
}

fn error(run: &Run, step: &str) -> String {
    run.state.task(&run.plan, &task(step)).unwrap().error.as_ref().unwrap().to_string()
}

fn input(run: &Run, step: &str) -> Datum {
    run.state.task(&run.plan, &task(step)).unwrap().input["value"].clone()
}

#[test]
fn names_are_looked_up_in_the_file_that_they_are_written_in() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "main's");
    assert_eq!(input(&run, "call/first"), Datum::from(json!("main's 7")));
    run.succeeds(task("call/first"), "lib's");
    assert_eq!(input(&run, "call/second"), Datum::from(json!("lib's")));
    run.succeeds(task("call/second"), "out").succeeds(task("call/last"), 0);
    assert_eq!(input(&run, "after"), Datum::from(json!("out")));
    let call = &run.state.task(&run.plan, &task("call")).unwrap().outputs;
    assert_eq!(call["token"], Datum::secret(json!("from outside")));
    run.succeeds(task("after"), 0);
    assert_eq!((run.state.status, run.status("call")), (RunStatus::Succeeded, StepStatus::Succeeded));
}

#[test]
fn a_call_whose_if_is_false_is_skipped_with_all_inside_and_nothing_else_is() {
    let text = "steps:
  call: { uses: ./lib.yaml, if: 1 == 2, with: { text: x } }
  after: { uses: read, needs: call, with: { value: \"${{ steps.call.outputs.value }}\" } }
";
    let mut run = Run::calling(text, LIB);
    for step in ["call", "call/first", "call/second", "call/last"] {
        assert_eq!(skipped(&run, step), Some(SkipReason::Condition), "{step}");
    }
    assert_eq!(input(&run, "after"), Datum::from(json!(null)));
    run.succeeds(task("after"), 0);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_call_that_must_not_begin_begins_nothing_inside_not_even_what_runs_always() {
    let mut run = Run::calling(MAIN, LIB);
    run.ends(task("first"), lost(Happened::None));
    for (step, before) in [("call", "first"), ("call/last", "first"), ("after", "call")] {
        assert_eq!(skipped(&run, step), Some(SkipReason::Upstream { step: before.into() }), "{step}");
    }
}

#[test]
fn a_failure_inside_is_one_of_the_call_and_says_where() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "x").succeeds(task("call/first"), 1).ends(task("call/second"), lost(Happened::None));
    // It asks about the needs of its own file.
    assert_eq!(run.phase(&task("call/last")), "running");
    run.succeeds(task("call/last"), 1);
    assert_eq!(run.status("call"), StepStatus::Failed);
    assert_eq!(error(&run, "call"), "lost (service): `call/second` failed: it was lost");
    assert_eq!(skipped(&run, "after"), Some(SkipReason::Upstream { step: "call".into() }));
    run.succeeds(task("anyway"), 1);
    assert_eq!(run.state.status, RunStatus::Failed);
}

#[test]
fn a_resume_goes_on_inside_of_a_call() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "x").succeeds(task("call/first"), 1).ends(task("call/second"), lost(Happened::None));
    run.succeeds(task("call/last"), 1).succeeds(task("anyway"), 1);
    run.resumes(Duration::from_secs(60));
    assert_eq!((run.phase(&task("call/first")), run.phase(&task("call/second"))), ("succeeded", "running"));
    run.succeeds(task("call/second"), "out");
    assert_eq!((run.status("call"), input(&run, "after")), (StepStatus::Succeeded, Datum::from(json!("out"))));
}

#[test]
fn a_call_in_which_something_runs_again_hands_its_outputs_out_again() {
    let text = "inputs: { given: {} }\nsteps:\n  call: { uses: ./lib.yaml }\n  last: { uses: read, needs: call }\n";
    let lib = "steps:\n  inner: { uses: read, continue-on-error: true }
outputs: { value: \"${{ steps.inner.outputs.value }}\" }\n";
    let mut run = Run::calling(text, lib);
    run.ends(task("call/inner"), lost(Happened::None)).ends(task("last"), lost(Happened::None));
    assert_eq!((run.status("call"), run.state.status), (StepStatus::Succeeded, RunStatus::Failed));
    let inner = Resumption { again: vec![task("call/inner")], ..Resumption::default() };
    run.resumes_as(Duration::from_secs(60), inner).succeeds(task("call/inner"), 7);
    let value = |run: &Run| run.state.task(&run.plan, &task("call")).unwrap().outputs["value"].clone();
    assert_eq!((run.phase(&task("last")), value(&run)), ("running", json!(7).into()));
    run.succeeds(task("last"), 1);
    let again = Resumption { again: vec![task("call/inner")], ..Resumption::default() };
    run.news(Fact::Resumed(Box::new(again))).succeeds(task("call/inner"), 8);
    assert_eq!((run.state.status, value(&run)), (RunStatus::Succeeded, json!(8).into()));
}

#[test]
fn a_wrong_value_fails_the_call_before_anything_inside_begins() {
    let text = "inputs: { given: {} }
steps:
  call: { uses: ./lib.yaml, with: { text: x, count: \"${{ [inputs.given, 1][0] }}\" } }
";
    let run = Run::calling(text, LIB);
    assert_eq!(
        error(&run, "call"),
        "config.input (config): the call `call` of lib.yaml: the input `count`: an integer is wanted"
    );
    assert_eq!(skipped(&run, "call/last"), Some(SkipReason::Upstream { step: "call".into() }));
    assert_eq!(run.state.status, RunStatus::Failed);
}

#[test]
fn an_expression_without_a_value_is_shown_in_the_file_that_it_is_written_in() {
    let text = "inputs: { given: {} }\nsteps:\n  call: { uses: ./lib.yaml, with: { text: x } }\n";
    let lib = "inputs: { text: {} }\nsteps:\n  inner: { uses: read, with: { value: \"${{ [inputs.text][1] }}\" } }\n";
    let run = Run::calling(text, lib);
    assert!(error(&run, "call/inner").contains("(lib.yaml:3:"), "{}", error(&run, "call/inner"));
    let wrong =
        "inputs: { given: {} }\nsteps:\n  call: { uses: ./lib.yaml, with: { text: \"${{ [inputs.given][1] }}\" } }\n";
    assert!(error(&Run::calling(wrong, lib), "call").contains("(test.yaml:3:"));
}

#[test]
fn going_back_over_a_call_runs_all_of_it_once_more() {
    let text = "inputs: { given: {} }
steps:
  call: { uses: ./lib.yaml, with: { text: x } }
  wait: { uses: read, needs: call, on-error: { when: lost, run: repeat, rerun-from: call } }
";
    let mut run = Run::calling(text, LIB);
    run.succeeds(task("call/first"), 1).succeeds(task("call/second"), 1).succeeds(task("call/last"), 1);
    run.ends(task("wait"), lost(Happened::None)).succeeds(remedy("wait"), 1);
    assert_eq!(run.phase(&task("call/first")), "running");
    run.succeeds(task("call/first"), 2).succeeds(task("call/second"), 2).succeeds(task("call/last"), 2);
    assert_eq!(run.state.task(&run.plan, &task("call/second")).unwrap().occurrence, 1);
    run.succeeds(task("wait"), 2);
    assert_eq!(run.state.status, RunStatus::Succeeded);
}

#[test]
fn a_call_that_is_run_again_runs_all_inside_again() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "x").succeeds(task("call/first"), 1).succeeds(task("call/second"), 1);
    run.succeeds(task("call/last"), 1).succeeds(task("after"), 1);
    let again = Resumption { again: vec![task("call")], ..Resumption::default() };
    run.news(Fact::Resumed(Box::new(again)));
    assert_eq!((run.phase(&task("first")), run.phase(&task("call/first"))), ("succeeded", "running"));
    run.succeeds(task("call/first"), 2).succeeds(task("call/second"), 2).succeeds(task("call/last"), 2);
    assert_eq!(run.state.outputs_of(run.plan.index(&task("call").step).unwrap()).unwrap()["value"], json!(2).into());
}

#[test]
fn a_cancelled_run_skips_the_rest_of_a_call_and_the_call() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "x");
    run.news(Fact::StopRequested(Stop::Cancel)).succeeds(task("call/first"), 1).succeeds(task("call/last"), 1);
    assert_eq!(skipped(&run, "call/second"), Some(SkipReason::Cancelled));
    assert_eq!(skipped(&run, "call"), Some(SkipReason::Cancelled));
    assert_eq!(run.state.status, RunStatus::Cancelled);
}

#[test]
fn a_run_may_go_as_far_as_a_step_inside_of_a_call() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "x");
    run.news(Fact::StopRequested(Stop::Interrupt)).succeeds(task("call/first"), 1);
    let until = Resumption { until: Some(task("call/second").step), ..Resumption::default() };
    run.news(Fact::Resumed(Box::new(until))).succeeds(task("call/second"), 1);
    assert_eq!((run.phase(&task("call/last")), run.state.status), ("waiting", RunStatus::Interrupted));
}

#[test]
fn nothing_can_be_claimed_of_the_steps_that_stand_for_a_call() {
    let mut run = Run::calling(MAIN, LIB);
    run.succeeds(task("first"), "x");
    let claim = |step: &str| Fact::Succeeded { task: task(step), outputs: Some(outputs(1)), warning: None };
    assert!(run.apply(claim("call")).is_err(), "what is inside has not ended");
    assert!(run.apply(claim("call/call-inputs")).is_err(), "they are taken in already");
    assert!(run.apply(claim("call/second")).is_err(), "a step that acts succeeds by an attempt");
    let undo = TaskPath::parse("undo:call").unwrap();
    assert!(run.apply(Fact::Succeeded { task: undo, outputs: Some(outputs(1)), warning: None }).is_err());
}
