//! The service by its MCP server: a whole workflow, single calls, what cannot be asked so, and a client that is not ours.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{SandboxProcess, TestContext, by_mcp, quick};

const EMAIL: &str = "agent@onramp.test";
const PASSWORD: &str = "correct-horse-7";

#[test]
fn the_bootstrap_runs_by_mcp_from_end_to_end() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let workflow = by_mcp(&context, &quick(&context));
    let command = context.onramp(["run", "--json", "-i", &format!("email={EMAIL}"), "-i", "team=lin@onramp.test"]);
    command.arg(workflow).against(&sandbox).run().expect_code(0);
    let ledger = sandbox.ledger();
    let account = ledger.account(EMAIL);
    let mut tools = account.tools();
    tools.sort_unstable();
    assert_eq!(tools, ["agent-api-keys create", "agent-auth signup", "agent-auth verify", "agent-teams create"]);
    let counts = (account.accounts(), account.verifications(), account.usable_keys("production").len());
    assert_eq!((counts, account.invites("lin@onramp.test"), account.images()), ((1, 1, 1), 1, 1));
}

#[test]
fn one_action_is_asked_by_mcp() {
    let context = TestContext::new();
    context.write("password", PASSWORD);
    let inputs = ["-w", "email=ada@onramp.test", "-w", "password=@password", "-w", "transport=mcp"];
    let signup = context.onramp(["call", "modelslab.signup", "--sandbox", "--id", "ada"]).args(inputs);
    let made = signup.run().expect_code(0);
    assert!(made.stdout.contains("succeeded"), "{made:?}");
}

#[test]
fn what_has_no_tool_is_refused_before_anything_starts() {
    let context = TestContext::new();
    let validate = |action: &str, transport: &str| {
        let secret = "secrets: { token: { env: TOKEN } }";
        let step =
            format!("a: {{ uses: {action}, with: {{ token: \"${{{{ secrets.token }}}}\", transport: {transport} }} }}");
        let file = context.write("file.yaml", &format!("{secret}\nsteps:\n  {step}\n"));
        context.onramp(["validate"]).arg(file).run()
    };
    validate("modelslab.get_profile", "mcp").expect_code(0);
    validate("modelslab.refresh_token", "rest").expect_code(0);
    validate("modelslab.refresh_token", "mcp").expect_code(2).says(&[
        "E0113",
        "write rest, or leave it out",
        "has no tool",
    ]);
    validate("modelslab.get_profile", "soap").expect_code(2).says(&["E0113", "write one of rest, mcp"]);
}

#[test]
fn what_is_found_out_late_is_refused_before_anything_is_sent() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let workflow = "inputs: { by: {} }\nsecrets: { password: { env: ONRAMP_PASSWORD } }\nsteps:\n  login:\n    uses: modelslab.login\n    \
                    with: { email: a@onramp.test, password: \"${{ secrets.password }}\", scopes: [\"files:write\"], transport: \"${{ inputs.by }}\" }\n";
    let file = context.write("file.yaml", workflow);
    for (by, said) in [("mcp", "takes no `scopes`"), ("soap", "must be `rest` or `mcp`")] {
        let run = context.onramp(["run", "--json", "-i", &format!("by={by}")]).arg(&file).against(&sandbox);
        let run = run.env("ONRAMP_PASSWORD", PASSWORD).run().expect_code(1);
        let error = &run.json()["steps"]["login"]["error"];
        assert_eq!(error["code"], "config.parameter", "{error}");
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
    }
    assert!(sandbox.ledger().list("requests").is_empty());
}

/// What the official client for JavaScript hears.
fn foreign(sandbox: &SandboxProcess, calls: &Value) -> Value {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("mcp");
    let mut node = Command::new("node");
    node.arg(installed.join("client.mjs")).arg(format!("{}/mcp/agents", sandbox.base_url));
    let node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut node = node.expect("node, and tests/run to install the client");
    node.stdin.take().unwrap().write_all(calls.to_string().as_bytes()).unwrap();
    let told = node.wait_with_output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

/// The envelope in a tool's result.
fn envelope(result: &Value) -> Value {
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

#[test]
#[ignore = "needs node and an MCP client from npm; tests/run installs them"]
fn a_client_that_is_not_ours_lists_the_tools_and_calls_them() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let command = context.onramp(["run", "-q", "-i", &format!("email={EMAIL}"), "-i", "team="]).arg(quick(&context));
    command.against(&sandbox).env("ONRAMP_PASSWORD", PASSWORD).run().expect_code(0);
    let login = json!({ "action": "login", "email": EMAIL, "password": PASSWORD });
    let told = foreign(&sandbox, &json!([{ "name": "agent-auth", "arguments": login }]));
    assert_eq!(told["server"]["name"], "modelslab-agent-control-plane");
    assert_eq!(told["tools"].as_array().unwrap().len(), 10);
    let token = envelope(&told["results"][0])["data"]["access_token"].clone();
    let told = foreign(
        &sandbox,
        &json!([
            { "token": token, "name": "agent-api-keys", "arguments": { "action": "create", "name": "foreign" } },
            { "token": token, "name": "agent-models", "arguments": { "action": "search", "tags": ["fast"], "per_page": 2 } },
            { "token": "1|wrong", "name": "agent-profile", "arguments": { "action": "get" } },
            { "token": token, "name": "agent-profile", "arguments": { "action": "vanish" } },
            { "token": token, "name": "agent-servers", "arguments": { "action": "list" } },
        ]),
    );
    let results = told["results"].as_array().unwrap();
    assert!(envelope(&results[0])["data"]["key"].is_string());
    assert_eq!(envelope(&results[1])["data"]["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&results[2]["isError"], envelope(&results[2])),
        (&json!(true), json!({ "message": "Unauthenticated." }))
    );
    assert_eq!(envelope(&results[3])["error"]["code"], "validation_error");
    assert_eq!(results[4], json!({ "code": -32602 }));
    let ledger = sandbox.ledger();
    let account = ledger.account(EMAIL);
    assert_eq!(account.usable_keys("foreign").len(), 1);
    assert_eq!(account.tools(), ["agent-auth login", "agent-api-keys create", "agent-models search"]);
}
