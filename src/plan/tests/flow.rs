//! What a plan holds of limits, defaults, probes and undos.

use std::time::Duration;

use serde_json::json;

use super::reading::{codes, plan, read};
use crate::plan::{PlanStep, Undo};
use crate::workflow::{Effect, Rate};

const SECOND: Duration = Duration::from_secs(1);

fn step(lines: &str) -> PlanStep {
    let text = format!("steps:\n  a:\n    uses: http\n    with: {{ url: /u, method: POST }}\n    {lines}\n");
    plan(&text).steps.remove(0)
}

#[test]
fn a_workflow_bounds_its_runs() {
    let limits =
        |lines: &str| plan(&format!("{lines}\nsteps: {{ a: {{ uses: sleep, with: {{ for: 1s }} }} }}")).workflow;
    let said = limits("max-parallel: 4\nrate: 20/m\ntimeout: 30m\non-failure: teardown").limits;
    assert_eq!((said.max_parallel, said.timeout), (Some(4), Some(1800 * SECOND)));
    assert!(limits("on-failure: teardown").teardown_on_failure);
    assert!(!limits("").teardown_on_failure);
    for (text, count, per) in
        [("20/m", 20, 60), ("3/s", 3, 1), ("100 / h", 100, 3600), ("{ count: 5, per: 90s }", 5, 90)]
    {
        assert_eq!(limits(&format!("rate: {text}")).limits.rate, Some(Rate { count, per: per * SECOND }), "{text}");
    }
    for text in ["20", "/m", "20/d", "0/m", "-1/m", "+1/m", "1.5/s", "10001/s", "20/", "20/m/s"] {
        let text = format!("rate: {text}\nsteps: {{ a: {{ uses: sleep, with: {{ for: 1s }} }} }}");
        assert_eq!(codes(&text), ["E0134"], "{text}");
    }
}

#[test]
fn a_step_says_what_its_failure_and_its_tries_may_take() {
    let said = step("continue-on-error: true\n    attempt-timeout: 20s");
    assert_eq!((said.continue_on_error, said.attempt_timeout), (true, Some(20 * SECOND)));
    let silent = step("timeout: 1m");
    assert_eq!((silent.continue_on_error, silent.attempt_timeout), (false, None));
    let matrix = |text: &str| step(&format!("strategy: {{ matrix: {{ x: [1] }}{text} }}")).matrix.unwrap().fail_fast;
    assert!(matrix(", fail-fast: true"));
    assert!(!matrix(""));
}

#[test]
fn defaults_hold_where_a_step_says_nothing() {
    let plan = plan(
        "defaults: { retry: 2, timeout: 1m, attempt-timeout: 5s }
steps:
  silent: { uses: sleep, with: { for: 1s } }
  said: { uses: sleep, with: { for: 1s }, retry: { delay: 2s }, timeout: 1h, attempt-timeout: 1m }
",
    );
    let (silent, said) = (&plan.steps[0], &plan.steps[1]);
    assert_eq!(
        (silent.retry_policy().max_attempts, silent.timeout, silent.attempt_timeout),
        (2, Some(60 * SECOND), Some(5 * SECOND))
    );
    // A `retry` replaces that of the defaults as a whole.
    assert_eq!((said.retry_policy().max_attempts, said.retry_policy().delay), (4, 2 * SECOND));
    assert_eq!((said.timeout, said.attempt_timeout), (Some(3600 * SECOND), Some(60 * SECOND)));
}

fn headers(step: &PlanStep) -> serde_json::Value {
    let headers = step.call.with.iter().find(|(name, ..)| name == "headers");
    headers.map_or(json!(null), |(_, value, _)| value.as_literal().unwrap().clone())
}

#[test]
fn default_headers_are_in_each_request_and_give_way_to_the_steps_own() {
    let plan = plan(
        "defaults: { headers: { X-Team: core, Accept: text/plain } }
steps:
  none: { uses: http, with: { url: /u } }
  own: { uses: http, with: { url: /u, headers: { accept: application/json, X-Own: 1 } } }
  off: { uses: http, with: { url: /u, headers: { ACCEPT: ~ } } }
  other: { uses: sleep, with: { for: 1s } }
  whole:
    uses: http
    with: { url: /u, method: POST, headers: { Accept: a } }
    probe: { url: /u, done-if: response.status == 200 }
    undo: { uses: http, with: { url: /u } }
    on-error: { when: service.4xx, run: http, with: { url: /u }, rerun-from: whole }
",
    );
    let step = |id: &str| plan.steps.iter().find(|step| step.id.as_str() == id).unwrap();
    assert_eq!(headers(step("none")), json!({ "X-Team": "core", "Accept": "text/plain" }));
    assert_eq!(headers(step("own")), json!({ "X-Team": "core", "accept": "application/json", "X-Own": 1 }));
    assert_eq!(headers(step("off")), json!({ "X-Team": "core", "ACCEPT": null }));
    assert_eq!(headers(step("other")), json!(null));
    let whole = step("whole");
    let Undo::Call(undo) = &whole.undo else { panic!("{:?}", whole.undo) };
    for call in [&whole.probe.as_ref().unwrap().call, undo, &whole.on_error.as_ref().unwrap().call] {
        assert!(call.with.iter().any(|(name, ..)| name == "headers"), "{}", call.action);
    }
}

