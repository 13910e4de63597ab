//! The service's own command line, whose fields are not always spelled as the documents spell them: it works with the sandbox
//! as with the service, and with what onramp made there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{SandboxProcess, TestContext, WORKFLOW};

const PASSWORD: &str = "correct-horse-7";

/// Signed in, or about to be.
struct Cli<'a> {
    context: &'a TestContext,
    base_url: &'a str,
}

impl Cli<'_> {
    fn run(&self, line: &str, values: &[&str]) -> Output {
        let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("modelslab-cli");
        let mut command = Command::new(installed.join("modelslab_cli/bin/modelslab"));
        command.args(["--no-update-check", "--output", "json", "--base-url", self.base_url]);
        command.args(line.split(' ')).args(values).current_dir(self.context.dir());
        command.env_clear().env("HOME", self.context.path("cli-home"));
        command.output().expect("tests/run to install the service's own command line")
    }

    /// The `data` of what it prints.
    #[track_caller]
    fn data(&self, line: &str, values: &[&str]) -> Value {
        let output = self.run(line, values);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{line}: {printed}{}", String::from_utf8_lossy(&output.stderr));
        let printed: Value = serde_json::from_str(&printed).unwrap();
        printed.get("data").cloned().unwrap_or(printed)
    }
}

/// An account as `onramp run` leaves it, with a key and an invited colleague, and the command line signed in to it.
fn made<'a>(context: &'a TestContext, sandbox: &'a SandboxProcess, email: &str) -> Cli<'a> {
    let inputs = [format!("email={email}"), "team=ada@onramp.test".to_owned()];
    let run = context.onramp(["run", WORKFLOW, "-q", "-i", &inputs[0], "-i", &inputs[1]]).against(sandbox);
    run.env("ONRAMP_PASSWORD", PASSWORD).run().expect_code(0);
    let cli = Cli { context, base_url: &sandbox.base_url };
    assert!(cli.data("auth login", &["--email", email, "--password", PASSWORD])["access_token"].is_string());
    cli
}

fn only<'a>(list: &'a Value, field: &str, value: &str) -> &'a Value {
    let found: Vec<&Value> = list.as_array().unwrap().iter().filter(|item| item[field] == value).collect();
    assert_eq!(found.len(), 1, "{list}");
    found[0]
}

fn image(folder: &Path) -> PathBuf {
    std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

#[test]
#[ignore = "needs the service's own command line from PyPI; tests/run installs it"]
fn what_onramp_made_is_there_for_the_services_own_command_line() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let cli = made(&context, &sandbox, "agent@onramp.test");
    assert_eq!(cli.data("profile get", &[])["email"], "agent@onramp.test");
    assert_eq!(cli.data("keys list", &[]).as_array().unwrap().len(), 1);
    only(&cli.data("teams list", &[]), "email", "ada@onramp.test");
}

#[test]
#[ignore = "needs the service's own command line from PyPI; tests/run installs it"]
fn the_services_own_command_line_does_all_that_it_can_with_the_sandbox() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let cli = made(&context, &sandbox, "cli@onramp.test");

    let key = cli.data("keys create", &["--name", "second", "--notes", "by hand"]);
    let id = key["id"].to_string();
    let key_text = key["key"].as_str().unwrap().to_owned();
    cli.data("keys update", &["--id", &id, "--name", "renamed"]);
    assert_eq!(cli.data("keys get", &["--id", &id])["name"], "renamed");

    let member = cli.data("teams invite", &["--email", "lin@onramp.test", "--role", "member"]);
    let member = member["id"].to_string();
    for line in ["teams get", "teams update --role admin", "teams resend-invite", "teams remove"] {
        cli.data(line, &["--id", &member]);
    }

    for line in [
        "auth tokens",
        "auth status",
        "profile update --name Cli --about me",
        "profile update-socials --github onramp",
        "profile update-preferences --nsfw --notifications",
        "models search --search flux",
        "models detail --id flux",
        "models filters",
        "models tags",
        "models providers",
        "usage summary",
        "usage products",
        "usage history",
        "billing overview",
        "billing stripe-config",
        "billing setup-intent",
        "billing payment-methods",
        "billing info",
        "billing update-info --name Cli --address street --city town --country DE",
        "billing payment-link --purpose fund --amount 25",
        "billing invoices",
        "wallet balance",
        "wallet transactions",
        "wallet fund --amount 25",
        "subscriptions plans",
        "subscriptions list",
        "docs openapi",
        "docs changelog",
    ] {
        cli.data(line, &[]);
    }

    let folder = context.path("images");
    let given = [folder.to_str().unwrap(), "--api-key", &key_text];
    let made = cli.run("generate image --prompt fox --model flux --output-dir", &given);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
    assert!(std::fs::read(image(&folder)).unwrap().starts_with(b"\x89PNG"));

    cli.data("keys delete", &["--id", &id]);
    cli.data("auth revoke-others", &[]);
    cli.data("auth logout", &[]);
    assert!(!cli.run("profile get", &[]).status.success());
}

#[test]
#[ignore = "needs the service's own command line from PyPI; tests/run installs it"]
fn the_services_own_command_line_is_told_why_it_is_refused() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let cli = Cli { context: &context, base_url: &sandbox.base_url };
    let given = ["--email", "new@onramp.test", "--password", PASSWORD];
    cli.data("auth signup --name New", &given);
    let says = |output: Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(says(cli.run("auth login", &given)).contains("not verified"));
    assert!(says(cli.run("auth login --email new@onramp.test --password", &["wrong-horse-7"])).contains("credentials"));
    assert!(!cli.run("keys list", &[]).status.success());
}
