//! `onramp mail wait`, and what its step of the same name promises over the death of a process.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Invocation, LONG, SandboxProcess, TestContext};

const EMAIL: &str = "agent@onramp.test";

fn message(to: &str, code: &str) -> String {
    format!(
        "From: ModelsLab <no-reply@modelslab.test>\r\nTo: {to}\r\nX-Service: sign-up\r\nSubject: Verify your address\r\n\r\n\
         Your verification code: {code}"
    )
}

fn wait(context: &TestContext, sandbox: &SandboxProcess, args: &[&str]) -> Invocation {
    context.onramp(["mail", "wait", "--to", EMAIL]).args(args.iter().copied()).against(sandbox)
}

#[test]
fn the_code_of_a_mail_that_arrives_is_printed_and_nothing_else() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.plant(EMAIL, &message(EMAIL, "111111"));
    let from = ["--from", "modelslab.test", "--subject", "verify", "--header", "x-service: SIGN"];
    let mut waiting = wait(&context, &sandbox, &from).start();
    waiting.until_it_says("waiting for mail to agent@onramp.test in imap://");
    sandbox.plant("other@onramp.test", &message("other@onramp.test", "222222"));
    sandbox.plant(EMAIL, &message(EMAIL, "482911"));
    let output = waiting.wait(LONG).unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), "482911\n"), "{output:?}");
}

#[test]
fn what_came_before_counts_since_a_time() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.plant(EMAIL, &message(EMAIL, "482911"));
    let document = wait(&context, &sandbox, &["--since", "10m", "--json"]).run().expect_code(0).json();
    assert_eq!(
        (&document["outcome"], &document["code"], &document["link"], &document["from"], &document["junk"]),
        (&json!("taken"), &json!("482911"), &Value::Null, &json!("no-reply@modelslab.test"), &json!(false))
    );
    let quiet = wait(&context, &sandbox, &["--since", "10m", "-q"]).run().expect_code(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_wait_in_vain_shows_what_was_seen_and_nobody_elses_mail() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.plant(EMAIL, &message(EMAIL, "482911").replace("Verify", "482911: verify"));
    sandbox.plant("other@onramp.test", &message("other@onramp.test", "333333").replace("Verify", "Private"));
    let args = ["--since", "1h", "--from", "good.test", "--timeout", "100ms"];
    let output = wait(&context, &sandbox, &args).run().expect_code(1);
    assert_eq!(output.stdout, "");
    for says in [
        "mail.timeout: no code within 100ms",
        "2 seen, none fits: 1 to another recipient, 1 from another sender",
        "AGE ",
    ] {
        assert!(output.stderr.contains(says), "{}\nlacks {says}", output.stderr);
    }
    let row = output.stderr.lines().find(|line| line.contains("from another sender") && !line.starts_with("onramp"));
    assert!(row.is_some_and(|row| row.contains("***: verify your address")), "{}", output.stderr);
    for hides in ["other@", "Private", "482911", "333333"] {
        assert!(!output.stderr.contains(hides), "{}\nshows {hides}", output.stderr);
    }
    let document = wait(&context, &sandbox, &args).args(["--json"]).run().expect_code(1).json();
    assert_eq!((&document["outcome"], &document["error"]["code"]), (&json!("failed"), &json!("mail.timeout")));
    let details = &document["error"]["details"][0];
    assert_eq!((&details["why_not"], &details["folder"]), (&json!("from another sender"), &json!("INBOX")));
    assert!(details["received"].as_str().is_some_and(|time| time.ends_with('Z')), "{details}");
}

#[test]
fn it_can_be_interrupted() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    for signal in [Signal::INT, Signal::TERM] {
        let mut waiting = wait(&context, &sandbox, &["--timeout", "1h"]).start();
        waiting.until_it_says("waiting for mail");
        waiting.signal(signal);
        let output = waiting.wait(LONG).unwrap();
        assert_eq!((output.code, output.stdout.as_str()), (Some(130), ""), "{output:?}");
    }
}

#[test]
fn wrong_use_is_refused_before_anybody_is_asked() {
    let context = TestContext::new();
    let nowhere = "imaps://ada:hunter22@mail.invalid/INBOX";
    for (args, says) in [
        (&["--since", "soon"][..], "`since`: this is no time"),
        (&["--since", "10m", "--after", "{}"], "cannot be used with"),
        (&["--after", "{"], "--after: this is not JSON"),
        (&["--after", "{}"], "`after`: this is no cursor"),
        (&["--header", "X-Service"], "--header: write it as 'NAME: PART'"),
        (&["--header", "X: a", "--header", "X: b"], "given twice"),
        (&["--header", "X Y: a"], "is no name of a header field"),
        (&["--require", "spf=pass"], "`require` is `dkim=pass`"),
        (&["--require", "dkim=pass"], "needs `authserv-id`"),
        (&["--from", "a b"], "neither an address nor a domain"),
        (&["--extract", "kode"], "did you mean `code`?"),
        (&["--timeout", "soon"], "write it like"),
    ] {
        let command = context.onramp(["mail", "wait", "--to", EMAIL]).args(args.iter().copied());
        let output = command.env("ONRAMP_MAILBOX_URL", nowhere).run().expect_code(2);
        assert!(output.stderr.contains(says) && !output.stderr.contains("hunter22"), "{args:?}: {}", output.stderr);
    }
    let without = context.onramp(["mail", "wait", "--to", EMAIL]).run().expect_code(2);
    assert!(without.stderr.contains("which mailbox? set ONRAMP_MAILBOX_URL"), "{}", without.stderr);
}

