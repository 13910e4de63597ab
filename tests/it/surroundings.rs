//! Machines that are not as one would wish: limits, odd folders, files that are none, two at once.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use onramp::ops::{self, Console, ResumeRequest, RetryRequest, RunRequest, Talk};
use onramp::report::Rerun;
use onramp::secret::Mask;
use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;

use crate::support::{LONG, Output, TestContext, workspace};

const DRAW: &str = "
name: draw
inputs: { who: { type: string, sandbox: ada } }
steps: { draw: { uses: random.password } }
outputs: { drawn: { value: \"${{ steps.draw.outputs.value }}\", secret: true, env: DRAWN } }
";

fn names(context: &TestContext, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(context.path(folder)).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn folders_of_the_user_that_are_relative_do_not_count() {
    let context = TestContext::new();
    context.write("draw.yaml", DRAW);
    let run = context.onramp(["run", "-q", "--sandbox", "draw.yaml", "--id", "here"]);
    run.env("XDG_STATE_HOME", "odd").env("XDG_CONFIG_HOME", "odd").run().expect_code(0);
    assert!(!context.path("odd").exists());
    assert_eq!(names(&context, "home/.local/state/onramp/sandbox").len(), 1);
    assert!(context.path("home/.config/onramp/key").exists());
}

#[test]
fn a_file_of_inputs_that_cannot_be_read_is_refused_by_its_name() {
    let context = TestContext::new();
    context.write("draw.yaml", DRAW);
    fs::write(context.path("latin"), b"{\"who\": \"Ren\xe9\"}").unwrap();
    fs::write(context.path("huge"), vec![b' '; 2 << 20]).unwrap();
    fs::write(context.path("deep"), format!("{{\"who\":{}", "[".repeat(100_000))).unwrap();
    fs::write(context.path("list"), "[]").unwrap();
    for (file, why) in [
        ("latin", "latin is not text in UTF-8"),
        ("huge", "huge is larger than 1048576 bytes"),
        ("/dev/zero", "/dev/zero is larger than"),
        ("deep", "deep is not a JSON object: recursion limit exceeded"),
        ("list", "list is not a JSON object"),
        (".", "cannot read .: Is a directory"),
        ("nowhere", "cannot read nowhere: No such file"),
    ] {
        context.onramp(["run", "draw.yaml", "--inputs", file]).run().expect_code(2).says(&[why]);
    }
    let value = context.onramp(["run", "draw.yaml", "-i", "who=@latin"]).run().expect_code(2);
    value.says(&["the input `who`: latin is not text in UTF-8"]);
    assert!(!context.store().exists());
}

#[test]
fn of_two_processes_that_begin_one_run_one_does_it() {
    let context = TestContext::new();
    let draw = DRAW.replace("}\noutputs", ", pause: { uses: sleep, with: { for: 1ms } } }\noutputs");
    context.write("draw.yaml", &draw);
    let start = || context.onramp(["run", "-q", "--json", "--sandbox", "draw.yaml", "--id", "same"]).start();
    let ends: Vec<Output> =
        [start(), start(), start()].into_iter().map(|mut process| process.wait(LONG).expect("it hangs")).collect();
    let drawn = |output: &Output| output.json()["steps"]["draw"]["attempts"] == 1;
    assert!(ends.iter().any(|output| output.code == Some(0)), "{ends:#?}");
    for output in &ends {
        match output.code {
            // The first one, or one that came when it was done.
            Some(0) => assert!(drawn(output), "{output:#?}"),
            _ => assert!(output.code == Some(2) && output.stderr.contains("same"), "{output:#?}"),
        }
    }
    assert_eq!(names(&context, "state/onramp/sandbox").len(), 1, "a sandbox was left behind");
}

#[test]
fn runs_of_one_name_in_two_stores_have_a_sandbox_each() {
    let context = TestContext::new();
    context.write("draw.yaml", DRAW);
    let run = |store: &str| context.onramp(["run", "-q", "--sandbox", "draw.yaml", "--id", "same", "--store", store]);
    run("one").run().expect_code(0);
    run("two").run().expect_code(0);
    assert_eq!(names(&context, "state/onramp/sandbox").len(), 2);
    let pruned = context.onramp(["prune", "--older-than", "0s", "--store", "two"]).run().expect_code(0);
    assert!(pruned.stdout.contains("forgotten, with its sandbox"), "{}", pruned.stdout);
    assert_eq!(names(&context, "state/onramp/sandbox").len(), 1);
}

#[test]
fn a_run_that_cannot_be_stored_leaves_no_sandbox_behind() {
    let context = TestContext::new();
    context.write("draw.yaml", DRAW);
    context.write("file", "");
    let refused = context.onramp(["run", "--sandbox", "draw.yaml", "--store", "file"]).run().expect_code(2);
    refused.says(&["file", "`--store` names one"]);
    assert_eq!(names(&context, "state/onramp/sandbox"), Vec::<String>::new());
}

#[test]
fn a_named_run_of_the_sandbox_is_not_gone_on_with_elsewhere_nor_the_other_way_round() {
    let context = TestContext::new();
    context.write("draw.yaml", DRAW);
    context.onramp(["run", "-q", "--sandbox", "draw.yaml", "--id", "played"]).run().expect_code(0);
    let refused = context.onramp(["run", "draw.yaml", "--id", "played"]).run().expect_code(2);
    refused.says(&[
        "onramp: run played was started with `--sandbox`: say so again to go on with it, or give this one another `--id`\n",
    ]);
    context.onramp(["run", "-q", "draw.yaml", "--id", "real", "-i", "who=ada"]).run().expect_code(0);
    let refused = context.onramp(["run", "draw.yaml", "--id", "real", "--sandbox"]).run().expect_code(2);
    refused.says(&["run real was started without `--sandbox`: leave it out"]);
}

#[test]
fn a_command_is_told_that_what_it_is_given_was_undone() {
    let context = TestContext::new();
    context.write("draw.yaml", DRAW);
    context.onramp(["run", "-q", "draw.yaml", "-i", "who=ada"]).run().expect_code(0);
    let exec = || context.onramp(["exec", "last", "--", "true"]).run().expect_code(0);
    assert_eq!(exec().stderr, "");
    context.onramp(["teardown", "last", "--yes"]).run().expect_code(0);
    exec().says(&["was torn down: what its outputs name was undone"]);
    let exported = context.onramp(["export", "last", "--format", "json"]).run();
    exported.says(&["was torn down"]);
}

/// The error of a step that asks `url`, and its code.
fn failure(context: &TestContext, url: &str, more: &str) -> (String, String) {
    let step = format!("{{ uses: http, with: {{ url: '{url}' }}, retry: 1{more} }}");
    context.write("get.yaml", &format!("name: get\nsteps:\n  get: {step}\n"));
    let failed = context.onramp(["run", "-q", "--json", "get.yaml"]).run().expect_code(1).json();
    let error = &failed["steps"]["get"]["error"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["code"]), text(&error["message"]))
}

#[test]
fn a_service_that_is_not_there_is_named_with_its_port_and_without_secrets() {
    let context = TestContext::new();
    // Nobody listens at a port that was just given back.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, message) = failure(&context, &format!("http://ada:hunter2@{address}/a?token=hunter2"), "");
    assert_eq!(code, "network.unreachable");
    let start = format!("GET http://{address}/a?token=***: cannot connect to {address}: ");
    assert!(message.starts_with(&start) && message.contains("refused"), "{message}");
    let step = "{ uses: modelslab.resend_verification, with: { email: ada@onramp.test }, retry: 1 }";
    context.write("resend.yaml", &format!("name: resend\nsteps:\n  resend: {step}\n"));
    let resend = context.onramp(["run", "-q", "--json", "resend.yaml", "--base-url", &format!("http://{address}")]);
    let message = resend.run().expect_code(1).json()["steps"]["resend"]["error"]["message"].clone();
    let start = format!("POST http://{address}/api/agents/v1/auth/resend-verification: cannot connect to {address}: ");
    assert!(message.as_str().unwrap().starts_with(&start), "{message}");
}

#[test]
fn an_answer_that_does_not_come_is_told_with_the_limit_that_was_hit() {
    let context = TestContext::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for (more, limit) in [
        (", attempt-timeout: 50ms, timeout: 1h", "`attempt-timeout` is 50ms"),
        (", timeout: 60ms", "`timeout` is 60ms"),
    ] {
        let (code, message) = failure(&context, &format!("http://{address}/"), more);
        assert_eq!(code, "network.timeout", "{message}");
        assert_eq!(message, format!("GET http://{address}/: {address} did not answer in time: {limit}"));
    }
}

/// A service that gives half of its answer to one request.
fn half_an_answer() -> (SocketAddr, JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let given = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let _ = stream.read(&mut [0; 1024]);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").unwrap();
        stream
    });
    (address, given)
}

