//! The command line as people meet it: help, wrong input, full disks, no terminal.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Invocation, Output, TestContext, WORKFLOW, quick};

const BROKEN: &str = r#"name: broken
inputs:
  email: { type: string, format: email }
steps:
  signup:
    uses: modelslab.signpu
    with: { email: "${{ inputs.emial }}", password: x }
  code:
    uses: mail.wait
    needs: [signup]
    with: { mailbox: "${{ secrets.mailbox }}", too: a@b.c, extract: code }
  verify:
    uses: modelslab.verify_email
    with: { verification_code: "${{ steps.cod.outputs.code }}", email: a@b.c }
    timeout: soon
  a: { uses: sleep, needs: [b], with: { for: 1s } }
  b: { uses: sleep, needs: [a], with: { for: 1s } }
"#;

/// A golden text without what differs from run to run: run ids, ports, folders, times and widths that depend on them.
macro_rules! assert_golden {
    ($name:literal, $context:expr, $text:expr) => {
        insta::with_settings!({ filters => vec![
            (regex::escape($context.dir().to_str().unwrap()).as_str(), "[DIR]"),
            (r"\d{8}-\d{6}-[0-9a-z]{6}", "[RUN]"),
            (r"127\.0\.0\.1:\d+", "[ADDRESS]"),
            (r"\d\d:\d\d\.\d{3}", "[TIME]"),
            (r" +\d+(\.\d)? m?s\b", " [TOOK]"),
            (r"generations/[0-9a-f…-]+(\.png)?", "generations/[FILE]"),
        ]}, { assert_snapshot!($name, $text) });
    };
}

#[test]
fn help_names_every_command_and_exit_code() {
    let context = TestContext::new();
    let help = context.onramp(["--help"]).run().expect_code(0);
    assert_golden!("help", context, help.stdout);
    let help = context.onramp(["run", "--help"]).run().expect_code(0);
    assert_golden!("help_run", context, help.stdout);
}

#[test]
fn what_a_command_says_of_itself_is_all_in_its_help() {
    let context = TestContext::new();
    for (command, said) in [
        ("resume", "never done again unasked"),
        ("retry", "keeps what it did"),
        ("resolve", "Only the answer is recorded"),
        ("cancel", "once the run has ended"),
        ("teardown", "undone stays"),
        ("exec", "127 if it was not found"),
    ] {
        let help = context.onramp([command, "--help"]).run().expect_code(0).stdout;
        assert!(help.contains(said), "{help}");
        let summary = context.onramp([command, "-h"]).run().expect_code(0).stdout;
        assert!(summary.contains("see more with '--help'") && !summary.contains(said), "{summary}");
    }
}

#[test]
fn validate_says_everything_that_is_wrong_at_once() {
    let context = TestContext::new();
    context.write("broken.yaml", BROKEN);
    let drawn = context.onramp(["validate", "broken.yaml"]).run().expect_code(2);
    assert_eq!(drawn.stdout, "");
    assert_golden!("validate", context, drawn.stderr);
    let data = context.onramp(["validate", "--json", "broken.yaml"]).run().expect_code(2);
    data.json();
    assert_golden!("validate_json", context, data.stdout);
    context.onramp(["validate", WORKFLOW]).run().expect_code(0).says(&["bootstrap.yaml: ok"]);
    let both = context.onramp(["validate", "--json", WORKFLOW, "broken.yaml"]).run().expect_code(2).json();
    assert_eq!((&both[0]["valid"], &both[1]["valid"]), (&json!(true), &json!(false)));
}

