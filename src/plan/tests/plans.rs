//! What a plan says of a workflow.

use std::time::Duration;

use serde_json::json;

use super::reading::{codes, plan, read};
use crate::workflow::{CaptureFrom, Effect, RetryClass, RetryPolicy};

fn order(text: &str) -> Vec<String> {
    plan(text).steps.iter().map(|step| step.id.to_string()).collect()
}

#[test]
fn steps_are_ordered_by_need_and_then_by_the_file() {
    let text = "steps:
  d: { uses: sleep, with: { for: 1s }, needs: [c] }
  b: { uses: sleep, with: { for: 1s } }
  c: { uses: sleep, with: { for: 1s } }
  a: { uses: sleep, with: { for: 1s }, needs: b }
";
    assert_eq!(order(text), ["b", "c", "d", "a"]);
}

#[test]
fn a_reference_anywhere_in_a_step_is_an_edge() {
    let text = |place: &str| {
        format!(
            "steps:\n  a: {{ uses: random.password }}\n  b:\n    uses: http\n    with: {{ url: /u }}\n    {place}\n"
        )
    };
    for place in [
        "if: steps.a.outputs.value == 'x'",
        "strategy: { matrix: { x: [\"${{ steps.a.outputs.value }}\"] } }",
        "outputs: { y: \"response.status == 200 ? steps.a.outputs.value : ''\" }",
        "needs: a",
        "on-error: { when: service.4xx, run: sleep, with: { for: \"${{ steps.a.outputs.value }}\" }, rerun-from: b }",
    ] {
        assert_eq!(plan(&text(place)).steps[1].needs, [0], "{place}");
    }
}

#[test]
fn the_effect_of_http_is_that_of_its_method_unless_the_step_says_otherwise() {
    let effect = |with: &str| {
        plan(&format!("inputs: {{ m: {{}} }}\nsteps:\n  a: {{ uses: http, {with} }}\n")).steps[0].call.effect
    };
    assert_eq!(effect("with: { url: /u }"), Effect::Read);
    assert_eq!(effect("with: { url: /u, method: HEAD }"), Effect::Read);
    assert_eq!(effect("with: { url: /u, method: POST }"), Effect::Once);
    assert_eq!(effect("with: { url: /u, method: \"${{ inputs.m }}\" }"), Effect::Once);
    assert_eq!(effect("with: { url: /u, method: POST }, effect: keyed"), Effect::Keyed);
}

#[test]
fn retry_is_a_number_or_says_more() {
    let retry = |text: &str| {
        plan(&format!("steps:\n  a: {{ uses: http, with: {{ url: /u }}, {text} }}\n")).steps[0].retry_policy()
    };
    assert_eq!(retry("settle: 1s"), RetryPolicy::default());
    assert_eq!(retry("retry: 3"), RetryPolicy { max_attempts: 3, ..RetryPolicy::default() });
    let said = retry(
        "retry: { max-attempts: 5, delay: 250ms, factor: 1.5, max-delay: 1m, jitter: false, max-elapsed: 1h, when: [429, 5xx] }",
    );
    let wanted = RetryPolicy {
        max_attempts: 5,
        delay: Duration::from_millis(250),
        factor: 1.5,
        max_delay: Duration::from_secs(60),
        jitter: false,
        max_elapsed: Some(Duration::from_secs(3600)),
        when: vec![RetryClass::TooManyRequests, RetryClass::Server],
    };
    assert_eq!(said, wanted);
}

