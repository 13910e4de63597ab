//! The shipped workflows for accounts that exist. Each is run as it is; then with each of its steps in trouble, one after the
//! other: it fails, it is done twice, the process dies over it. A resume does the rest, and the service saw what it should see.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Account, Invocation, Output, SandboxProcess, TestContext, brisk, quick, side_by_side};

const PASSWORD: &str = "correct-horse-7";
const MEMBER: &str = "lin@onramp.test";

/// A workflow, and what must be so after it, however often its steps were tried.
struct Shipped {
    name: &'static str,
    settled: fn(&Account<'_>, &Account<'_>) -> bool,
}

/// Whoever is told of first is the account that was there, with the key `production` and a member; the other is who joins.
const ALL: [Shipped; 6] = [
    Shipped {
        name: "login-and-key",
        settled: |account, _| {
            account.usable_keys("agent-key").len() == 1 && account.usable_keys("production").len() == 1
        },
    },
    Shipped { name: "rotate-credentials", settled: |account, _| account.usable_keys("production").len() == 1 },
    Shipped { name: "reset-password", settled: |account, _| account.accounts() == 1 },
    Shipped {
        name: "join-team",
        settled: |account, joins| {
            let invitations = account.requests("POST", "/accept").len() + joins.requests("POST", "/accept").len();
            (joins.accounts(), joins.verifications(), account.team().len()) == (1, 1, 2) && invitations > 0
        },
    },
    Shipped {
        name: "offboard",
        settled: |account, _| account.usable_keys("production").is_empty() && account.team().is_empty(),
    },
    Shipped { name: "health-check", settled: |account, _| account.keys_ever_made() == 1 },
];

/// One account, made by the bootstrap, and a workflow that is run on it.
struct Scene<'a> {
    context: &'a TestContext,
    sandbox: &'a SandboxProcess,
    store: PathBuf,
    email: String,
}

impl<'a> Scene<'a> {
    fn new(context: &'a TestContext, sandbox: &'a SandboxProcess, bootstrap: &Path, about: &str) -> Self {
        let email = format!("{about}@onramp.test");
        let scene = Self { context, sandbox, store: context.path(&email), email };
        let made = scene.onramp(["run", "-q"]).arg(bootstrap);
        made.args(["-i", &format!("email={}", scene.email), "-i", &format!("team={MEMBER}")]).run().expect_code(0);
        scene
    }

    fn onramp<const N: usize>(&self, args: [&'a str; N]) -> Invocation {
        let command = self.context.onramp(args).store(&self.store).against(self.sandbox);
        command.env("ONRAMP_PASSWORD", PASSWORD).env("ONRAMP_OWNER_PASSWORD", PASSWORD)
    }

    fn joins(&self) -> String {
        format!("joins.{}", self.email)
    }

    /// Runs `workflow`; who joins a team is another than its owner.
    fn run(&self, workflow: &Path, trouble: Option<&str>) -> Output {
        let command = self.onramp(["run", "--json", "--settle", "20ms"]).arg(workflow);
        let command = match trouble {
            Some(trouble) => command.args(["--inject", trouble]),
            None => command,
        };
        match workflow.file_stem().is_some_and(|name| name == "join-team") {
            true => {
                let inputs = [format!("owner={}", self.email), format!("email={}", self.joins())];
                command.args(["-i", &inputs[0], "-i", &inputs[1]]).run()
            }
            false => command.args(["-i", &format!("email={}", self.email)]).run(),
        }
    }

    #[track_caller]
    fn is_settled(&self, shipped: &Shipped, what: &str, first: &Output) {
        let (ledger, joins) = (self.sandbox.ledger(), self.joins());
        let (account, joins) = (ledger.account(&self.email), ledger.account(&joins));
        let settled = (shipped.settled)(&account, &joins);
        assert!(settled, "{what}\n{}\n{}{}", first.stderr, account.story(), joins.story());
    }
}

/// Runs every step of every workflow into `trouble`, and resumes what did not succeed.
fn every_step(trouble: &str) {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let bootstrap = quick(&context);
    let mut cases = Vec::new();
    for shipped in &ALL {
        let (path, steps) = brisk(&context, shipped.name);
        cases.extend(steps.into_iter().map(|step| (shipped, path.clone(), step)));
    }
    side_by_side(cases.len(), |number| {
        let (shipped, path, step) = &cases[number];
        let what = format!("{}.{trouble}.{step}", shipped.name);
        let scene = Scene::new(&context, &sandbox, &bootstrap, &what);
        let first = scene.run(path, Some(&format!("{trouble}:{step}")));
        if first.code != Some(0) {
            let resumed = scene.onramp(["resume", "last", "--json"]).run();
            assert_eq!(resumed.code, Some(0), "{what}\n{}\n{}", first.stderr, resumed.stderr);
        }
        // The service does make a second key of the same name.
        if (trouble, step.as_str()) != ("repeat", "key") && (trouble, step.as_str()) != ("repeat", "created") {
            scene.is_settled(shipped, &what, &first);
        }
    });
}

#[test]
fn workflows_for_accounts_do_what_they_say() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let bootstrap = quick(&context);
    side_by_side(ALL.len(), |number| {
        let shipped = &ALL[number];
        let scene = Scene::new(&context, &sandbox, &bootstrap, shipped.name);
        let run = scene.run(&brisk(&context, shipped.name).0, None).expect_code(0);
        scene.is_settled(shipped, shipped.name, &run);
    });
}

#[test]
fn whichever_step_of_a_workflow_for_accounts_fails_a_resume_does_the_rest() {
    every_step("fail");
}

#[test]
fn whichever_step_of_a_workflow_for_accounts_the_process_dies_over_a_resume_does_the_rest() {
    every_step("crash");
}

#[test]
fn whichever_step_of_a_workflow_for_accounts_is_done_twice_it_is_there_once() {
    every_step("repeat");
}

/// A password that was drawn is the account's from then on, and the old one is not.
#[test]
fn a_password_that_was_reset_is_the_one_that_lets_in() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let scene = Scene::new(&context, &sandbox, &quick(&context), "lost");
    scene.run(&brisk(&context, "reset-password").0, None).expect_code(0);
    let revealed = scene.onramp(["export", "last", "--format", "json", "--reveal"]).run().expect_code(0).json();
    let new = revealed["password"].as_str().or(revealed["ONRAMP_PASSWORD"].as_str()).unwrap().to_owned();
    let health = brisk(&context, "health-check").0;
    let told: Value = scene.run(&health, None).expect_code(1).json();
    assert_eq!(told["steps"]["login"]["error"]["code"], "service.invalid_credentials");
    let again = scene.onramp(["run", "-q", "-i"]).arg(format!("email={}", scene.email)).arg(&health);
    again.env("ONRAMP_PASSWORD", new).run().expect_code(0);
}