#[test]
fn warnings_are_said_and_stand_in_the_way_only_if_they_are_to() {
    let context = TestContext::new();
    context.write(
        "warned.yaml",
        "inputs: { spare: { default: a } }\nsteps: { ok: { uses: assert, with: { that: true } } }\n",
    );
    let fine = context.onramp(["validate", "warned.yaml"]).run().expect_code(0);
    fine.says(&["warning[W0106]", "warned.yaml:1:11", "warned.yaml: ok, 1 warning"]);
    let denied = context.onramp(["validate", "--deny-warnings", "warned.yaml"]).run().expect_code(2);
    denied.says(&["warned.yaml: 1 warning, and none is let pass"]);
    let data = context.onramp(["validate", "--deny-warnings", "--json", "warned.yaml"]).run().expect_code(2).json();
    let found = &data[0]["findings"][0];
    assert_eq!((&found["severity"], &found["code"]), (&json!("warning"), &json!("W0106")));
    assert_eq!((&found["line"], &found["column"], &found["end_column"]), (&json!(1), &json!(11), &json!(16)));
    context.onramp(["validate", "--deny-warnings", WORKFLOW]).run().expect_code(0);
    context.onramp(["run", "--sandbox", "warned.yaml"]).run().expect_code(0).says(&["warning[W0106]"]);
}

#[test]
fn a_broken_workflow_does_not_start() {
    let context = TestContext::new();
    context.write("broken.yaml", BROKEN);
    let refused = context.onramp(["run", "--sandbox", "broken.yaml"]).run().expect_code(2);
    refused.says(&[
        "error[E0110]",
        "broken.yaml:6:11",
        "did you mean `modelslab.signup`?",
        "broken.yaml has 8 problems",
    ]);
    assert!(!context.store().exists(), "nothing is stored of a run that never was");
}

#[test]
fn files_that_are_no_workflows_are_refused_by_name() {
    let context = TestContext::new();
    fs::create_dir(context.path("folder")).unwrap();
    fs::write(context.path("binary"), [0xff, 0xfe, 0, 1]).unwrap();
    fs::write(context.path("empty"), "").unwrap();
    fs::write(context.path("huge"), "#".repeat(2 << 20)).unwrap();
    for name in ["missing", "folder", "binary", "empty", "huge"] {
        for command in [&["run", "--sandbox", name][..], &["validate", name], &["validate", "--json", name]] {
            let refused = context.onramp(command.iter().copied()).run().expect_code(2);
            let said = format!("{}{}", refused.stdout, refused.stderr);
            assert!(said.contains(name) && !said.contains("panicked"), "{command:?}: {said}");
            if command.contains(&"--json") {
                assert_eq!((&refused.json()[0]["file"], &refused.json()[0]["valid"]), (&json!(name), &json!(false)));
            }
        }
    }
}

#[test]
fn wrong_values_for_inputs_are_told_together_without_the_values() {
    let context = TestContext::new();
    let missing = context.onramp(["run", WORKFLOW]).run().expect_code(2);
    missing.says(&["the input `email` is missing", "ONRAMP_MAILBOX_URL"]);
    let wrong = context.onramp(["run", WORKFLOW, "-i", "emial=a@b.test", "-i", "email=nonsense", "-i", "team=x"]);
    let wrong = wrong.env("ONRAMP_MAILBOX_URL", "imap://u:p@127.0.0.1:1/INBOX").run().expect_code(2);
    let wrong = wrong.says(&["no input `emial`; did you mean `email`?", "the input `email`:", "the input `team`:"]);
    assert!(!wrong.stderr.contains("nonsense"), "{}", wrong.stderr);
    context.onramp(["run", WORKFLOW, "-i", "email"]).run().expect_code(2).says(&["`email` is not NAME=VALUE"]);
    let unread = context.onramp(["run", WORKFLOW, "-i", "email=@nowhere"]).run().expect_code(2);
    unread.says(&["the input `email`: cannot read nowhere"]);
    let twice = context.onramp(["run", WORKFLOW, "-i", "team=a@b.test", "-i", "team=c@d.test"]).run().expect_code(2);
    twice.says(&["the input `team` is given twice"]);
    assert!(!context.store().exists());
}

const WITH_PIN: &str = "
name: pin
inputs:
  pin: { type: string, secret: true }