#[test]
fn an_answer_that_stops_halfway_is_told_with_the_limit_that_was_hit() {
    let context = TestContext::new();
    let (address, given) = half_an_answer();
    let (code, message) = failure(&context, &format!("http://{address}/"), ", attempt-timeout: 1s");
    assert_eq!(code, "network.broken");
    let why = format!("{address} did not answer in time: `attempt-timeout` is 1s");
    assert_eq!(message, format!("GET http://{address}/ answered 200, and then: {why}"));
    drop(given.join());
}

#[test]
fn an_answer_that_breaks_off_is_told_with_who_gave_it() {
    let context = TestContext::new();
    let (address, given) = half_an_answer();
    std::thread::spawn(move || drop(given.join()));
    let (code, message) = failure(&context, &format!("http://{address}/"), "");
    assert_eq!(code, "network.broken");
    let start = format!("GET http://{address}/ answered 200, and then: the connection to {address} broke");
    assert!(message.starts_with(&start), "{message}");
}

struct Silence;

impl Talk for Silence {
    fn say(&mut self, _: &str) {}
    fn announce(&mut self, _: &Rerun) {}
}

/// Of a machine whose clock stands at `now`.
fn console() -> Console {
    // Nobody asks to stop.
    Console { reporters: Vec::new(), stop: unbounded_channel().1, mask: Mask::default() }
}

