//! No secret lies in a file of a run, nor in anything printed, whatever happened to the run.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Invocation, LONG, SandboxProcess, TestContext, WORKFLOW, adapted, answers, by_mcp, echo, leaks, post, quick,
    spellings,
};

/// A password whose spellings all differ.
const PASSWORD: &str = "pÄ\"ss\\w+rd/%7&=? \u{1f511} end";

/// Two machines, so to say: what is on the user's is searched, and what is on the service's and what was asked for with
/// `--reveal` is not.
struct Scene {
    user: TestContext,
    service: TestContext,
    sandbox: SandboxProcess,
    secrets: BTreeSet<String>,
}

impl Scene {
    fn new() -> Self {
        let (user, service) = (TestContext::new(), TestContext::new());
        let sandbox = service.sandbox();
        let mailbox_password = sandbox.mailbox.split(':').nth(2).unwrap().split('@').next().unwrap();
        let secrets = BTreeSet::from([mailbox_password.to_owned(), sandbox.mailbox.clone()]);
        Self { user, service, sandbox, secrets }
    }

    /// The workflow, with the token as one more secret output.
    fn workflow(&self) -> PathBuf {
        let text = fs::read_to_string(quick(&self.user)).unwrap();
        let token = "outputs:\n  token: { value: \"${{ steps.verify.outputs.access_token }}\", secret: true }\n";
        self.user.write("quick.yaml", &text.replace("\noutputs:\n", &format!("\n{token}")))
    }

    /// A run of an account of that name, as talkative as can be.
    fn run(&self, name: &str) -> Invocation {
        self.run_of(name, &self.workflow())
    }

    fn run_of(&self, name: &str, workflow: &Path) -> Invocation {
        let command = self.user.onramp(["run", "--json", "--log", "trace", "--settle", "50ms", "-i"]);
        let command = command.arg(format!("email={name}@onramp.test")).args(["-i", "team=ada@onramp.test"]);
        command.arg(workflow).against(&self.sandbox)
    }

    fn resume(&self) -> Invocation {
        self.user.onramp(["resume", "last", "--log", "trace"]).against(&self.sandbox)
    }

    /// Remembers the secrets of the last run: those it shows if asked, and the codes that were mailed for it.
    fn learn(&mut self, name: &str) {
        let command = self.user.onramp(["show", "last", "--json", "--reveal"]);
        let outputs = command.printed_to(self.service.dir()).run().expect_code(0).json()["outputs"].clone();
        let shown = ["api_key", "password", "token"].iter().filter_map(|output| outputs[output].as_str());
        self.secrets.extend(shown.map(str::to_owned));
        self.secrets.extend(self.sandbox.mailed_codes(&format!("{name}@onramp.test")));
        for command in [&["show", "last"][..], &["show", "last", "--json"], &["runs"], &["runs", "--json"]] {
            self.user.onramp(command.iter().copied()).run().expect_code(0);
        }
    }

    #[track_caller]
    fn nothing_leaked(&self) {
        for secret in &self.secrets {
            let found = leaks(secret, self.user.dir());
            assert!(found.is_empty(), "{secret:?} lies in the open:\n{}", found.join("\n"));
        }
    }
}

#[test]
fn a_search_finds_a_planted_secret_in_every_spelling() {
    for (spelling, text) in spellings(PASSWORD) {
        let context = TestContext::new();
        fs::create_dir_all(context.store().join("runs/x")).unwrap();
        context.write("store/runs/x/journal.jsonl", &format!("{{\"input\":\"{text}\"}}"));
        assert!(!leaks(PASSWORD, context.dir()).is_empty(), "{spelling} is not found");
    }
    for ahead in ["", "a", "ab", "abc"] {
        let context = TestContext::new();
        context.write("log", &STANDARD.encode(format!("{ahead}{PASSWORD}, and more")));
        assert!(!leaks(PASSWORD, context.dir()).is_empty(), "not found in base64 after {ahead:?}");
    }
}