steps:
  keep:
    uses: random.password
    with: { value: \"${{ inputs.pin }}\" }
outputs:
  pin: { value: \"${{ steps.keep.outputs.value }}\", secret: true }
";

#[test]
fn a_secret_is_taken_from_anywhere_but_the_arguments() {
    let context = TestContext::new();
    context.write("pin.yaml", WITH_PIN);
    context.write("pin.txt", "0123456789\n");
    let run = || context.onramp(["run", "pin.yaml", "--json", "--reveal"]);
    let refused = run().args(["-i", "pin=0123456789"]).run().expect_code(2);
    let refused = refused.says(&["`pin` is secret", "pin=@FILE", "ONRAMP_INPUT_PIN"]);
    assert!(!refused.stderr.contains("0123456789"));
    let by_file = run().args(["-i", "pin=@pin.txt"]).run().expect_code(0).json();
    assert_eq!(by_file["outputs"]["pin"], "0123456789", "a string stays what was written");
    let by_environment = run().env("ONRAMP_INPUT_PIN", "9876543210").run().expect_code(0).json();
    assert_eq!(by_environment["outputs"]["pin"], "9876543210");
}

#[test]
fn a_store_that_cannot_be_written_is_named_before_anything_is_done() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    context.write("file", "");
    for (store, culprit) in [("file", "file"), ("file/store", "file"), ("/proc/onramp", "/proc/onramp")] {
        let command = context.onramp(["run", WORKFLOW, "-i", "email=agent@onramp.test", "--store", store]);
        command.against(&sandbox).run().expect_code(2).says(&["could not create", culprit]);
    }
    assert_eq!(sandbox.ledger().list("requests").len(), 0);
}

#[test]
fn a_full_disk_stops_the_run_and_costs_nothing() {
    for blocks in [2, 8, 10, 12, 14, 16] {
        let context = TestContext::new();
        let sandbox = context.sandbox();
        let workflow = quick(&context);
        // A file may have so many blocks of 512 bytes; a write beyond that fails as on a full disk.
        let line = format!(
            "ulimit -f {blocks}; exec \"$ONRAMP\" run -q --settle 50ms -i email=agent@onramp.test {}",
            workflow.display()
        );
        let full = context.shell(&line).against(&sandbox).run();
        let begun = context.journal().run_dir().is_some();
        assert_eq!(full.code, Some(if begun { 1 } else { 2 }), "{blocks} blocks: {full:#?}");
        let full = full.says(&["File too large"]);
        if begun {
            full.says(&["is stored; put that right, then `onramp resume 2"]);
            let dead = context.onramp(["show", "last"]).run().expect_code(0).stdout;
            assert!(dead.contains("interrupted") && dead.contains("onramp resume 2"), "its process is gone:\n{dead}");
            context.onramp(["resume", "last"]).against(&sandbox).run().expect_code(0);
            let ledger = sandbox.ledger();
            let account = ledger.account("agent@onramp.test");
            let found = (account.accounts(), account.usable_keys("production").len());
            assert_eq!(found, (1, 1), "{blocks} blocks\n{}", account.story());
        } else {
            assert_eq!(sandbox.ledger().list("requests").len(), 0, "nothing is done that cannot be recorded");
        }
    }
}

/// The bootstrap workflow in the sandbox, without a terminal.
fn bootstrapped(context: &TestContext) -> Output {
    context.onramp(["run", WORKFLOW, "--sandbox"]).env("ONRAMP_STORE", ".onramp").run().expect_code(0)
}

#[test]
fn without_a_terminal_there_is_a_line_for_each_event_and_a_summary() {
    let context = TestContext::new();
    let run = bootstrapped(&context);
    let event = regex::Regex::new(r"^\d\d:\d\d\.\d{3}  [a-z]\S* +\S.*$").unwrap();
    for line in run.stderr.lines() {
        assert!(event.is_match(line) || line.starts_with("onramp: "), "{line:?} is no line of an event");
    }
    for step in ["credentials", "inbox", "signup", "code", "verify", "key", "invite[lin@onramp.test]", "generate"] {
        for what in ["started", "succeeded in "] {
            let said = run.stderr.lines().any(|line| line.contains(&format!("  {step} ")) && line.contains(what));
            assert!(said, "{step} {what}?\n{}", run.stderr);
        }
    }
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'));
    let (_, next) = run.stdout.split_once("  Next\n").unwrap();
    // As a shell reads it: what is behind the sign is a comment.
    let next = next.split(" # ").next().unwrap().trim().strip_prefix("onramp ").unwrap();
    let shown = context.onramp(next.split(' ')).env("ONRAMP_STORE", ".onramp").run().expect_code(0);
    assert!(shown.stdout.contains("api_key") && !shown.stdout.contains("***"), "what to type next works");
    assert_golden!("summary", context, run.stdout);
}

#[test]
fn quiet_is_quiet_and_json_is_json() {
    let context = TestContext::new();
    let run = context.onramp(["run", WORKFLOW, "--sandbox", "--quiet", "--json"]).run().expect_code(0);
    assert_eq!(run.stderr, "");
    let mut document = run.json();
    for changing in ["run_dir", "started", "ended"] {
        assert!(document[changing].is_string(), "{changing}");
        document[changing] = json!(format!("[{}]", changing.to_uppercase()));
    }
    assert_golden!("run_json", context, serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let context = TestContext::new();
    bootstrapped(&context);
    let sgr = |text: &str| text.contains("\u{1b}[");
    let show = |command: Invocation| command.env("ONRAMP_STORE", ".onramp").env("TERM", "xterm");
    let on_terminal = || show(context.shell("exec script -qec '\"$ONRAMP\" show last' /dev/null"));
    assert!(sgr(&on_terminal().run().expect_code(0).stdout), "a terminal");
    assert!(!sgr(&on_terminal().env("NO_COLOR", "1").run().expect_code(0).stdout), "NO_COLOR");
    assert!(!sgr(&on_terminal().env("TERM", "dumb").run().expect_code(0).stdout), "a dumb terminal");
    assert!(!sgr(&show(context.onramp(["show", "last"])).run().expect_code(0).stdout), "a pipe");
    let asked = show(context.onramp(["show", "last", "--color", "always"])).env("NO_COLOR", "1");
    assert!(sgr(&asked.run().expect_code(0).stdout), "who asks gets them");
}

const ELSEWHERE: &str = r#"
name: elsewhere
steps:
  plain:
    uses: http
    with: { url: "http://192.0.2.1/" }
  named:
    uses: http
    with: { url: "https://modelslab.com/" }
  mail:
    uses: mail.mark
    with: { mailbox: "imaps://user:password@mail.onramp.test/INBOX" }
"#;

#[test]
fn a_sandbox_run_contacts_nothing_but_this_machine() {
    let context = TestContext::new();
    let workflow = context.write("elsewhere.yaml", ELSEWHERE);
    let command = context.onramp(["run", "--sandbox", "--json"]).arg(workflow);
    let document = command.run().expect_code(1).json();
    for step in ["plain", "named", "mail"] {
        let error = &document["steps"][step]["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("a sandbox run contacts nothing else"), "{step}: {error}");
        assert_eq!(document["steps"][step]["attempts"], 1, "{step}: there is no sense in asking again");
    }
    // A proxy would be somebody else, too.
    let proxied = context.onramp(["run", "--sandbox", WORKFLOW]).env("HTTP_PROXY", "http://192.0.2.1:1");
    let proxied = proxied.env("http_proxy", "http://192.0.2.1:1").env("ALL_PROXY", "http://192.0.2.1:1");
    proxied.run().expect_code(0);
}

#[test]
fn the_environment_of_the_real_service_is_left_aside_in_the_sandbox() {
    let context = TestContext::new();
    let command = context.onramp(["run", "--sandbox", "--json", "--reveal", WORKFLOW]);
    let command = command.env("ONRAMP_MAILBOX_URL", "imaps://me:mine@mail.onramp.test/INBOX");
    let command = command.env("ONRAMP_PASSWORD", "my-own-password-1").env("ONRAMP_BASE_URL", "https://modelslab.com");
    let run = command.run().expect_code(0).says(&["of the environment are not used"]);
    assert_ne!(run.json()["outputs"]["password"], "my-own-password-1");
}

#[test]
fn lost_output_is_an_error_and_a_reader_that_went_away_is_none() {
    let context = TestContext::new();
    context.write("pin.yaml", WITH_PIN);
    context.write("pin.txt", "0123456789\n");
    let line = |to: &str| format!("\"$ONRAMP\" run -q pin.yaml -i pin=@pin.txt {to}");
    let full = context.shell(&line("> /dev/full")).run().expect_code(1);
    full.says(&["the output is lost", "No space left on device"]);
    let closed = context.shell(&format!("({}; echo code $? >&2) | true", line(""))).run().expect_code(0);
    assert_eq!(closed.stderr, "code 0\n");
}

#[test]
fn without_a_home_nothing_is_written_anywhere_else() {
    let context = TestContext::new();
    let homeless =
        || context.shell(&format!("unset HOME XDG_CONFIG_HOME XDG_STATE_HOME; \"$ONRAMP\" run {WORKFLOW} $MORE"));
    let keyless = homeless().env("ONRAMP_MAILBOX_URL", "imap://u:p@127.0.0.1:1/INBOX");
    let keyless = keyless.env("MORE", "-i email=a@b.test").run().expect_code(2);
    keyless.says(&["HOME is not set; set it, or ONRAMP_KEY_FILE"]);
    homeless().env("MORE", "--sandbox").run().expect_code(2).says(&["HOME is not set"]);
}

#[test]
fn a_list_of_no_runs_says_so() {
    let context = TestContext::new();
    let none = context.onramp(["runs"]).run().expect_code(0);
    assert_eq!(none.stdout, "");
    none.says(&["no runs in ", "store yet"]);
    assert_eq!(context.onramp(["runs", "--json"]).run().expect_code(0).json(), json!([]));
}

#[test]
fn a_run_that_cannot_be_read_does_not_hide_the_others() {
    let context = TestContext::new();
    context.write("pin.yaml", WITH_PIN);
    context.write("pin.txt", "0123456789\n");
    context.onramp(["run", "-q", "pin.yaml", "-i", "pin=@pin.txt"]).run().expect_code(0);
    let broken = context.store().join("runs/20200101-000000-aaaaaa");
    fs::create_dir(&broken).unwrap();
    let listed = context.onramp(["runs"]).run().expect_code(2);
    assert!(listed.stdout.contains("pin  ") && listed.stdout.lines().all(|line| line.chars().count() <= 80));
    listed.says(&["run 20200101-000000-aaaaaa cannot be read"]);
}

/// A service that takes a request and hangs up.
fn hangs_up() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            _ = std::io::Read::read(&mut stream.unwrap(), &mut [0; 1024]);
        }
    });
    address
}