#[tokio::test]
async fn a_clock_that_was_set_back_takes_no_journal_with_it() {
    let context = TestContext::new();
    let nothing: fn(&str) -> Option<String> = |_| None;
    let request = RunRequest {
        file: Some(context.write("draw.yaml", &DRAW.replace("sandbox: ada", "default: ada"))),
        inputs: Default::default(),
        inputs_from: None,
        environment: &nothing,
        sandbox: false,
        base_url: None,
        base_url_source: Default::default(),
        settle: None,
        allow_hosts: Vec::new(),
        allow_spend: None,
        inject: Vec::new(),
        id: Some("early".into()),
        until: None,
    };
    let then = workspace(&context, "2026-11-22T12:00:00Z");
    let checked = ops::validate(&then, request.file.as_deref().unwrap()).unwrap();
    ops::run(&then, checked, request, console(), &mut Silence).await.unwrap();
    let resume = ResumeRequest::new("early".into(), &nothing);
    let retry = RetryRequest { resume, steps: vec!["draw".into()], downstream: false };
    let earlier = workspace(&context, "2026-11-21T12:00:00Z");
    ops::retry(&earlier, retry, console(), &mut Silence).await.unwrap();
    let entries = ops::show(&earlier, "last").unwrap().entries;
    assert!(entries.is_sorted_by_key(|entry| entry.at), "{entries:#?}");
    assert_eq!(entries.iter().filter(|entry| format!("{:?}", entry.fact).starts_with("AttemptStarted")).count(), 2);
    assert!(ops::prune(&earlier, &prune()).unwrap().runs.is_empty(), "a run of tomorrow is not old");
}

fn prune() -> ops::PruneRequest {
    ops::PruneRequest { older_than: Duration::from_secs(1), secrets: false, unfinished: false, dry_run: false }
}
