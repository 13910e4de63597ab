//! What is done with runs once they are over: outputs handed on, runs forgotten, keys replaced.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::{Invocation, Output, TestContext, WORKFLOW, echo, leaks};

const PIN: &str = "0123-4567-89ab";

/// Hands its inputs on as outputs.
const RELAY: &str = r#"
name: relay
inputs:
  pin: { type: string, secret: true }
  text: { type: string, default: "it's $HOME" }
  team: { type: array, items: { type: string }, default: [ada, lin] }
steps:
  keep:
    uses: random.password
    with: { value: "${{ inputs.pin }}" }
outputs:
  pin: { value: "${{ steps.keep.outputs.value }}", secret: true, env: THE_PIN }
  text: { value: "${{ inputs.text }}", env: THE_TEXT }
  team: "${{ inputs.team }}"
"#;

fn relayed(context: &TestContext) -> String {
    relay(context, RELAY, &[])
}

/// Runs `workflow` with the PIN and gives the run's id.
fn relay(context: &TestContext, workflow: &str, inputs: &[&str]) -> String {
    context.write("relay.yaml", workflow);
    let run = context.onramp(["run", "-q", "--json", "relay.yaml"]).env("ONRAMP_INPUT_PIN", PIN);
    let run = inputs.iter().fold(run, |run, input| run.args(["-i", *input])).run().expect_code(0);
    run.json()["run_id"].as_str().unwrap().to_owned()
}

/// A run that failed after it had one of its two outputs.
fn half(context: &TestContext) {
    context.write(
        "half.yaml",
        r#"
name: half
steps:
  first: { uses: random.password }
  second: { uses: http, with: { url: "http://127.0.0.1:9/" }, needs: [first], retry: 1 }
outputs:
  one: { value: "${{ steps.first.outputs.value }}", env: ONE }
  two: { value: "${{ steps.second.outputs.body }}", env: TWO }
"#,
    );
    context.onramp(["run", "-q", "half.yaml"]).run().expect_code(1);
}

fn export(context: &TestContext, format: &str, more: &[&str]) -> Output {
    context.onramp(["export", "last", "--format", format]).args(more.iter().copied()).run()
}

fn exec<'a>(context: &TestContext, command: impl IntoIterator<Item = &'a str>) -> Invocation {
    context.onramp(["exec", "last", "--"]).args(command)
}

#[test]
fn outputs_are_exported_in_every_format() {
    let context = TestContext::new();
    relayed(&context);
    let formats = ["dotenv", "shell", "json", "csv", "github"];
    let all: Vec<String> = formats
        .iter()
        .map(|format| format!("{format}:\n{}", export(&context, format, &["--reveal"]).expect_code(0).stdout))
        .collect();
    insta::assert_snapshot!("export", all.join("\n"));
}

#[test]
fn secret_outputs_are_exported_only_when_asked_for() {
    let context = TestContext::new();
    relayed(&context);
    for (format, word) in
        [("dotenv", "left out"), ("shell", "left out"), ("github", "left out"), ("json", "masked"), ("csv", "masked")]
    {
        let exported = export(&context, format, &[]).expect_code(0);
        exported.says(&[&format!("onramp: {word}: `pin`, which are secret; --reveal writes them")]);
    }
    assert_eq!(leaks(PIN, context.dir()), [""; 0]);
}

#[test]
fn a_public_output_in_which_a_secret_turns_up_is_handled_as_one() {
    let context = TestContext::new();
    let text = ["text=see ", PIN].concat();
    relay(&context, RELAY, &[&text]);
    assert_eq!(export(&context, "json", &[]).expect_code(0).json()["text"], "***");
    export(&context, "shell", &[]).expect_code(0).says(&["left out: `pin`, `text`, which are secret"]);
}