#[test]
fn a_run_without_trouble_leaves_no_secret() {
    let mut scene = Scene::new();
    scene.run("drawn").run().expect_code(0);
    scene.learn("drawn");
    assert_eq!(scene.secrets.len(), 6, "mailbox and its password; password, token, key and code of the run");
    scene.run("given").env("ONRAMP_PASSWORD", PASSWORD).run().expect_code(0);
    scene.learn("given");
    assert!(scene.secrets.contains(PASSWORD), "the given password was used");
    scene.nothing_leaked();
}

#[test]
fn a_run_by_mcp_leaves_no_secret_even_if_answers_are_lost() {
    let mut scene = Scene::new();
    let lost = json!({ "fault": "drop-after" });
    let broken = json!({ "fault": "502", "effect": "done" });
    scene.sandbox.set_faults(json!([
        once("signup", &lost),
        once("verify_email", &broken),
        once("create_api_key", &lost),
        once("invite_team_member", &json!({ "fault": "429", "retry_after": 0 })),
    ]));
    let workflow = by_mcp(&scene.user, &scene.workflow());
    scene.run_of("struck", &workflow).run().expect_code(0);
    scene.learn("struck");
    assert_eq!(scene.secrets.len(), 6, "mailbox and its password; password, token, key and code of the run");
    scene.nothing_leaked();
}

/// The fault strikes the first request to this route.
fn once(route: &str, kind: &Value) -> Value {
    let mut rule = kind.clone();
    rule["on"] = route.into();
    rule["times"] = 1.into();
    rule
}

#[test]
fn no_fault_brings_a_secret_to_light() {
    let mut scene = Scene::new();
    let kinds = [
        json!({ "fault": "429", "retry_after": 0 }),
        json!({ "fault": "500" }),
        json!({ "fault": "502", "effect": "done" }),
        json!({ "fault": "503", "retry_after": 0 }),
        json!({ "fault": "drop-before" }),
        json!({ "fault": "drop-after" }),
        json!({ "fault": "hang", "ms": 100 }),
    ];
    let mails = ["mail-twice", "mail-old-first", "mail-lost"];
    let routes = ["signup", "verify_email", "create_api_key", "invite_team_member", "text2img"];
    for (number, mail) in mails.iter().enumerate() {
        // Each route another kind, and in the next run the next but one.
        let kinds = kinds.iter().cycle().skip(number * 2);
        let mut faults: Vec<Value> = routes.iter().zip(kinds).map(|(route, kind)| once(route, kind)).collect();
        faults.push(json!({ "on": "signup", "fault": mail }));
        scene.sandbox.set_faults(Value::from(faults));
        let name = format!("struck{number}");
        scene.run(&name).run().expect_code(0);
        scene.learn(&name);
    }
    scene.sandbox.set_faults(json!([{ "on": "text2img", "fault": "no-credits" }]));
    scene.run("poor").run().expect_code(0);
    scene.learn("poor");
    assert!(scene.secrets.len() > 4 * mails.len(), "the secrets of every run are looked for");
    scene.nothing_leaked();
}

#[test]
fn failed_interrupted_and_killed_runs_leave_no_secret() {
    let mut scene = Scene::new();
    scene.sandbox.set_faults(json!([{ "on": "create_api_key", "fault": "500" }]));
    scene.run("failed").run().expect_code(1);
    scene.sandbox.set_faults(json!([]));
    scene.resume().run().expect_code(0);
    scene.learn("failed");

    scene.sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    for (name, signal) in [("interrupted", Signal::INT), ("killed", Signal::KILL)] {
        let mut process = scene.run(name).start();
        process.until_it_says("code         started");
        process.signal(signal);
        process.wait(LONG).unwrap();
        scene.resume().run().expect_code(0);
        scene.learn(name);
    }
    scene.nothing_leaked();
}