#[test]
fn a_reference_in_a_default_header_is_one_of_each_request() {
    let text = |login: &str| {
        format!(
            "defaults: {{ headers: {{ Authorization: \"Bearer ${{{{ steps.login.outputs.value }}}}\" }} }}
steps:
  list: {{ uses: http, with: {{ url: /u }} }}
  public: {{ uses: http, with: {{ url: /u, headers: {{ authorization: ~ }} }} }}
  login: {{ uses: random.password, {login} }}
"
        )
    };
    let plan = plan(&text(""));
    let needs = |id: &str| plan.steps.iter().find(|step| step.id.as_str() == id).unwrap().needs.len();
    assert_eq!((needs("list"), needs("public")), (1, 0));
    assert_eq!(codes(&text("needs: list")), ["E0132"]);
}

#[test]
fn a_mistake_in_a_default_header_is_told_once() {
    let text = "defaults: { headers: { a: \"${{ secrets.kye }}\", b: \"${{ matrix.x }}\" } }
secrets: { key: { env: KEY } }
steps:
  one: { uses: http, with: { url: /u } }
  two: { uses: http, strategy: { matrix: { x: [1] } }, with: { url: /u } }
";
    assert_eq!(codes(text), ["E0124", "E0126"]);
}

#[test]
fn a_probe_is_a_request_of_the_step_itself() {
    let text = "steps:
  before: { uses: random.password }
  create:
    uses: http
    with: { url: /u, method: POST, json: {} }
    outputs: { id: response.body.id, key: response.body.key }
    probe:
      url: /things
      query: { name: \"${{ steps.before.outputs.value }}\" }
      done-if: size(response.body) > 0
      outputs: { id: \"response.body[0].id\", key: { value: 'null', secret: true } }
";
    let plan = plan(text);
    let create = &plan.steps[1];
    assert_eq!(create.needs, [0]);
    let probe = create.probe.as_ref().unwrap();
    assert_eq!((probe.call.action, probe.call.effect), ("http", Effect::Read));
    let names: Vec<&str> = probe.call.with.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["url", "query"]);
    // What either says to be secret is so wherever it came from.
    let secret = |name: &str| create.outputs.iter().find(|(output, _)| output == name).unwrap().1;
    assert_eq!((secret("id"), secret("key")), (false, true));
    for captures in [&create.captures, &probe.captures] {
        assert_eq!(captures.iter().map(|capture| capture.secret).collect::<Vec<_>>(), [false, true]);
    }
}

#[test]
fn an_undo_refers_to_its_own_step_and_waits_for_nothing() {
    let text = "steps:
  create:
    uses: http
    strategy: { matrix: { x: [1] } }
    with: { url: /u, method: POST }
    outputs: { id: response.body.id }
    undo:
      uses: http
      with: { method: DELETE, url: \"/${{ matrix.x }}/${{ steps.create.outputs.id }}/${{ steps.after.outputs.status }}\" }
  after: { uses: http, needs: create, with: { url: /u } }
";
    let plan = plan(text);
    assert_eq!(plan.steps[0].needs, [0; 0]);
    assert!(matches!(&plan.steps[0].undo, Undo::Call(call) if call.action == "http"));
}

#[test]
fn an_undo_may_delete_twice_unless_it_says_otherwise() {
    let effect = |undo: &str| match step(&format!("undo: {{ uses: http, {undo} }}")).undo {
        Undo::Call(call) => call.effect,
        other => panic!("{other:?}"),
    };
    assert_eq!(effect("with: { url: /u, method: DELETE }"), Effect::Repeat);
    assert_eq!(effect("with: { url: /u, method: PUT }"), Effect::Repeat);
    assert_eq!(effect("with: { url: /u, method: POST }"), Effect::Once);
    assert_eq!(effect("with: { url: /u, method: DELETE }, effect: once"), Effect::Once);
    // For a step itself the method says less.
    assert_eq!(
        plan("steps: { a: { uses: http, with: { url: /u, method: DELETE } } }").steps[0].call.effect,
        Effect::Once
    );
}

#[test]
fn a_matrix_may_be_a_list_of_objects_or_an_object() {
    for matrix in ["[{ email: a@h, role: r }]", "{ a: { role: r } }", "\"${{ inputs.team }}\""] {
        let text = format!(
            "inputs: {{ team: {{ type: array }} }}\nsteps:\n  a: {{ uses: http, strategy: {{ matrix: {{ member: {matrix} }} }}, with: {{ url: \"${{{{ matrix.member.value.role }}}}\" }} }}\noutputs: {{ team: \"${{{{ inputs.team }}}}\" }}\n"
        );
        assert!(read(&text).diagnostics.is_empty(), "{matrix}: {:?}", read(&text).diagnostics);
    }
}
