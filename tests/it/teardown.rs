//! What a run made is taken back: all of it, nothing else, and whenever the process dies.

use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Invocation, Journal, LONG, Output, SandboxProcess, TestContext, eventually, post, post_as, quick, side_by_side,
};

const TEAM: &str = "ada@onramp.test,lin@onramp.test";
const PASSWORD: &str = "correct-horse-battery-7";

/// One account, made by a run with a store of its own.
pub(super) struct Case<'a> {
    pub context: &'a TestContext,
    pub sandbox: &'a SandboxProcess,
    workflow: &'a Path,
    pub email: String,
    store: PathBuf,
}

impl<'a> Case<'a> {
    pub fn new(context: &'a TestContext, sandbox: &'a SandboxProcess, workflow: &'a Path, name: &str) -> Self {
        Self { context, sandbox, workflow, email: format!("{name}@onramp.test"), store: context.path(name) }
    }

    pub fn start(&self) -> Invocation {
        let command = self.context.onramp(["run", "--settle", "50ms", "--json"]).arg(self.workflow);
        let inputs = [format!("email={}", self.email), format!("team={TEAM}")];
        let command = command.args(["-i", &inputs[0], "-i", &inputs[1]]).env("ONRAMP_PASSWORD", PASSWORD);
        command.store(&self.store).against(self.sandbox)
    }

    fn command(&self, args: &[&str]) -> Invocation {
        self.context.onramp(args.iter().copied()).store(&self.store).against(self.sandbox)
    }

    fn tear_down(&self) -> Invocation {
        self.command(&["teardown", "last", "--yes", "--json"])
    }

    fn journal(&self) -> Journal {
        Journal::in_store(&self.store)
    }

    fn api(&self, path: &str) -> String {
        format!("{}/api/agents/v1/{path}", self.sandbox.base_url)
    }

    /// A key and a member that somebody makes by hand in the same account; gives the token that it took.
    pub fn make_by_hand(&self) -> String {
        let login = json!({ "email": self.email, "password": PASSWORD, "device_name": "by hand" });
        let (status, body) = post(&self.api("auth/login"), &login);
        assert_eq!(status, 200, "{body}");
        let token = serde_json::from_str::<Value>(&body).unwrap()["data"]["access_token"].as_str().unwrap().to_owned();
        let key = json!({ "name": "production", "notes": "onramp did not make this" });
        assert_eq!(post_as(&token, &self.api("api-keys"), &key).0, 201);
        assert_eq!(post_as(&token, &self.api("teams"), &json!({ "email": "eve@onramp.test" })).0, 201);
        token
    }

    /// What is left at the service: the account, and what was made by hand.
    #[track_caller]
    fn check(&self, by_hand: bool) {
        let ledger = self.sandbox.ledger();
        let account = ledger.account(&self.email);
        let notes: Vec<&str> =
            account.usable_keys("production").iter().map(|key| key["notes"].as_str().unwrap()).collect();
        let (keys, team): (&[&str], &[&str]) =
            if by_hand { (&["onramp did not make this"], &["eve@onramp.test"]) } else { (&[], &[]) };
        assert_eq!((notes.as_slice(), account.team().as_slice()), (keys, team), "{}", account.story());
        assert!(account.accounts() <= 1, "{}", account.story());
    }
}

fn undo_of<'v>(document: &'v Value, step: &str) -> &'v str {
    document["steps"][step]["undo"]["status"].as_str().unwrap_or_else(|| panic!("{step} has no undo: {document:#}"))
}

