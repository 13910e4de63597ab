//! Run it again: the file was put right, a step is wanted once more, only a part is wanted, or the same is asked for twice.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Invocation, Output, TestContext, WORKFLOW, Witness};

/// A workflow file, the service that it speaks to, and a folder to run it in.
pub struct Bench {
    pub context: TestContext,
    pub service: Witness,
}

impl Bench {
    pub fn new() -> Self {
        Self { context: TestContext::new(), service: Witness::start() }
    }

    /// Writes the steps as `work.yaml`; `URL` is the service.
    pub fn write(&self, steps: &str) -> &Self {
        self.context.write("work.yaml", &format!("name: work\n{}", steps.replace("URL", &self.service.url)));
        self
    }

    pub fn onramp(&self, line: &str) -> Invocation {
        self.context.onramp(line.split(' '))
    }

    pub fn run(&self, code: i32) -> Output {
        self.onramp("run work.yaml --json").run().expect_code(code)
    }

    pub fn resume(&self, code: i32) -> Output {
        self.onramp("resume last --json").run().expect_code(code)
    }

    /// What `--dry-run` says of each step: verdicts by name.
    pub fn verdicts(&self, line: &str) -> Value {
        let told = self.onramp(&format!("{line} --dry-run --json")).run().expect_code(0).json();
        let steps = told["steps"].as_object().unwrap();
        steps
            .iter()
            .map(|(name, step)| (name.clone(), step["verdict"].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// No two attempts of a step went under the same idempotency key.
    fn sent_under_keys_of_their_own(&self, step: &str) {
        let entries = self.context.journal().entries();
        let attempts = entries.iter().filter(|entry| entry["fact"] == "attempt_started" && entry["task"] == step);
        let keys: Vec<&Value> = attempts.map(|attempt| &attempt["idempotency_key"]).collect();
        assert!(keys.len() == 2 && keys[0] != keys[1], "{keys:?}");
    }

    pub fn journal(&self) -> String {
        fs::read_to_string(self.context.journal().path().unwrap()).unwrap()
    }
}

/// Charges once, takes something from the answer, and then checks it.
pub const CHARGE: &str = "steps:
  charge:
    uses: http
    with: { url: URL/charge, method: POST, json: { amount: 1 } }
    outputs: { number: { jsonpath: $.number } }
  check:
    uses: assert
    with: { that: '${{ steps.charge.outputs.number == 7 }}' }
";

#[test]
fn a_record_is_not_created_twice_when_the_next_step_fails_and_is_put_right() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    bench.write(&CHARGE.replace("== 7", "== 1"));
    let expected = json!({ "charge": "kept", "check": "runs" });
    assert_eq!(bench.verdicts("resume last"), expected);
    let resumed = bench.resume(0).says(&["was edited", "charge", "kept", "check", "`with` edited"]);
    assert_eq!(resumed.json()["steps"]["charge"], json!({ "status": "succeeded", "attempts": 1 }));
    assert_eq!(bench.service.requests(), [r#"POST /charge {"amount":1}"#]);
}

#[test]
fn a_wrong_expectation_is_put_right_and_the_same_answer_is_judged_again() {
    let bench = Bench::new();
    let steps = CHARGE.replace("== 7", "== 1");
    bench.write(&steps.replace("    outputs", "    expect: { status: [201] }\n    outputs")).run(1);
    bench.write(&steps.replace("    outputs", "    expect: { status: [200, 201] }\n    outputs"));
    assert_eq!(bench.verdicts("resume last"), json!({ "charge": "judged_again", "check": "runs" }));
    let resumed = bench.resume(0).json();
    assert_eq!(resumed["steps"]["charge"], json!({ "status": "succeeded", "attempts": 1 }));
    assert_eq!(bench.service.count("/charge"), 1);
}

#[test]
fn a_wrong_parameter_is_put_right_and_goes_under_another_idempotency_key() {
    let bench = Bench::new();
    let steps = CHARGE.replace("== 7", "== 2");
    bench.write(&steps.replace("amount: 1", "amount: wrong")).run(1);
    bench.write(&steps).resume(0);
    assert_eq!(bench.service.requests(), [r#"POST /charge {"amount":"wrong"}"#, r#"POST /charge {"amount":1}"#]);
    bench.sent_under_keys_of_their_own("charge");
}

#[test]
fn cosmetic_edits_run_nothing_again() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let cosmetic = "description: charges, then checks
steps:
  check: # it stands first now
    with: { that: \"${{steps.charge.outputs.number == 7}}\" }
    description: seven is what we want
    uses: 'assert'
  charge:
    outputs: { number: { jsonpath: \"$.number\" } }
    retry: 5
    timeout: 1h
    with:
      json: { 'amount': 1 }
      method: \"POST\"
      url: \"URL/charge\"
    uses: http
";
    bench.write(cosmetic);
    assert_eq!(bench.verdicts("resume last"), json!({ "charge": "kept", "check": "runs" }));
    bench.resume(1);
    assert_eq!(bench.service.count("/charge"), 1);
    let replanned: Vec<Value> =
        bench.context.journal().entries().into_iter().filter(|entry| entry["fact"] == "replanned").collect();
    assert_eq!(
        (replanned.len(), &replanned[0]["recheck"]),
        (1, &json!([])),
        "the text is taken up, with its new times"
    );
}

#[test]
fn outputs_are_taken_again_from_the_answer_that_is_kept() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let renamed = CHARGE.replace("number: { jsonpath: $.number }", "name: { jsonpath: $.name }");
    bench.write(&renamed.replace("outputs.number == 7", "outputs.name.startsWith(steps.charge.outputs.name)"));
    assert_eq!(bench.verdicts("resume last"), json!({ "charge": "judged_again", "check": "runs" }));
    bench.resume(0);
    assert_eq!(bench.service.count("/charge"), 1);
}

const CHANGED: &str = "`charge` took effect and would do so again";

#[test]
fn a_changed_step_that_took_effect_once_is_left_alone_until_somebody_says_what_to_do() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let edited = CHARGE.replace("amount: 1", "amount: 2").replace("== 7", "== 1");
    bench.write(&edited);
    let before = bench.journal();
    bench.resume(2).says(&[CHANGED, "--keep charge", "--redo charge", "needs an answer"]);
    assert_eq!(bench.journal(), before, "nothing was written");
    assert!(!bench.context.journal().run_dir().unwrap().join("workflow.2.yaml").exists());

    bench.onramp("resume last --json --keep charge").run().expect_code(0);
    assert_eq!(bench.service.requests(), [r#"POST /charge {"amount":1}"#]);
    let shown = bench.onramp("show last --json").run().expect_code(0).json();
    assert_eq!(shown["status"], "succeeded");
}

#[test]
fn a_changed_step_that_took_effect_once_is_done_once_more_if_somebody_says_so() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    bench.write(&CHARGE.replace("amount: 1", "amount: 2").replace("== 7", "== 2"));
    assert_eq!(bench.verdicts("resume last --redo charge"), json!({ "charge": "runs_again", "check": "waits" }));
    bench.onramp("resume last --json --redo charge").run().expect_code(0);
    assert_eq!(bench.service.requests(), [r#"POST /charge {"amount":1}"#, r#"POST /charge {"amount":2}"#]);
    bench.sent_under_keys_of_their_own("charge");
}

/// A read whose answer is another each time, and an effect that depends on it.
const CHAIN: &str = "steps:
  price: { uses: http, with: { url: URL/price }, outputs: { number: { jsonpath: $.number } } }
  charge:
    uses: http
    with: { url: URL/charge, method: POST, json: { amount: '${{ steps.price.outputs.number }}' } }
  ready: { uses: assert, needs: charge, with: { that: false } }
";

#[test]
fn an_effect_whose_input_turns_out_to_be_another_is_held_and_can_be_kept() {
    let bench = Bench::new();
    bench.write(CHAIN).run(1);
    bench.write(&CHAIN.replace("URL/price", "URL/price?now").replace("that: false", "that: true"));
    let expected = json!({ "price": "runs_again", "charge": "looked_at_again", "ready": "waits" });
    assert_eq!(bench.verdicts("resume last"), expected);
    let held = bench.resume(3).json();
    assert_eq!(held["steps"]["charge"]["status"], "in_doubt");
    assert_eq!(bench.service.count("/charge"), 1);
    bench.onramp("resume last --json --keep charge").run().expect_code(0);
    assert_eq!(bench.service.count("/charge"), 1);
}

#[test]
fn an_effect_that_is_held_can_be_done_once_more() {
    let bench = Bench::new();
    bench.write(CHAIN).run(1);
    bench.write(&CHAIN.replace("URL/price", "URL/price?now").replace("that: false", "that: true")).resume(3);
    bench.onramp("resume last --json --redo charge").run().expect_code(0);
    assert_eq!(
        bench.service.requests()[1..],
        [r#"POST /charge {"amount":1}"#, "GET /price?now", r#"POST /charge {"amount":3}"#]
    );
}

#[test]
fn a_step_that_is_taken_out_and_put_back_is_not_done_twice() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    bench.write("steps:\n  check: { uses: assert, with: { that: false } }\n");
    assert_eq!(bench.verdicts("resume last"), json!({ "check": "runs", "charge": "removed" }));
    bench.resume(1).says(&["removed", "what it made remains"]);
    bench.write(&CHARGE.replace("== 7", "== 1")).resume(0);
    assert_eq!(bench.service.count("/charge"), 1);
}

#[test]
fn a_step_that_was_taken_out_earlier_is_asked_about_under_another_name() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    bench.write("steps:\n  check: { uses: assert, with: { that: false } }\n").resume(1);
    bench.write(&CHARGE.replace("charge:", "bill:").replace("steps.charge", "steps.bill"));
    bench.resume(2).says(&["`charge` took effect, and `bill` would do the same again", "--redo bill"]);
    assert_eq!(bench.service.count("/charge"), 1);
}

const TAKEN_OUT: &str = "steps:
  charge:
    uses: http
    with: { url: URL/charge, method: POST }
    outputs: { number: { jsonpath: $.number } }
    undo: { uses: http, with: { url: 'URL/charge/${{ steps.charge.outputs.number }}', method: DELETE } }
  check: { uses: assert, with: { that: false } }
";

#[test]
fn what_an_edit_took_out_is_undone_by_the_text_that_had_it() {
    let bench = Bench::new();
    bench.write(TAKEN_OUT).run(1);
    bench.write("steps:\n  check: { uses: assert, with: { that: false } }\n").resume(1);
    let asked = bench.onramp("teardown last").run().expect_code(2);
    let asked = asked.says(&["This will be undone", "charge", "http"]);
    assert!(!asked.stderr.contains("This will remain"), "{}", asked.stderr);
    let done = bench.onramp("teardown last --yes --json").run().expect_code(0).json();
    assert_eq!((&done["steps"]["charge"]["undo"]["status"], &done["teardown"]), (&json!("undone"), &json!("done")));
    assert_eq!(bench.service.requests()[1..], ["DELETE /charge/1"]);
    let shown = || bench.onramp("show last --json").run().expect_code(0).json();
    let with_checkpoint = shown();
    assert_eq!(with_checkpoint["steps"]["charge"]["undo"]["status"], "undone");
    fs::remove_file(bench.context.journal().run_dir().unwrap().join("checkpoint.json")).unwrap();
    assert_eq!(shown(), with_checkpoint);
    bench.onramp("teardown last --yes").run().expect_code(0).says(&["nothing is left to undo"]);
    assert_eq!(bench.service.requests().len(), 2);
}

#[test]
fn what_an_edit_took_out_stays_and_is_named_where_its_text_is_lost() {
    let bench = Bench::new();
    bench.write(TAKEN_OUT).run(1);
    bench.write("steps:\n  check: { uses: assert, with: { that: false } }\n").resume(1);
    fs::remove_file(bench.context.journal().run_dir().unwrap().join("workflow.yaml")).unwrap();
    let asked = bench.onramp("teardown last").run().expect_code(2);
    asked.says(&["This will remain:", "charge", "cannot be used any more"]);
}

#[test]
fn the_journal_is_folded_with_the_text_that_held_at_each_entry() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let second = CHARGE.replace("check:", "verify:");
    bench.write(&second).resume(1);
    bench.write(&second.replace("== 7", "== 1")).resume(0);
    let folder = bench.context.journal().run_dir().unwrap();
    let texts = ["workflow.yaml", "workflow.2.yaml", "workflow.3.yaml"].map(|name| folder.join(name));
    assert!(texts.iter().all(|text| text.exists()));
    let with_checkpoint = bench.onramp("show last --json").run().expect_code(0).json();
    fs::remove_file(folder.join("checkpoint.json")).unwrap();
    let from_journal = bench.onramp("show last --json").run().expect_code(0).json();
    assert_eq!(from_journal, with_checkpoint);
    assert_eq!(from_journal["steps"]["verify"]["status"], "succeeded");
    fs::write(&texts[1], "name: other\n").unwrap();
    bench.onramp("show last").run().expect_code(2).says(&["workflow.2.yaml", "is not the workflow that this run has"]);
}

#[test]
fn a_file_with_errors_stops_a_resume_and_the_stored_text_goes_on() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let before = bench.journal();
    bench.write(&CHARGE.replace("uses: assert", "uses: assort"));
    let refused = bench.resume(2);
    refused.says(&["work.yaml:8", "assort", "--as-stored"]);
    assert_eq!(bench.journal(), before);
    bench.onramp("resume last --as-stored --json").run().expect_code(1);
    bench
        .write("name: other\nsteps: {}\n")
        .context
        .write("work.yaml", "name: other\nsteps:\n  a: { uses: assert, with: { that: true } }\n");
    bench.resume(2).says(&["is the workflow `other` now", "--as-stored"]);
}

#[test]
fn an_edit_is_found_from_any_folder() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    bench.write(&CHARGE.replace("== 7", "== 1"));
    fs::create_dir(bench.context.path("elsewhere")).unwrap();
    let line = "cd elsewhere && printf 'name: work\\nsteps: {}\\n' > work.yaml && \"$ONRAMP\" resume last";
    bench.context.shell(line).run().expect_code(0);
}

#[test]
fn new_inputs_have_a_default_or_are_asked_for_in_vain() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let steps = CHARGE.replace("== 7", "== inputs.wanted");
    bench.write(&format!("inputs: {{ wanted: {{ type: integer }} }}\n{steps}"));
    bench.resume(2).says(&["wanted", "default", "--as-stored"]);
    bench.write(&format!("inputs: {{ wanted: {{ type: integer, default: 1 }} }}\n{steps}")).resume(0);
    let shown = bench.onramp("show last --json").run().expect_code(0).json();
    assert_eq!(shown["status"], "succeeded");
}

#[test]
fn a_run_that_succeeded_has_nothing_left_and_says_how_steps_run_again() {
    let bench = Bench::new();
    bench.write(&CHARGE.replace("== 7", "== 1")).run(0);
    let before = bench.journal();
    bench.write(CHARGE).resume(0).says(&["nothing is left to do", "onramp retry", "--step"]);
    assert_eq!(bench.journal(), before);
}

const THREE: &str = "steps:
  price: { uses: http, with: { url: URL/price }, outputs: { number: { jsonpath: $.number } } }
  tell: { uses: http, with: { url: 'URL/tell?n=${{ steps.price.outputs.number }}' } }
  other: { uses: http, with: { url: URL/other } }
";

#[test]
fn one_step_runs_again_alone_and_the_outputs_of_the_others_are_kept() {
    let bench = Bench::new();
    bench.write(THREE).run(0);
    let retried = bench.onramp("retry last --step price --json").run().expect_code(0).json();
    assert_eq!(retried["steps"]["price"]["attempts"], 2);
    assert_eq!((bench.service.count("/price"), bench.service.requests().len()), (2, 4));
}

#[test]
fn one_step_runs_again_with_all_that_follows_it() {
    let bench = Bench::new();
    bench.write(THREE).run(0);
    let expected = json!({ "price": "runs_again", "tell": "runs_again", "other": "kept" });
    assert_eq!(bench.verdicts("retry last --step price --downstream"), expected);
    bench.onramp("retry last --step price --downstream").run().expect_code(0);
    assert_eq!((bench.service.count("/price"), bench.service.count("/other")), (2, 1));
    assert!(bench.service.requests().last().unwrap().starts_with("GET /tell?n=4"), "{:?}", bench.service.requests());
}

#[test]
fn an_effect_downstream_must_be_named() {
    let bench = Bench::new();
    bench.write(&CHAIN.replace("that: false", "that: true")).run(0);
    let before = bench.journal();
    let retry = "retry last --step price --downstream";
    bench.onramp(retry).run().expect_code(2).says(&["`charge`", "--keep charge", "--redo charge"]);
    assert_eq!(bench.journal(), before);
    bench.onramp(&format!("{retry} --keep charge")).run().expect_code(0);
    assert_eq!((bench.service.count("/price"), bench.service.count("/charge")), (2, 1));
    bench.onramp(&format!("{retry} --redo charge")).run().expect_code(0);
    assert_eq!((bench.service.count("/price"), bench.service.count("/charge")), (3, 2));
}

#[test]
fn an_effect_that_is_meant_runs_again_even_if_it_took_place_once() {
    let bench = Bench::new();
    bench.write(&CHARGE.replace("== 7", "> 0")).run(0);
    bench.onramp("retry last --step charge").run().expect_code(0);
    assert_eq!(bench.service.count("/charge"), 2);
    bench.sent_under_keys_of_their_own("charge");
}

#[test]
fn one_item_of_a_matrix_runs_again() {
    let bench = Bench::new();
    let invite = "steps:\n  invite: { uses: http, strategy: { matrix: { who: [ada, lin] } }, \
                  with: { url: 'URL/${{ matrix.who }}', method: POST } }\n";
    bench.write(invite).run(0);
    bench.onramp("retry last --step invite[ada]").run().expect_code(0);
    assert_eq!((bench.service.count("/ada"), bench.service.count("/lin")), (2, 1));
    bench.onramp("retry last --step invite[eve]").run().expect_code(2).says(&["no such item", "ada, lin"]);
    bench.onramp("retry last --step invte").run().expect_code(2).says(&["did you mean `invite`"]);
}

#[test]
fn items_that_an_edit_adds_run_and_those_that_were_done_are_kept() {
    let bench = Bench::new();
    let invite = "steps:\n  invite: { uses: http, strategy: { matrix: { who: [WHO] } }, \
                  with: { url: 'URL/${{ matrix.who }}', method: POST } }\n  \
                  check: { uses: assert, needs: invite, with: { that: false } }\n";
    bench.write(&invite.replace("WHO", "ada, lin")).run(1);
    bench.write(&invite.replace("WHO", "eve, lin, ada")).resume(1).says(&["lin", "eve", "kept"]);
    bench.write(&invite.replace("WHO", "lin, eve").replace("that: false", "that: true"));
    bench.resume(0).says(&["lin", "eve", "removed", "what it made remains"]);
    assert_eq!(["/ada", "/lin", "/eve"].map(|who| bench.service.count(who)), [1, 1, 1]);
}

#[test]
fn a_run_goes_as_far_as_it_is_asked_to_and_a_resume_goes_on() {
    let bench = Bench::new();
    bench.write(THREE);
    let first = bench.onramp("run work.yaml --json --until price").run().expect_code(0).json();
    assert_eq!(first["status"], "interrupted");
    assert_eq!(bench.service.requests(), ["GET /price"]);
    bench.onramp("resume last --until tell").run().expect_code(0);
    assert_eq!(bench.service.count("/other"), 0);
    bench.resume(0);
    assert_eq!(bench.service.requests().len(), 3);
    bench.onramp("run work.yaml --until nowhere").run().expect_code(2).says(&["no step `nowhere`"]);
}

#[test]
fn a_step_that_was_to_be_reached_and_failed_is_a_failure() {
    let bench = Bench::new();
    bench.write(CHARGE);
    let run = bench.onramp("run work.yaml --json --until check").run().expect_code(1).json();
    assert_eq!(run["status"], "failed");
}

#[test]
fn a_named_run_is_started_then_resumed_then_shown() {
    let bench = Bench::new();
    let steps =
        "inputs: { amount: { type: integer, default: 1 }, note: { optional: true, secret: true } }\n".to_owned();
    let steps = steps + &CHARGE.replace("amount: 1", "amount: '${{ inputs.amount }}'");
    bench.write(&steps);
    let run = "run work.yaml --id nightly --json";
    let first = bench.onramp(run).run().expect_code(1).json();
    assert_eq!(first["run_id"], "nightly");
    bench.onramp(run).run().expect_code(1);
    bench.write(&steps.replace("== 7", "== 1"));
    let done = bench.onramp(run).run().expect_code(0).json();
    assert_eq!(bench.onramp(run).run().expect_code(0).says(&["has succeeded already"]).json(), done);
    assert_eq!(bench.service.count("/charge"), 1);

    let other = bench.onramp(&format!("{run} -i amount=2")).run().expect_code(2);
    other.says(&["the input `amount`", "differs"]);
    let secret = bench.onramp(run).env("ONRAMP_INPUT_NOTE", "hunter2hunter2").run().expect_code(2);
    assert!(secret.stderr.contains("`note`") && !secret.stderr.contains("hunter2"), "{}", secret.stderr);
    let service = bench.onramp(run).env("ONRAMP_BASE_URL", "http://127.0.0.1:9").run().expect_code(2);
    service.says(&["the base URL"]);
    bench.onramp("show nightly").run().expect_code(0);
    bench.onramp("run work.yaml --id last").run().expect_code(2).says(&["newest run"]);
}

#[test]
fn an_effect_of_which_nobody_knows_is_no_failure_to_be_retried() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "drop-after" }]));
    let text = "name: doubt\nsteps:\n  signup:\n    uses: http\n    settle: 10ms\n    with: { url: URL/api/agents/v1/auth/signup, \
                method: POST, json: { email: ada@onramp.test, password: correct-horse-7 } }\n";
    context.write("doubt.yaml", &text.replace("URL", &sandbox.base_url));
    context.onramp(["run", "doubt.yaml"]).against(&sandbox).run().expect_code(3);
    let retry = ["retry", "last", "--step", "signup"];
    context.onramp(retry).against(&sandbox).run().expect_code(2).says(&["`signup` is in doubt", "onramp resolve"]);
    assert_eq!(sandbox.ledger().account("ada@onramp.test").requests("POST", "/auth/signup").len(), 1);
}

#[test]
fn the_shipped_workflow_is_edited_and_goes_on_in_its_own_sandbox() {
    let context = TestContext::new();
    let text = fs::read_to_string(WORKFLOW).unwrap();
    let broken = text.replace("model_id: flux", "model_id: no-such-model");
    context.write("bootstrap.yaml", &broken);
    let run = context.onramp(["run", "bootstrap.yaml", "--sandbox", "--until", "key", "--json"]).run().expect_code(0);
    assert_eq!(run.json()["steps"]["key"]["status"], "succeeded");
    context.write("bootstrap.yaml", &text);
    let resumed = context.onramp(["resume", "last", "--json"]).run().expect_code(0).json();
    assert_eq!(resumed["steps"]["signup"], json!({ "status": "succeeded", "attempts": 1 }));
    assert_eq!(resumed["steps"]["generate"]["status"], "succeeded");
}