#[test]
fn a_shell_evaluates_an_export_to_the_values_themselves() {
    let context = TestContext::new();
    let text = "two\nlines, 'quotes' \"and\" $(echo more) `x` \\ é\n::error::oops";
    context.write("text", &format!("{text}\n"));
    relay(&context, RELAY, &["text=@text"]);
    let line = "set -eu; eval \"$(\"$ONRAMP\" export last --format shell --reveal)\"; printf '%s|%s' \"$THE_TEXT\" \"$THE_PIN\"";
    assert_eq!(context.shell(line).run().expect_code(0).stdout, format!("{text}|{PIN}"));
    assert!(!export(&context, "shell", &[]).stdout.lines().any(|line| line.starts_with("::")));
    export(&context, "github", &[])
        .expect_code(2)
        .says(&["the output `text` holds a line that a CI system would obey"]);
    let appended = context.write("github_env", "BEFORE=1\n");
    let masks = export(&context, "github", &["--reveal", "-o", "github_env"]).expect_code(0).stdout;
    assert_eq!(masks, format!("::add-mask::{PIN}\n"));
    let expected = format!(
        "BEFORE=1\nTHE_PIN<<ONRAMP_END\n{PIN}\nONRAMP_END\nTHE_TEXT<<ONRAMP_END\n{text}\nONRAMP_END\n\
         TEAM<<ONRAMP_END\n[\"ada\",\"lin\"]\nONRAMP_END\n"
    );
    assert_eq!(fs::read_to_string(appended).unwrap(), expected);
}