#[test]
fn a_capture_is_an_output_and_inherits_secrecy() {
    let text = "secrets: { token: { env: T } }
steps:
  a:
    uses: http
    with: { url: /u }
    expect: { status: [200, 201] }
    outputs:
      id: { jsonpath: $.id }
      etag: { header: ETag, secret: true }
      part: { regex: 'id=(\\d+)' }
      sum: response.body.a + response.body.b
      mixed: { value: \"${{ secrets.token }}/${{ response.status }}\" }
  b: { uses: http, with: { url: \"${{ steps.a.outputs.mixed }}\" }, outputs: { copy: steps.a.outputs.mixed } }
";
    let plan = plan(text);
    let outputs = |step: usize| -> Vec<(&str, bool)> {
        plan.steps[step].outputs.iter().map(|(name, secret)| (name.as_str(), *secret)).collect()
    };
    let own = [("status", false), ("headers", true), ("body", true)];
    let captured = [("id", false), ("etag", true), ("part", false), ("sum", false), ("mixed", true)];
    assert_eq!(outputs(0), [own.as_slice(), &captured].concat());
    assert_eq!(outputs(1), [own.as_slice(), &[("copy", true)]].concat());
    assert!(matches!(&plan.steps[0].captures[1].from, CaptureFrom::Header(name) if name == "etag"));
    assert_eq!(plan.steps[0].expect.as_ref().unwrap().status, [200, 201]);
}

#[test]
fn an_output_that_repeats_a_secret_parameter_is_secret() {
    let secret = |email: &str| {
        let text = format!(
            "inputs: {{ open: {{}}, hidden: {{ secret: true }} }}
steps:
  a:
    uses: modelslab.signup
    strategy: {{ matrix: {{ x: [\"${{{{ inputs.hidden }}}}\"] }} }}
    with: {{ email: \"{email}\", password: p }}
  b: {{ uses: http, with: {{ url: /u }}, outputs: {{ copy: steps.a.outputs.email }} }}
"
        );
        let plan = plan(&text);
        let output =
            |step: usize, wanted: &str| plan.steps[step].outputs.iter().find(|(name, _)| name == wanted).unwrap().1;
        (output(0, "email"), output(1, "copy"))
    };
    assert_eq!(secret("a@b.test"), (false, false));
    assert_eq!(secret("${{ inputs.open }}"), (false, false));
    assert_eq!(secret("${{ inputs.hidden }}"), (true, true));
    assert_eq!(secret("a+${{ matrix.x }}@b.test"), (true, true));
}

#[test]
fn a_matrix_of_secrets_makes_secrets() {
    let text = "secrets: { a: { env: A } }
steps:
  s:
    uses: http
    strategy: { matrix: { x: [\"${{ secrets.a }}\", plain] } }
    with: { url: /u }
    outputs: { y: matrix.x }
outputs:
  all: \"${{ steps.s.outputs.y }}\"
";
    let loaded = read(text);
    assert_eq!(loaded.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), ["W0101"]);
    assert!(loaded.plan.unwrap().workflow.outputs[0].secret);
}

#[test]
fn a_scalar_is_read_towards_its_parameter() {
    let text = "steps:
  a:
    uses: modelslab.text2img
    with: { key: 0123456, model_id: 1e3, prompt: true, width: 0512 }
  b:
    uses: http
    with: { url: /u, json: { code: 12, quoted: '12', yes: yes, nothing: ~ } }
  c:
    uses: mail.wait
    with: { mailbox: imaps://a:b@m, to: t@h, extract: code, from: [1, yes] }
";
    let plan = plan(text);
    let value = |step: usize, name: &str| {
        plan.steps[step].call.with.iter().find(|(known, ..)| known == name).unwrap().1.as_literal().unwrap().clone()
    };
    assert_eq!(value(0, "key"), json!("0123456"));
    assert_eq!(value(0, "model_id"), json!("1e3"));
    assert_eq!(value(0, "prompt"), json!("true"));
    assert_eq!(value(0, "width"), json!(512));
    assert_eq!(value(2, "from"), json!(["1", "yes"]));
    assert_eq!(value(1, "json"), json!({ "code": 12, "quoted": "12", "yes": "yes", "nothing": null }));
}

#[test]
fn the_rerun_of_a_remedy_is_all_between() {
    let text = "steps:
  mark: { uses: mail.mark, with: { mailbox: imaps://a:b@m } }
  send: { uses: sleep, with: { for: 1s }, needs: mark }
  other: { uses: sleep, with: { for: 1s }, needs: mark }
  wait:
    uses: mail.wait
    needs: send
    with: { mailbox: imaps://a:b@m, to: t@h, extract: code }
    on-error: { when: [mail.timeout], run: sleep, with: { for: 5s }, rerun-from: mark, max: 3 }
";
    let plan = plan(text);
    let ids: Vec<&str> =
        plan.steps[3].on_error.as_ref().unwrap().rerun.iter().map(|step| plan.steps[*step].id.as_str()).collect();
    assert_eq!(ids, ["mark", "send", "wait"]);
}

#[test]
fn a_workflow_without_a_name_is_called_as_its_file_is() {
    assert_eq!(plan("steps: { a: { uses: sleep, with: { for: 1s } } }").workflow.name, "test");
}

#[test]
fn all_errors_are_found_in_one_pass() {
    let text = "nmae: x
inputs: { a: { type: strin } }
steps:
  one: { uses: htp, with: { url: /u } }
  two: { uses: sleep, with: { fro: 1s }, needs: [on] }
  three: { uses: sleep, with: { for: \"${{ inputs.b }}\" }, timeout: 5 }
outputs:
  x: \"${{ steps.two.outputs.y + }}\"
";
    assert_eq!(codes(text), ["E0104", "E0134", "E0110", "E0112", "E0111", "E0125", "E0123", "E0134", "E0103", "E0120"]);
}

#[test]
fn ten_thousand_steps_are_planned_in_their_order() {
    let mut text = "inputs: { x: {} }\nsteps:\n".to_owned();
    for index in 0..10_000 {
        let before = if index == 0 { "inputs.x".to_owned() } else { format!("steps.s{}.outputs.value", index - 1) };
        text.push_str(&format!(
            "  s{index}: {{ uses: random.password, with: {{ value: \"${{{{ {before} }}}}\" }} }}\n"
        ));
    }
    let plan = plan(&text);
    assert_eq!(plan.steps.len(), 10_000);
    assert!(plan.steps.iter().enumerate().skip(1).all(|(index, step)| step.needs == [index - 1]));
}

#[test]
fn how_a_step_is_written_does_not_change_what_it_says() {
    let said = |with: &str| {
        let plan = plan(&format!("inputs: {{ a: {{}} }}\nsteps:\n  s:\n    uses: http\n    with:\n{with}"));
        let mut said: Vec<_> =
            plan.steps[0].call.with.iter().map(|(name, value, _)| (name.clone(), value.canonical())).collect();
        said.sort_by(|a, b| a.0.cmp(&b.0));
        said
    };
    let one = said("      url: /u${{ inputs.a }}\n      json: { a: 1, b: { d: x, c: [\"${{ inputs.a }}\"] } }\n");
    let same = said(
        "      json: # as before\n        b: { c: ['${{inputs.a}}'], d: 'x' }\n        a: 1\n      url: \"/u${{  inputs.a  }}\"\n",
    );
    assert_eq!(one, same);
    for other in [
        "json: { a: '1' }\n      url: /u",
        "json: { a: 1 }\n      url: /u",
        "json: { a: \"${{ inputs.a }}\" }\n      url: /u",
    ] {
        assert_ne!(said(&format!("      {other}\n")), one);
    }
    assert_ne!(said("      url: /u\n      body: inputs.a\n"), said("      url: /u\n      body: \"${{ inputs.a }}\"\n"));
}

#[test]
fn a_plan_can_be_shared_between_threads() {
    fn assert_shared<T: Send + Sync + Clone>() {}
    assert_shared::<crate::plan::Plan>();
}
