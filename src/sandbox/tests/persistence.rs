//! What survives a restart, and what is refused.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Client, PASSWORD, clock, faults, free_port, options, spellings, start};
use crate::clock::ManualClock;
use crate::sandbox::{Options, Sandbox, SandboxError};

const ADA: &str = "ada@onramp.test";

fn stored(path: &Path, clock: &ManualClock) -> Options {
    Options { state: Some(path.to_owned()), seed: 0, ..options(clock) }
}

/// The first start on a folder; later ones find the ports in it.
async fn first(path: &Path, clock: &ManualClock) -> (Sandbox, Client) {
    start(with_ports(stored(path, clock))).await
}

fn with_ports(options: Options) -> Options {
    Options { port: free_port(), imap_port: free_port(), smtp_port: free_port(), ..options }
}

fn refusal(result: Result<Sandbox, SandboxError>) -> String {
    result.err().expect("it must not start").to_string()
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let (sandbox, client) = first(dir.path(), &clock).await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    client.post("/teams", &token, json!({ "email": "lin@onramp.test" })).await;
    let image = client.generate(&key).await.body["id"].clone();
    client.signup("mo@onramp.test").await;
    let (ready, before) = (sandbox.ready().clone(), sandbox.ledger());
    sandbox.stop().await;

    clock.advance(Duration::from_secs(5));
    let (again, client) = start(stored(dir.path(), &clock)).await;
    assert_eq!((&again.ready().base_url, &again.ready().mailbox), (&ready.base_url, &ready.mailbox));
    assert_eq!(again.ledger(), before);
    assert_eq!(client.get("/me", &token).await.data("email"), ADA);
    assert_eq!(client.login(ADA).await.status, 200);
    let fetched = client.send("POST", &format!("/api/v6/images/fetch/{image}"), "", json!({ "key": key })).await;
    assert_eq!(fetched.body["status"], "processing");
    let mut inbox = client.inbox().await;
    assert_eq!(client.verify(&inbox.code_for("mo@onramp.test").await).await.status, 200);
    assert_eq!(inbox.ok("UID SEARCH ALL").await, ["* SEARCH 1 2 3"]);
    client.signup("new@onramp.test").await;
    inbox.ok("NOOP").await;
    assert_eq!(inbox.ok("UID SEARCH ALL").await, ["* SEARCH 1 2 3 4"]);
    assert_eq!(inbox.ok("STATUS INBOX (UIDVALIDITY)").await, ["* STATUS INBOX (UIDVALIDITY 1795348800)"]);
    assert_ne!(client.key(&token).await, key, "secrets go on where they stopped");
}

/// What is in the file when an answer arrives is what a kill at that moment leaves.
#[tokio::test]
async fn what_was_answered_is_on_disk_before_the_answer() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let (_sandbox, client) = first(dir.path(), &clock).await;
    let token = client.account(ADA).await;
    for name in ["one", "two", "three"] {
        let key = client.post("/api-keys", &token, json!({ "name": name })).await.data("key").to_owned();
        let copy = tempfile::tempdir().unwrap();
        std::fs::copy(dir.path().join("journal.jsonl"), copy.path().join("journal.jsonl")).unwrap();
        let (_second, second) = first(copy.path(), &clock).await;
        assert_eq!(second.generate(&key).await.body["status"], "processing", "{name}");
    }
}

#[tokio::test]
async fn late_mail_and_fault_counts_survive_a_restart() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let rules = json!([
        { "on": "signup", "fault": "mail-late", "ms": 60_000 },
        { "on": "login", "fault": "500", "times": 1 },
    ]);
    let with_rules = || Options { faults: faults(&rules), ..stored(dir.path(), &clock) };
    let (sandbox, client) = start(with_ports(with_rules())).await;
    client.signup(ADA).await;
    assert_eq!(client.login(ADA).await.status, 500);
    sandbox.stop().await;
    let (_sandbox, client) = start(with_rules()).await;
    assert_eq!(client.login(ADA).await.status, 403);
    clock.advance(Duration::from_secs(60));
    assert_eq!(client.inbox().await.texts_for(ADA, 1).await.len(), 1);
}

#[tokio::test]
async fn no_password_token_or_key_is_in_the_state_folder() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let (_sandbox, client) = first(dir.path(), &clock).await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    client.generate(&key).await;
    client.login(ADA).await;
    let stored = std::fs::read_to_string(dir.path().join("journal.jsonl")).unwrap();
    for secret in [PASSWORD, token.split_once('|').unwrap().1, &key] {
        for spelling in spellings(secret) {
            assert!(!stored.contains(&spelling), "{spelling}");
        }
    }
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let (sandbox, client) = first(dir.path(), &clock).await;
    let port = |address: &str| url::Url::parse(address).unwrap().port().unwrap();
    let (http, imap) = (port(&client.ready.base_url), port(&client.ready.mailbox));
    let asked = refusal(Sandbox::start(Options { port: http, ..options(&clock) }).await);
    assert!(asked.starts_with(&format!("cannot listen for HTTP on 127.0.0.1:{http}")), "{asked}");

    sandbox.stop().await;
    let _squatter = std::net::TcpListener::bind(("127.0.0.1", imap)).unwrap();
    let remembered = refusal(Sandbox::start(stored(dir.path(), &clock)).await);
    assert!(remembered.contains(&format!("IMAP on 127.0.0.1:{imap}")) && remembered.contains("its state remembers"));
    let (_moved, moved) = start(Options { imap_port: free_port(), ..stored(dir.path(), &clock) }).await;
    assert_eq!(port(&moved.ready.base_url), http);
}

#[tokio::test]
async fn a_state_is_for_one_sandbox_and_one_seed() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let (sandbox, _) = first(dir.path(), &clock).await;
    assert!(refusal(Sandbox::start(stored(dir.path(), &clock)).await).contains("another sandbox uses the state"));
    sandbox.stop().await;
    let other = Options { seed: 99, ..stored(dir.path(), &clock) };
    assert!(refusal(Sandbox::start(other).await).contains("another seed"));
}

#[tokio::test]
async fn a_damaged_state_is_named_and_left_alone() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let (sandbox, client) = first(dir.path(), &clock).await;
    client.signup(ADA).await;
    sandbox.stop().await;
    let path = dir.path().join("journal.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, whole.replacen("account_created", "account_crusted", 1)).unwrap();
    let error = refusal(Sandbox::start(stored(dir.path(), &clock)).await);
    assert!(error.contains("journal.jsonl:4: damaged") || error.contains("journal.jsonl:3: damaged"), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().contains("account_crusted"));
}

#[tokio::test]
async fn a_stopped_sandbox_lets_go_of_its_ports_and_of_waiting_requests() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let rules = json!([{ "on": "get_profile", "fault": "hang", "ms": 3_600_000 }]);
    let (sandbox, client) = start(Options { faults: faults(&rules), ..with_ports(stored(dir.path(), &clock)) }).await;
    let ready = sandbox.ready().clone();
    let waiting = tokio::spawn(async move { client.try_send("GET", "/api/agents/v1/me", "", &Value::Null).await });
    while sandbox.ledger()["requests"].as_array().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    sandbox.stop().await;
    assert!(waiting.await.unwrap().is_err());
    let again = Sandbox::start(stored(dir.path(), &clock)).await.unwrap();
    assert_eq!(again.ready().base_url, ready.base_url);
    assert_eq!(Client::new(again.ready()).get("/me", "").await.status, 401);
}