#[test]
fn a_run_in_doubt_shows_what_was_sent_without_its_secrets() {
    let mut scene = Scene::new();
    let signup = json!({ "name": "ada", "email": "taken@onramp.test", "password": "Correct-horse-7-battery" });
    let (status, _) = post(&format!("{}/api/agents/v1/auth/signup", scene.sandbox.base_url), &signup);
    assert_eq!(status, 201);
    scene.sandbox.set_faults(json!([
        { "on": "signup", "fault": "drop-before" },
        { "on": "login", "fault": "500" },
    ]));
    let mut process = scene.run("taken").env("ONRAMP_PASSWORD", PASSWORD).start();
    process.until_it_says("looking again");
    process.signal(Signal::INT);
    process.wait(LONG).unwrap();
    scene.secrets.insert(PASSWORD.to_owned());
    scene.learn("taken");
    scene.nothing_leaked();
}

const ECHOED: &str = r#"
name: echoed
secrets:
  password: { env: THE_PASSWORD }
  token: { env: THE_TOKEN }
  key: { env: THE_KEY }
  code: { env: THE_CODE }
steps:
  signup:
    uses: modelslab.signup
    with: { email: agent@onramp.test, password: "${{ secrets.password }}" }
  login:
    uses: modelslab.login
    with: { email: agent@onramp.test, password: "${{ secrets.password }}" }
  verify:
    uses: modelslab.verify_email
    with: { email: agent@onramp.test, verification_code: "${{ secrets.code }}" }
  key:
    uses: modelslab.create_api_key
    with: { token: "${{ secrets.token }}", name: production }
  generate:
    uses: modelslab.text2img
    with: { key: "${{ secrets.key }}", model_id: flux, prompt: a lamp }
  plain:
    uses: http
    with:
      url: /anything
      query: { code: "${{ secrets.code }}" }
      method: POST
      headers: { Authorization: "Bearer ${{ secrets.token }}" }
      json: { key: "${{ secrets.key }}", password: "${{ secrets.password }}" }
  judged:
    uses: http
    with: { url: /anything, method: POST, json: { key: "${{ secrets.key }}" } }
    expect: { status: [422] }
    outputs:
      echoed: { jsonpath: "$.error.message", secret: true }
"#;

#[test]
fn a_service_that_repeats_what_it_was_sent_is_not_quoted() {
    let context = TestContext::new();
    let workflow = context.write("echoed.yaml", ECHOED);
    let secrets = [
        ("THE_PASSWORD", PASSWORD),
        ("THE_TOKEN", "314|kXq9 vTz0+/wUe7Rb2LmN8pYs4"),
        ("THE_KEY", "Zk3~mQ8\"tV5&nB1xC7jH2fD9gS4"),
        ("THE_CODE", "a7c3e9f1b5d2480690abcdef12345678"),
    ];
    let command = context.onramp(["run", "--log", "trace", "--base-url", &echo()]).arg(workflow);
    let command = secrets.iter().fold(command, |command, (name, value)| command.env(name, value));
    let output = command.run().expect_code(1);
    assert!(
        output.stderr.contains("no: POST"),
        "the service's words are shown, but for the secrets: {}",
        output.stderr
    );
    for command in [&["show", "last"][..], &["show", "last", "--json"], &["runs", "--json"]] {
        context.onramp(command.iter().copied()).run().expect_code(0);
    }
    for (name, secret) in secrets {
        let found = leaks(secret, context.dir());
        assert!(found.is_empty(), "{name} lies in the open:\n{}", found.join("\n"));
    }
}