#[test]
fn where_nobody_can_look_a_resume_is_not_offered() {
    let context = TestContext::new();
    let url = format!("http://{}/orders?token=0", hangs_up());
    let step = format!("{{ uses: http, with: {{ url: '{url}', method: POST }} }}");
    context.write("post.yaml", &format!("name: post\nsteps:\n  order: {step}\n"));
    let doubt = context.onramp(["run", "-q", "--settle", "10ms", "post.yaml"]).run().expect_code(3).stdout;
    let said = doubt.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("No program can look whether `order` took place: find out at the service"), "{doubt}");
    assert!(said.contains("order --done") && said.contains("order --redo"), "{doubt}");
    assert!(!doubt.contains("onramp resume"), "{doubt}");
}

#[test]
fn a_refused_request_is_named_without_what_its_url_may_give_away() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let url = sandbox.base_url.replace("http://", "http://user:word@");
    let step = format!("{{ uses: http, with: {{ url: '{url}/nowhere?token=0' }} }}");
    context.write("get.yaml", &format!("name: get\nsteps:\n  get: {step}\n"));
    let refused = context.onramp(["run", "-q", "--json", "get.yaml"]).run().expect_code(1).json();
    let expected = format!("GET {}/nowhere?token=*** answered 404", sandbox.base_url);
    assert_eq!(refused["steps"]["get"]["error"]["message"], json!(expected));
}