#[test]
fn the_command_has_the_words_of_the_step() {
    let context = TestContext::new();
    let help = context.onramp(["mail", "wait", "--help"]).run().expect_code(0).stdout;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let action = context.onramp(["actions", "mail.wait", "--json"]).run().expect_code(0).json();
    let parameters = action["parameters"].as_array().unwrap();
    assert!(parameters.len() > 8);
    for parameter in parameters.iter().filter(|parameter| parameter["name"] != "mailbox") {
        let flag = format!("--{}", parameter["name"].as_str().unwrap());
        assert!(help.contains(&flag), "{flag}");
        let doc = words(parameter["description"].as_str().unwrap());
        assert!(flag == "--extract" || words(&help).contains(doc.trim_end_matches('.')), "{flag}: {doc}");
    }
}

/// Each takes a mail; the process dies between the first and the second.
const TWO: &str = "secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  first:
    uses: mail.wait
    with: { mailbox: '${{ secrets.mailbox }}', to: agent@onramp.test, since: 1h, extract: code }
    timeout: 20s
  between:
    uses: assert
    needs: [first]
    with: { that: true }
  second:
    uses: mail.wait
    needs: [between]
    with: { mailbox: '${{ secrets.mailbox }}', to: agent@onramp.test, since: 1h, extract: code }
    timeout: 20s
outputs:
  first: { value: '${{ steps.first.outputs.code }}' }
  second: { value: '${{ steps.second.outputs.code }}' }
";

#[test]
fn a_mail_that_was_taken_before_the_process_died_is_not_taken_again() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.plant(EMAIL, &message(EMAIL, "111111"));
    sandbox.plant(EMAIL, &message(EMAIL, "222222"));
    context.write("two.yaml", TWO);
    let died = context.onramp(["run", "two.yaml", "--inject", "crash:between"]).against(&sandbox).run();
    assert_eq!(died.code, None, "{died:?}");
    let resume = context.onramp(["resume", "last", "--json", "--reveal"]).against(&sandbox);
    let document = resume.run().expect_code(0).json();
    assert_eq!(document["outputs"], json!({ "first": "222222", "second": "111111" }));
}

const ITEMS: &str = "secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  code:
    uses: mail.wait
    strategy: { matrix: { n: [1, 2, 3] } }
    with: { mailbox: '${{ secrets.mailbox }}', to: agent@onramp.test, since: 1h, extract: code }
    timeout: 20s
  beside:
    uses: mail.wait
    with: { mailbox: '${{ secrets.mailbox }}', to: agent@onramp.test, since: 1h, extract: code }
    timeout: 20s
outputs:
  codes: { secret: true, value: '${{ steps.code.outputs.code + [steps.beside.outputs.code] }}' }
";

#[test]
fn items_and_steps_that_wait_side_by_side_share_no_mail() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let codes = ["111111", "222222", "333333", "444444"];
    codes.iter().for_each(|code| sandbox.plant(EMAIL, &message(EMAIL, code)));
    context.write("items.yaml", ITEMS);
    let run = context.onramp(["run", "items.yaml", "--json", "--reveal"]).against(&sandbox).run().expect_code(0);
    let mut taken: Vec<String> = serde_json::from_value(run.json()["outputs"]["codes"].clone()).unwrap();
    taken.sort();
    assert_eq!(taken, codes);
}

#[test]
fn a_step_that_timed_out_shows_its_table() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.plant(EMAIL, &message(EMAIL, "111111"));
    context.write(
        "late.yaml",
        &TWO.replace("extract: code }", "extract: code, subject: welcome }").replace("20s", "50ms"),
    );
    let run = context.onramp(["run", "late.yaml"]).against(&sandbox).run().expect_code(1);
    for output in [&run.stdout, &context.onramp(["show", "last"]).run().expect_code(0).stdout] {
        assert!(output.contains("subject has \"welcome\""), "{output}");
        assert!(output.lines().any(|line| line.contains("│ AGE") && line.contains("WHY NOT")), "{output}");
        assert!(output.lines().any(|line| line.contains("Verify your address  with another subject")), "{output}");
    }
    assert!(!run.stderr.contains("WHY NOT"), "a log has sentences: {}", run.stderr);
    let document = context.onramp(["show", "last", "--json"]).run().expect_code(0).json();
    let error = &document["steps"]["first"]["error"];
    assert!(!error["message"].as_str().unwrap().contains('\n'), "{error}");
    assert_eq!(error["details"][0]["from"], "no-reply@modelslab.test");
}