#[test]
fn an_exported_file_replaces_what_was_there_and_is_its_owners_alone() {
    let context = TestContext::new();
    relayed(&context);
    let path = context.write(".env", "OLD=1\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(export(&context, "dotenv", &["--reveal", "--output", ".env"]).expect_code(0).stdout, "");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("THE_PIN={PIN}\nTHE_TEXT=\"it's \\$HOME\"\nTEAM='[\"ada\",\"lin\"]'\n"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    export(&context, "json", &["-o", "no/such/folder"]).expect_code(2).says(&["could not write no/such/folder"]);
}

#[test]
fn a_failed_run_gives_what_it_has_and_says_what_is_missing() {
    let context = TestContext::new();
    half(&context);
    let exported =
        export(&context, "json", &[]).expect_code(1).says(&["failed; not there yet: `two`", "onramp resume 2"]);
    assert_eq!(exported.json(), json!({ "one": "***", "two": null }));
    let refused = exec(&context, ["true"]).run().expect_code(2);
    refused.says(&["failed; not there yet: `two`", "onramp resume 2"]);
}

#[test]
fn a_run_without_outputs_says_so() {
    let context = TestContext::new();
    export(&context, "json", &[]).expect_code(2).says(&["there is no run in "]);
    let failing = "name: x\nsteps: { a: { uses: http, with: { url: 'http://127.0.0.1:9/' }, retry: 1 } }\n";
    context.write("x.yaml", &format!("{failing}outputs: {{ body: '${{{{ steps.a.outputs.body }}}}' }}\n"));
    context.onramp(["run", "-q", "x.yaml"]).run().expect_code(1);
    let none = export(&context, "dotenv", &[]).expect_code(2);
    assert_eq!(none.says(&["failed before it had outputs. `onramp resume 2"]).stdout, "");
    context.write("y.yaml", "name: y\nsteps: { a: { uses: random.password } }\n");
    context.onramp(["run", "-q", "y.yaml"]).run().expect_code(0);
    assert_eq!(export(&context, "json", &[]).expect_code(0).says(&["declares no outputs"]).json(), json!({}));
    exec(&context, ["true"]).run().expect_code(2).says(&["no output of run", "has an `env`"]);
}

#[test]
fn a_command_sees_the_outputs_and_nothing_of_onramp() {
    let context = TestContext::new();
    relayed(&context);
    let elsewhere = TestContext::new();
    let command =
        exec(&context, ["/usr/bin/env"]).env("ONRAMP_SECRETIVE", "x").env("THE_TEXT", "older").env("OTHER", "kept");
    let seen = command.printed_to(elsewhere.dir()).run().expect_code(0).stdout;
    let of = |name: &str| seen.lines().find_map(|line| line.strip_prefix(&format!("{name}=")).map(str::to_owned));
    assert_eq!((of("THE_PIN").as_deref(), of("THE_TEXT").as_deref()), (Some(PIN), Some("it's $HOME")));
    assert_eq!((of("OTHER").as_deref(), of("TEAM")), (Some("kept"), None), "only outputs with an `env` are set");
    assert!(!seen.contains("ONRAMP_"), "{seen}");
    assert_eq!(leaks(PIN, context.dir()), [""; 0]);
}

#[test]
fn a_commands_exit_code_is_passed_on() {
    let context = TestContext::new();
    relayed(&context);
    exec(&context, ["sh", "-c", "exit 7"]).run().expect_code(7);
    exec(&context, ["sh", "-c", "kill -TERM $$"]).run().expect_code(128 + 15);
    exec(&context, ["no-such-program"]).run().expect_code(127).says(&["cannot run `no-such-program`"]);
    exec(&context, ["/"]).run().expect_code(126);
    let arguments = exec(&context, ["printf", "<%s>", "$THE_TEXT", "a b", "*"]).run().expect_code(0);
    assert_eq!(arguments.stdout, "<$THE_TEXT><a b><*>", "there is no shell in between");
    let input = context.shell("echo typed | \"$ONRAMP\" exec last -- cat").run().expect_code(0);
    assert_eq!(input.stdout, "typed\n");
}

#[test]
fn a_signal_to_onramp_ends_the_command() {
    let context = TestContext::new();
    relayed(&context);
    let mut running = exec(&context, ["sh", "-c", "echo begun >&2; exec sleep 600"]).start();
    running.until_it_says("begun");
    running.signal(rustix::process::Signal::TERM);
    running.wait(crate::support::LONG).unwrap().expect_code(128 + 15);
}

#[test]
fn no_output_commands_another_program() {
    for name in ["PATH", "LD_PRELOAD", "GIT_SSH_COMMAND", "http_proxy", "ONRAMP_KEY"] {
        let context = TestContext::new();
        relay(&context, &RELAY.replace("THE_TEXT", name), &[]);
        let refused = exec(&context, ["true"]).run().expect_code(2);
        refused.says(&[&format!("would be {name}, by which other programs are commanded")]);
        for format in ["shell", "dotenv", "github"] {
            let exported = export(&context, format, &[]).expect_code(0);
            assert!(!exported.stdout.contains(name), "{}", exported.stdout);
            exported.says(&["left out: `text`, whose variables would command other programs"]);
        }
        assert_eq!(export(&context, "json", &[]).json()["text"], "it's $HOME");
    }
}

#[test]
fn two_outputs_of_one_variable_are_refused() {
    let context = TestContext::new();
    relay(&context, &RELAY.replace("THE_TEXT", "TEAM"), &[]);
    export(&context, "shell", &[]).expect_code(2).says(&["`text` and `team` would both be TEAM"]);
    assert_eq!(export(&context, "csv", &[]).expect_code(0).stdout.lines().count(), 4);
}

#[test]
fn outputs_of_a_run_are_inputs_of_another() {
    let (context, elsewhere) = (TestContext::new(), TestContext::new());
    let first = relay(&context, RELAY, &["text=first"]);
    let again = |more: &[&str]| {
        let run =
            context.onramp(["run", "--json", "--reveal", "relay.yaml", "--inputs-from", &first[..first.len() - 1]]);
        run.args(more.iter().copied()).printed_to(elsewhere.dir()).run()
    };
    let document = again(&[]).expect_code(0).says(&["inputs from run", "`pin`, `text`, `team`"]).json();
    assert_eq!(document["outputs"], json!({ "pin": PIN, "text": "first", "team": ["ada", "lin"] }));
    let typed = again(&["-i", "text=typed"]).expect_code(0).json();
    assert_eq!((&typed["outputs"]["text"], &typed["outputs"]["pin"]), (&json!("typed"), &json!(PIN)));
    assert_eq!(leaks(PIN, context.dir()), [""; 0]);

    context.write("open.yaml", &RELAY.replace("type: string, secret: true", "type: string"));
    let open = context.onramp(["run", "open.yaml", "--inputs-from", "last"]).run().expect_code(2);
    open.says(&["the output `pin` of run", "is secret, but the input `pin` is not"]);
    context.write("strange.yaml", "name: s\nsteps: { a: { uses: random.password } }\n");
    let strange = context.onramp(["run", "strange.yaml", "--inputs-from", "last"]).run().expect_code(2);
    strange.says(&["has the name of an input of this workflow"]);
    context
        .onramp(["run", "relay.yaml", "--inputs-from", "nope"])
        .run()
        .expect_code(2)
        .says(&["there is no run `nope`"]);
}

#[test]
fn an_address_from_an_earlier_run_was_not_typed() {
    let (context, place) = (TestContext::new(), echo());
    relay(&context, &RELAY.replace("text", "place"), &[&format!("place={place}")]);
    context.write(
        "send.yaml",
        r#"
name: send
inputs: { place: { type: string } }
secrets: { password: { env: THE_PASSWORD } }
steps:
  send:
    uses: http
    with: { url: "${{ inputs.place }}/x", method: POST, json: { password: "${{ secrets.password }}" } }
"#,
    );
    let send = context.onramp(["run", "-q", "--json", "send.yaml", "--inputs-from", "last"]);
    let refused = send.env("THE_PASSWORD", "Correct-horse-7").run().expect_code(1).json();
    assert_eq!(refused["steps"]["send"]["error"]["code"], "config.origin");
}

fn prune(context: &TestContext, more: &[&str]) -> Vec<(String, String)> {
    let command = context.onramp(["prune", "--json", "--older-than", "0s"]).args(more.iter().copied());
    let document = command.run().expect_code(0).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    document.as_array().unwrap().iter().map(|row| (text(&row["run_id"]), text(&row["what"]))).collect()
}

#[test]
fn old_runs_are_forgotten_and_young_ones_are_not() {
    let context = TestContext::new();
    let bootstrap = context.onramp(["run", "-q", "--json", "--sandbox", WORKFLOW]).run().expect_code(0).json();
    let bootstrap = bootstrap["run_id"].as_str().unwrap().to_owned();
    half(&context);
    let young = context.onramp(["prune", "--older-than", "30d"]).run().expect_code(0);
    young.says(&["2 runs are younger and were left alone"]);
    let would = prune(&context, &["--dry-run"]);
    assert_eq!(would[0].1, "would be forgotten");
    assert_eq!(would[1], (bootstrap.clone(), "would be forgotten, with its sandbox".to_owned()));
    assert!(context.embedded_state(&bootstrap).exists());
    let other = context.embedded_state("of-another-store");
    fs::create_dir(&other).unwrap();
    let done: Vec<String> = prune(&context, &[]).into_iter().map(|(_, what)| what).collect();
    assert_eq!(done, ["forgotten", "forgotten, with its sandbox"]);
    assert!(!context.embedded_state(&bootstrap).exists() && other.exists());
    assert_eq!(fs::read_dir(context.store().join("runs")).unwrap().count(), 0);
    context.onramp(["prune"]).run().expect_code(2).says(&["--older-than <DURATION>"]);
}

#[test]
fn a_sandbox_of_another_run_of_the_same_name_is_left_alone() {
    let context = TestContext::new();
    let run = context.onramp(["run", "-q", "--json", "--sandbox", WORKFLOW]).run().expect_code(0).json();
    let state = context.embedded_state(run["run_id"].as_str().unwrap());
    let journal = fs::read_to_string(state.join("journal.jsonl")).unwrap();
    let ports = regex::Regex::new(r#""http":\d+"#).unwrap();
    fs::write(state.join("journal.jsonl"), ports.replace(&journal, "\"http\":1").as_bytes()).unwrap();
    assert_eq!(prune(&context, &[])[0].1, "forgotten");
    assert!(state.exists());
}

#[test]
fn unfinished_locked_and_unreadable_runs_are_kept_and_told() {
    let context = TestContext::new();
    let waiting = "name: w\nsteps: { a: { uses: sleep, with: { for: 10m } } }\n";
    context.write("wait.yaml", waiting);
    let mut running = context.onramp(["run", "wait.yaml"]).start();
    running.until_it_says("started");
    export(&context, "json", &[]).expect_code(2).says(&["is running; it has outputs when it has ended"]);
    exec(&context, ["true"]).run().expect_code(2).says(&["is running; it has outputs when it has ended"]);
    assert_eq!(prune(&context, &[])[0].1, "kept: is being written");
    assert_eq!(prune(&context, &["--unfinished"])[0].1, "kept: is being written");
    running.kill();
    assert_eq!(prune(&context, &[])[0].1, "kept: interrupted; --unfinished takes it, too");
    let broken = context.store().join("runs/20200101-000000-aaaaaa");
    fs::create_dir(&broken).unwrap();
    let pruned = prune(&context, &["--unfinished"]);
    assert_eq!(pruned[0].1, "forgotten");
    assert!(pruned[1].1.starts_with("kept: cannot be read: ") && broken.exists(), "{pruned:?}");
}

#[test]
fn a_run_that_the_system_does_not_let_go_of_is_told_and_is_a_failure() {
    let context = TestContext::new();
    half(&context);
    let runs = || fs::read_dir(context.store().join("runs")).unwrap().map(|run| run.unwrap().path());
    let journal = runs().next().unwrap().join("journal.jsonl");
    fs::remove_file(&journal).unwrap();
    fs::create_dir(&journal).unwrap();
    let pruned = context.onramp(["prune", "--json", "--older-than", "0s", "--unfinished"]).run().expect_code(1);
    let what = pruned.says(&["1 run could not be forgotten"]).json()[0]["what"].to_string();
    assert!(what.contains("kept: cannot be read: could not read"), "{what}");
    assert_eq!(runs().count(), 1);
}

#[test]
fn without_its_secrets_a_run_is_shown_but_neither_resumed_nor_revealed() {
    let context = TestContext::new();
    relayed(&context);
    assert_eq!(prune(&context, &["--secrets"])[0].1, "freed of its secrets");
    for checkpoint in [true, false] {
        if !checkpoint {
            let run = context.journal().run_dir().unwrap();
            fs::remove_file(run.join("checkpoint.json")).unwrap();
        }
        let shown = context.onramp(["show", "last", "--reveal", "--json"]).run().expect_code(0);
        assert_eq!(shown.says(&["the secrets of run", "were pruned at 2"]).json()["outputs"]["pin"], "(pruned)");
    }
    context.onramp(["runs"]).run().expect_code(0);
    context.onramp(["show", "last", "--tries"]).run().expect_code(0);
    context.onramp(["resume", "last"]).run().expect_code(2).says(&["were pruned at 2", "start a new run instead"]);
    let exported = export(&context, "json", &["--reveal"]).expect_code(0);
    assert_eq!(exported.says(&["masked: `pin`; the secrets of run"]).json()["pin"], "***");
    assert!(!export(&context, "shell", &["--reveal"]).stdout.contains("THE_PIN"));
    exec(&context, ["true"])
        .run()
        .expect_code(2)
        .says(&["`pin`", "was secret, and the secrets of this run were pruned"]);
    let refused = context.onramp(["run", "relay.yaml", "--inputs-from", "last"]).run().expect_code(2);
    refused.says(&["`pin`", "its secrets were pruned"]);
    assert_eq!(prune(&context, &["--secrets"])[0].1, "kept: its secrets were pruned before");
    assert_eq!(prune(&context, &[])[0].1, "forgotten");
}

#[test]
fn a_key_is_made_where_the_configuration_says_and_never_twice() {
    let context = TestContext::new();
    let made = context.onramp(["key", "new"]).run().expect_code(0);
    assert!(made.stdout.contains(context.key_file().to_str().unwrap()), "{}", made.stdout);
    let key = fs::read_to_string(context.key_file()).unwrap();
    context.onramp(["key", "new"]).run().expect_code(2).says(&["there is a key at", "key rotate"]);
    assert_eq!(fs::read_to_string(context.key_file()).unwrap(), key);
    context.onramp(["key", "new"]).env("ONRAMP_KEY_FILE", context.path("keys/mine")).run().expect_code(0);
    assert_eq!(fs::metadata(context.path("keys/mine")).unwrap().permissions().mode() & 0o777, 0o600);
    for (variable, value) in [("ONRAMP_KEY", key.trim()), ("ONRAMP_KEY_COMMAND", "cat key")] {
        for command in ["new", "rotate"] {
            let refused = context.onramp(["key", command]).env(variable, value).run().expect_code(2);
            refused.says(&[&format!("the key comes from {variable}, where onramp cannot put another")]);
        }
    }
}

#[test]
fn a_rotated_key_opens_all_runs_and_the_old_one_is_not_needed() {
    let context = TestContext::new();
    context.onramp(["key", "rotate"]).run().expect_code(2).says(&["there is no key at"]);
    relayed(&context);
    half(&context);
    let old = fs::read_to_string(context.key_file()).unwrap();
    let rotated = context.onramp(["key", "rotate"]).run().expect_code(0).stdout;
    assert!(rotated.contains("2 runs are newly sealed with it"), "{rotated}");
    let folder = context.key_file().parent().unwrap().to_owned();
    let kept: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let kept = kept.iter().find(|path| **path != context.key_file()).unwrap();
    assert_eq!(fs::read_to_string(kept).unwrap(), old);
    fs::remove_file(kept).unwrap();
    context.onramp(["runs"]).run().expect_code(0);
    context.onramp(["resume", "last"]).run().expect_code(1);
    context.onramp(["show", "last"]).env("ONRAMP_KEY", old.trim()).run().expect_code(2).says(&["is sealed with key"]);
}

#[test]
fn a_run_that_is_being_written_keeps_its_key_and_opens_with_it() {
    let context = TestContext::new();
    context.write("wait.yaml", "name: w\nsteps: { a: { uses: sleep, with: { for: 10m } } }\n");
    let mut running = context.onramp(["run", "wait.yaml"]).start();
    running.until_it_says("started");
    let rotated = context.onramp(["key", "rotate"]).run().expect_code(1);
    rotated.says(&["keeps its key: run", "is being written by process", "key rotate --finish"]);
    context.onramp(["show", "last"]).run().expect_code(0);
    running.kill();
    let finished = context.onramp(["key", "rotate", "--finish"]).run().expect_code(0).stdout;
    assert!(finished.contains("1 run is newly sealed with it"), "{finished}");
    let folder = context.key_file().parent().unwrap().to_owned();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry != context.key_file() {
            fs::remove_file(entry).unwrap();
        }
    }
    context.onramp(["show", "last"]).run().expect_code(0);
}

#[test]
fn a_key_that_is_in_no_file_gives_its_runs_to_one_that_is() {
    let context = TestContext::new();
    context.onramp(["key", "new"]).run().expect_code(0);
    let old = fs::read_to_string(context.key_file()).unwrap();
    relayed(&context);
    let rotate = || context.onramp(["key", "rotate", "--to-key-file", "other"]).env("ONRAMP_KEY", old.trim());
    let rotated = rotate().run().expect_code(0).stdout;
    assert!(rotated.contains("1 run is newly sealed") && rotated.contains("set ONRAMP_KEY_FILE=/"), "{rotated}");
    assert!(rotate().run().expect_code(0).stdout.contains("0 runs are newly sealed"), "once is enough");
    context.onramp(["show", "last"]).env("ONRAMP_KEY_FILE", "other").run().expect_code(0);
    context.onramp(["show", "last"]).run().expect_code(2).says(&["is sealed with key"]);
}
