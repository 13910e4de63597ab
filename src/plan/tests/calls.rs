//! Workflows that call other files.

use super::reading::read_with;
use crate::plan::{Loaded, Plan, StepKind};

const LIBRARY: (&str, &str) = (
    "lib/account.yaml",
    "inputs:
  email: { format: email }
  tries: { type: integer, default: 3 }
secrets:
  password: { env: PASSWORD }
  extra: { env: EXTRA, optional: true }
steps:
  signup: { uses: modelslab.signup, with: { email: \"${{ inputs.email }}\", password: \"${{ secrets.password }}\" } }
  login: { uses: modelslab.login, needs: signup, with: { email: \"${{ inputs.email }}\", password: \"${{ secrets.password }}\" } }
outputs:
  token: { value: \"${{ steps.login.outputs.access_token }}\", secret: true }
  email: \"${{ inputs.email }}\"
",
);

const CALL: &str = "secrets: { p: { env: P } }
steps:
  before: { uses: sleep, with: { for: 1s } }
  account:
    uses: ./lib/account.yaml
    needs: before
    if: always()
    with: { email: a@b.test }
    secrets: { password: \"${{ secrets.p }}\" }
  after: { uses: sleep, with: { for: 1s }, needs: account }
";

fn plan(text: &str, library: &[(&str, &str)]) -> Plan {
    let loaded = read_with(text, library);
    assert!(loaded.plan.is_some(), "{:#?}", loaded.diagnostics);
    loaded.plan.unwrap()
}

fn codes(loaded: &Loaded) -> Vec<&'static str> {
    loaded.diagnostics.iter().map(|found| found.code).collect()
}

fn ids<'p>(plan: &'p Plan, steps: &[usize]) -> Vec<&'p str> {
    steps.iter().map(|step| plan.steps[*step].id.as_str()).collect()
}

#[test]
fn the_steps_of_a_called_file_stand_in_the_place_of_the_call() {
    let plan = plan(CALL, &[LIBRARY]);
    let all: Vec<(&str, Vec<&str>)> =
        plan.steps.iter().map(|step| (step.id.as_str(), ids(&plan, &step.needs))).collect();
    let expected: [(&str, &[&str]); 6] = [
        ("before", &[]),
        ("account/call-inputs", &["before"]),
        ("account/signup", &["account/call-inputs"]),
        ("account/login", &["account/call-inputs", "account/signup"]),
        ("account", &["account/call-inputs", "account/signup", "account/login"]),
        ("after", &["account"]),
    ];
    assert_eq!(all, expected.map(|(id, needs)| (id, needs.to_vec())));
    assert!(plan.steps[1].condition.is_some() && plan.steps[4].condition.is_none());
    assert_eq!((plan.steps[1].kind, plan.steps[4].kind), (StepKind::Entry(0), StepKind::Exit(0)));
    for (index, step) in plan.steps.iter().enumerate() {
        assert!(step.needs.iter().all(|need| *need < index && plan.steps[*need].dependants.contains(&index)));
    }
}

#[test]
fn a_call_is_shown_before_what_is_inside() {
    let outer =
        ("lib/outer.yaml", "steps:\n  inner: { uses: ./leaf.yaml }\n  last: { uses: sleep, with: { for: 1s } }\n");
    let leaf = ("lib/leaf.yaml", "steps: { one: { uses: sleep, with: { for: 1s } } }\n");
    let plan =
        plan("steps:\n  call: { uses: ./lib/outer.yaml }\n  end: { uses: sleep, with: { for: 1s } }\n", &[outer, leaf]);
    let outline: Vec<(&str, usize)> =
        plan.outline().map(|(index, depth)| (plan.steps[index].id.as_str(), depth)).collect();
    assert_eq!(outline, [("call", 0), ("call/inner", 1), ("call/inner/one", 2), ("call/last", 1), ("end", 0)]);
    assert_eq!(&*plan.source(plan.steps[plan.calls[1].entry + 1].within).path, "lib/leaf.yaml");
}

#[test]
fn a_step_needs_a_call_whose_output_it_refers_to() {
    let text = "inputs: { m: {} }
steps:
  first: { uses: ./lib/word.yaml, with: { word: \"${{ inputs.m }}\" } }
  second: { uses: ./lib/word.yaml, with: { word: \"${{ steps.first.outputs.word }}\" } }
";
    let word = "inputs: { word: {} }
steps: { draw: { uses: random.password, with: { value: \"${{ inputs.word }}\" } } }
outputs: { word: { value: \"${{ steps.draw.outputs.value }}\", secret: true } }
";
    let plan = plan(text, &[("lib/word.yaml", word)]);
    assert_eq!(ids(&plan, &plan.steps[3].needs), ["first"]);
    assert_eq!(plan.calls.len(), 2);
}

#[test]
fn secrecy_goes_into_a_call_and_out_of_it() {
    let outputs = |given: &str| {
        let text = format!(
            "inputs: {{ open: {{}}, hidden: {{ secret: true }} }}
steps:
  call: {{ uses: ./echo.yaml, with: {{ text: \"{given}\" }} }}
  copy: {{ uses: ./echo.yaml, with: {{ text: \"${{{{ steps.call.outputs.text }}}}\" }} }}
outputs:
  out: \"${{{{ steps.copy.outputs.text }}}}\"
"
        );
        let loaded = read_with(
            &text,
            &[(
                "echo.yaml",
                "inputs: { text: {} }\nsteps: { s: { uses: sleep, with: { for: 1s } } }\noutputs: { text: \"<${{ inputs.text }}>\" }\n",
            )],
        );
        let found: Vec<_> = codes(&loaded).into_iter().filter(|code| *code != "W0106").collect();
        let plan = loaded.plan.unwrap();
        let entry = &plan.steps[plan.calls[1].entry];
        (entry.outputs[0].1, plan.steps[plan.calls[1].exit].outputs[0].1, plan.workflow.outputs[0].secret, found)
    };
    assert_eq!(outputs("${{ inputs.open }}"), (false, false, false, vec![]));
    assert_eq!(outputs("${{ inputs.hidden }}"), (true, true, true, vec!["W0101"]));
}

#[test]
fn a_scalar_is_read_towards_the_input_of_the_file() {
    let text = "steps: { call: { uses: ./b.yaml, with: { id: 0123456, count: 3 } } }";
    let plan = plan(
        text,
        &[(
            "b.yaml",
            "inputs: { id: {}, count: { type: integer } }\nsteps: { s: { uses: sleep, with: { for: 1s } } }\n",
        )],
    );
    let with: Vec<_> = plan.steps[0]
        .call
        .with
        .iter()
        .map(|(name, value, _)| (name.as_str(), value.as_literal().unwrap().clone()))
        .collect();
    assert_eq!(with, [("inputs.id", "0123456".into()), ("inputs.count", 3.into())]);
}

#[test]
fn a_remedy_that_goes_back_over_a_call_runs_all_of_it_again() {
    let text = "steps:
  first: { uses: ./two.yaml }
  wait:
    uses: mail.wait
    needs: first
    with: { mailbox: imaps://a:b@m, to: t@h, extract: code }
    on-error: { when: [mail.timeout], run: sleep, with: { for: 5s }, rerun-from: first }
";
    let two = "steps:\n  one: { uses: sleep, with: { for: 1s } }\n  other: { uses: sleep, with: { for: 1s } }\n";
    let plan = plan(text, &[("two.yaml", two)]);
    let rerun = &plan.steps[4].on_error.as_ref().unwrap().rerun;
    assert_eq!(ids(&plan, rerun), ["first/call-inputs", "first/one", "first/other", "first", "wait"]);
}

#[test]
fn errors_of_every_file_are_found_in_one_pass_and_point_into_it() {
    let text = "steps:\n  one: { uses: ./b.yaml }\n  two: { uses: slep, with: { for: 1s } }\n";
    let loaded =
        read_with(text, &[("b.yaml", "steps:\n  s: { uses: sleep, with: { fro: 1s } }\n  t: { uses: ./c.yaml }\n")]);
    let found: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|found| (found.code, found.source.as_ref().map(|source| source.path.to_string())))
        .collect();
    let inside = Some("b.yaml".to_owned());
    assert_eq!(found, [("E0110", None), ("E0112", inside.clone()), ("E0111", inside.clone()), ("E0150", inside)]);
    let json = loaded.diagnostics[1].to_json(&crate::diagnostic::Source::new("a.yaml", text));
    assert_eq!((&json["file"], &json["line"], &json["column"]), (&"b.yaml".into(), &2.into(), &14.into()));
}

#[test]
fn calls_that_would_multiply_without_end_are_refused_at_once() {
    let file = |next: usize| {
        format!("steps:\n{}", (0..40).map(|n| format!("  s{n}: {{ uses: ./f{next}.yaml }}\n")).collect::<String>())
    };
    let library: Vec<(String, String)> = (0..20).map(|n| (format!("f{n}.yaml"), file(n + 1))).collect();
    let mut library: Vec<(&str, &str)> = library.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    library.push(("f20.yaml", "steps: { s: { uses: sleep, with: { for: 1s } } }\n"));
    let loaded = read_with(&file(0), &library);
    assert!(loaded.plan.is_none() && codes(&loaded).iter().all(|code| *code == "E0152"), "{:?}", codes(&loaded));
}

#[test]
fn calls_are_nested_only_so_deep() {
    let chain = |length: usize| {
        let call = |next: usize| format!("steps: {{ s: {{ uses: ./f{next}.yaml }} }}\n");
        let mut library: Vec<(String, String)> = (0..length).map(|n| (format!("f{n}.yaml"), call(n + 1))).collect();
        library[length - 1].1 = "steps: { s: { uses: sleep, with: { for: 1s } } }\n".into();
        let library: Vec<(&str, &str)> = library.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        codes(&read_with(&call(0), &library))
    };
    assert!(chain(31).is_empty());
    assert_eq!(chain(32), ["E0152"]);
}

/// A file that shows its input, and hands it back.
const SHOWS: (&str, &str) = (
    "lib/shows.yaml",
    "inputs: { note: {} }
steps: { say: { uses: assert, with: { that: true, message: \"${{ inputs.note }}\" } } }
outputs: { note: \"${{ inputs.note }}\" }
",
);

#[test]
fn a_secret_is_followed_into_a_file_that_does_not_know_of_it() {
    let call = |value: &str| {
        format!(
            "secrets: {{ s: {{ env: S }} }}\nsteps:\n  one: {{ uses: ./lib/shows.yaml, with: {{ note: \"{value}\" }} }}\n  \
             two: {{ uses: ./lib/shows.yaml, with: {{ note: \"{value}\" }} }}\n  \
             use: {{ uses: sleep, with: {{ for: \"${{{{ secrets.s }}}}\" }} }}\n"
        )
    };
    assert!(read_with(&call("plain"), &[SHOWS]).plan.is_some());
    let loaded = read_with(&call("${{ secrets.s }}"), &[SHOWS]);
    assert_eq!(codes(&loaded), ["E0141"], "of two calls, once");
    assert_eq!(loaded.diagnostics[0].source.as_ref().map(|source| &*source.path), Some("lib/shows.yaml"));
    assert!(loaded.plan.is_none());
}

#[test]
fn a_secret_that_a_called_file_hands_back_is_still_one() {
    let outer = (
        "lib/outer.yaml",
        "inputs: { x: {} }\nsteps: { inner: { uses: ./leaf.yaml, with: { x: \"${{ inputs.x }}\" } } }\noutputs: { x: \"${{ steps.inner.outputs.x }}\" }\n",
    );
    let leaf = (
        "lib/leaf.yaml",
        "inputs: { x: {} }\nsteps: { one: { uses: sleep, with: { for: 1s } } }\noutputs: { x: \"${{ inputs.x }}\" }\n",
    );
    let text = "secrets: { s: { env: S } }
steps:
  call: { uses: ./lib/outer.yaml, with: { x: \"${{ secrets.s }}\" } }
  say: { uses: assert, with: { that: true, message: \"${{ steps.call.outputs.x }}\" } }
";
    assert_eq!(codes(&read_with(text, &[outer, leaf])), ["E0141"]);
}