#[test]
fn what_a_run_made_is_undone_and_nothing_else() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let case = Case::new(&context, &sandbox, &workflow, "whole");
    case.start().run().expect_code(0);
    case.make_by_hand();

    let refused = case.command(&["teardown", "last"]).run().expect_code(2);
    refused.says(&["  invite[lin@onramp.test]  modelslab.invite_team_member", "This will remain:", "--yes"]);
    assert_eq!(sandbox.ledger().account(&case.email).team().len(), 3, "nobody said yes");

    let document = case.tear_down().run().expect_code(0).json();
    assert_eq!((&document["status"], &document["teardown"]), (&json!("succeeded"), &json!("done")));
    for step in ["key", "invite", "invite[ada@onramp.test]"] {
        assert_eq!(undo_of(&document, step), "undone");
    }
    assert_eq!((undo_of(&document, "signup"), undo_of(&document, "verify")), ("cannot_undo", "nothing_to_undo"));
    assert_eq!(document["steps"]["signup"]["undo"]["reason"], "no documented operation deletes an account");
    case.check(true);
    let account_is_there = sandbox.ledger().account(&case.email).accounts();
    assert_eq!(account_is_there, 1);

    let requests = sandbox.ledger().list("requests").len();
    case.tear_down().run().expect_code(0).says(&["nothing is left to undo"]);
    case.command(&["resume", "last"]).run().expect_code(2).says(&["was torn down and cannot go on"]);
    assert_eq!(sandbox.ledger().list("requests").len(), requests, "what is undone is not asked for again");
    let shown = case.command(&["show", "last"]).run().expect_code(0).stdout;
    assert!(shown.starts_with("✓ torn down  bootstrap") && shown.contains("▚ undo"), "{shown}");
}

/// A teardown has this many commits at least.
const COMMITS: usize = 4;

#[test]
fn killed_at_every_commit_of_a_teardown_the_next_one_ends_it() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let killed = side_by_side(COMMITS + 2, |number| {
        let case = Case::new(&context, &sandbox, &workflow, &format!("torn{number}"));
        case.start().run().expect_code(0);
        case.make_by_hand();
        let mut kills = 0;
        // Killed at the n-th line, and then at the next, and so on.
        for further in [number + 1, 1, 2] {
            let (journal, before) = (case.journal(), case.journal().lines());
            let mut process = case.tear_down().start();
            eventually(LONG, || (journal.lines() >= before + further || process.has_ended()).then_some(()));
            kills += usize::from(process.kill());
        }
        let document = case.tear_down().run().expect_code(0).json();
        assert_eq!((undo_of(&document, "key"), undo_of(&document, "invite")), ("undone", "undone"));
        case.check(true);
        kills
    });
    assert!(killed.iter().sum::<usize>() >= COMMITS, "{killed:?} kills are too few for a proof");
}

#[test]
fn a_run_killed_at_any_commit_is_torn_down_without_being_resumed() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    // Of some keys and invitations the answer is lost.
    sandbox.set_faults(json!([
        { "on": "create_api_key", "fault": "drop-after", "times": 1, "per_account": true, "probability": 0.5 },
        { "on": "invite_team_member", "fault": "drop-after", "times": 1, "per_account": true, "probability": 0.5 },
    ]));
    side_by_side(10, |number| {
        let case = Case::new(&context, &sandbox, &workflow, &format!("half{number}"));
        let journal = case.journal();
        let mut process = case.start().start();
        eventually(LONG, || (journal.lines() > number + 1 || process.has_ended()).then_some(()));
        process.kill();
        let document = case.tear_down().run().expect_code(0).json();
        assert_eq!(document["teardown"], "done");
        case.check(false);
    });
}

#[test]
fn an_undo_that_fails_says_why_and_is_tried_again_by_the_next_teardown() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let case = Case::new(&context, &sandbox, &workflow, "denied");
    case.start().run().expect_code(0);
    // More than a teardown waits for.
    let rule = |times: u64| json!([{ "on": "delete_api_key", "fault": "429", "times": times, "retry_after": 900 }]);
    sandbox.set_faults(rule(1));
    let document = case.tear_down().run().expect_code(1).json();
    assert_eq!((&document["teardown"], undo_of(&document, "key")), (&json!("failed"), "undo_failed"));
    assert_eq!((undo_of(&document, "invite"), &document["status"]), ("undone", &json!("succeeded")));
    let error = &document["steps"]["key"]["undo"]["error"];
    assert_eq!(error["code"], "service.429");
    assert!(error["message"].as_str().unwrap().contains("tear the run down again"), "{error}");
    let page = case.command(&["show", "last"]).run().stdout;
    assert!(page.contains("undo failed") && page.contains("onramp teardown"), "{page}");
    case.command(&["resume", "last"]).run().expect_code(2).says(&["undoes what is left"]);
    case.tear_down().run().expect_code(0);
    case.check(false);
}