#[test]
fn a_short_code_is_hidden_in_the_words_of_who_was_sent_it() {
    let context = TestContext::new();
    let text = r#"
name: short
secrets: { code: { env: THE_CODE } }
steps:
  verify:
    uses: modelslab.verify_email
    with: { email: agent@onramp.test, verification_code: "${{ secrets.code }}" }
"#;
    let command = context.onramp(["run", "--json", "--log", "trace", "--base-url", &echo()]);
    let output = command.arg(context.write("short.yaml", text)).env("THE_CODE", "q7Zk3x").run().expect_code(1);
    let message = output.json()["steps"]["verify"]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("no: POST"), "{message}");
    let shown = context.onramp(["show", "last"]).run().expect_code(0).stdout;
    let journal = fs::read_to_string(context.journal().path().unwrap()).unwrap();
    for text in [&output.stdout, &output.stderr, &shown, &journal] {
        assert!(!text.contains("q7Zk3x"), "{text}");
    }
}

#[test]
fn an_output_that_repeats_a_secret_input_is_sealed() {
    let context = TestContext::new();
    let text = r#"
name: repeated
inputs: { email: { secret: true } }
secrets: { password: { env: THE_PASSWORD, sandbox: a-long-password-7 } }
steps:
  signup:
    uses: modelslab.signup
    with: { email: "${{ inputs.email }}", password: "${{ secrets.password }}" }
outputs:
  email: { value: "${{ steps.signup.outputs.email }}", secret: true }
"#;
    let command = context.onramp(["run", "--json", "--sandbox"]).arg(context.write("repeated.yaml", text));
    let output = command.env("ONRAMP_INPUT_EMAIL", "hidden-7@onramp.test").run().expect_code(0);
    assert_eq!(output.json()["outputs"]["email"], "***");
    assert!(!output.stdout.contains("hidden-7") && !output.stderr.contains("hidden-7"), "{}", output.stdout);
    let found = leaks("hidden-7@onramp.test", &context.store());
    assert!(found.is_empty(), "it lies in the open:\n{}", found.join("\n"));
}

#[test]
fn a_large_answer_is_neither_slow_nor_hides_what_is_public() {
    let context = TestContext::new();
    let items: Vec<String> = (0..20_000).map(|number| format!("an item with the number {number}")).collect();
    let document = json!({ "items": items, "kind": "application/json", "token": "tok-kXq9vTz0wUe7Rb2L" });
    let text = r#"
name: large
secrets: { key: { env: THE_KEY } }
steps:
  get:
    uses: http
    with: { url: /items, headers: { Accept: application/json, X-Key: "${{ secrets.key }}" } }
    outputs:
      items: { jsonpath: "$.items[*]" }
      kind: { jsonpath: $.kind }
      token: { jsonpath: $.token, secret: true }
      same: { jsonpath: $.token }
outputs:
  items: "${{ steps.get.outputs.items }}"
  kind: "${{ steps.get.outputs.kind }}"
  same: "${{ steps.get.outputs.same }}"
"#;
    let command = context.onramp(["run", "--json", "--base-url", &answers(document)]);
    let run = command.arg(context.write("large.yaml", text)).env("THE_KEY", "Zk3mQ8tV5nB1xC7j").run().expect_code(0);
    let show = context.onramp(["show", "last", "--json"]).run().expect_code(0);
    for document in [run.json(), show.json()] {
        let outputs = &document["outputs"];
        assert_eq!(outputs["items"], json!(items));
        assert_eq!(outputs["kind"], "application/json");
        assert_eq!(outputs["same"], "***", "the second net knows what another capture calls secret");
    }
}

#[test]
fn folders_and_files_are_for_their_owner_alone() {
    let context = TestContext::new();
    let workflow = adapted(&context, &[]);
    let line = format!("umask 0; exec \"$ONRAMP\" run --sandbox {}", workflow.display());
    context.shell(&line).run().expect_code(0);
    assert_eq!(fs::read(WORKFLOW).unwrap(), fs::read(workflow).unwrap());
    for folder in ["store", "config/onramp", "state/onramp"] {
        private(&context.path(folder));
    }
}

fn private(path: &Path) {
    let mode = fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{} has mode {mode:o}", path.display());
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| private(&entry.unwrap().path()));
    }
}