#[test]
fn a_token_that_was_revoked_is_told_and_what_is_left_is_named() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let case = Case::new(&context, &sandbox, &workflow, "revoked");
    case.start().run().expect_code(0);
    let token = case.make_by_hand();
    let (status, body) = post_as(&token, &case.api("auth/tokens/revoke-others"), &json!({}));
    assert_eq!(status, 200, "{body}");
    let document = case.tear_down().run().expect_code(1).json();
    let message = document["steps"]["key"]["undo"]["error"]["message"].as_str().unwrap();
    assert!(message.contains("a teardown does not log in again: remove the key "), "{message}");
}

#[test]
fn a_teardown_stops_when_asked_and_goes_on_when_asked() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let case = Case::new(&context, &sandbox, &workflow, "stopped");
    case.start().run().expect_code(0);
    sandbox.set_faults(json!([{ "on": "remove_team_member", "fault": "latency", "ms": 300 }]));
    let mut process = case.tear_down().start();
    process.until_it_says("undoing");
    process.signal(Signal::INT);
    let stopped: Output = process.wait(LONG).unwrap().expect_code(130);
    let document = stopped.json();
    assert_eq!((&document["status"], &document["teardown"]), (&json!("interrupted"), &json!("interrupted")));
    assert_eq!(undo_of(&document, "key"), "waiting");
    case.command(&["cancel", "last"]).run().expect_code(0).says(&["teardown interrupted", "`onramp teardown "]);
    let document = case.tear_down().run().expect_code(0).json();
    assert_eq!((&document["status"], &document["teardown"]), (&json!("succeeded"), &json!("done")));
    case.command(&["cancel", "last"]).run().expect_code(0).says(&["was torn down already"]);
    case.check(false);
}

#[test]
fn a_run_that_goes_on_is_not_torn_down() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let case = Case::new(&context, &sandbox, &workflow, "alive");
    sandbox.set_faults(json!([{ "on": "signup", "fault": "hang" }]));
    let mut process = case.start().start();
    process.until_it_says("signup");
    case.tear_down().run().expect_code(2).says(&["is being written by process", "onramp cancel"]);
    process.kill();
}

/// Keys made by hand-written requests, each undone by its own; the last step fails.
const BY_HTTP: &str = r#"name: by-http
on-failure: teardown
secrets:
  token: { env: TOKEN }
steps:
  key:
    uses: http
    strategy: { matrix: { name: [one, two] } }
    with:
      method: POST
      url: /api/agents/v1/api-keys
      headers: { authorization: "Bearer ${{ secrets.token }}" }
      json: { name: "${{ matrix.name }}" }
    outputs: { id: { jsonpath: "$.data.id" } }
    undo:
      uses: http
      with:
        method: DELETE
        url: "/api/agents/v1/api-keys/${{ steps.key.outputs.id }}"
        headers: { authorization: "Bearer ${{ secrets.token }}" }
  check:
    uses: assert
    needs: [key]
    with: { that: "${{ 1 == 2 }}" }
"#;

#[test]
fn a_failed_run_takes_back_what_its_http_steps_made_by_itself() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let case = Case::new(&context, &sandbox, &workflow, "http");
    case.start().run().expect_code(0);
    let token = case.make_by_hand();
    let by_http = context.write("by-http.yaml", BY_HTTP);
    let other = context.path("other");
    let start = context.onramp(["run", "--json"]).arg(&by_http).env("TOKEN", &token).store(&other);
    let document = start.against(&sandbox).run().expect_code(1).json();
    assert_eq!((&document["status"], &document["teardown"]), (&json!("failed"), &json!("done")), "{document:#}");
    assert_eq!((undo_of(&document, "key[one]"), undo_of(&document, "key[two]")), ("undone", "undone"));
    let ledger = sandbox.ledger();
    let account = ledger.account(&case.email);
    assert_eq!((account.usable_keys("one").len(), account.usable_keys("two").len()), (0, 0));
    assert_eq!(account.usable_keys("production").len(), 2, "those of the other run and of the hand stay");
    let again = context.onramp(["resume", "last"]).env("TOKEN", &token).store(&other).against(&sandbox);
    again.run().expect_code(2).says(&["was torn down and cannot go on"]);
}
