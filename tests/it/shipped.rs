//! The shipped workflows for accounts that exist. Each is run as it is; then with each of its steps in trouble, one after the
//! other: it fails, it is done twice, the process dies over it. A resume does the rest, and the service saw what it should see.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{
    Account, Invocation, Journal, LONG, Output, SandboxProcess, TestContext, brisk, eventually, quick, side_by_side,
};

const PASSWORD: &str = "correct-horse-7";
const MEMBER: &str = "lin@onramp.test";

/// A workflow, and what must be so after it, however often its steps were tried.
struct Shipped {
    name: &'static str,
    /// What it is given beside the account.
    args: &'static [&'static str],
    /// These steps are all that it does so; empty if it does all.
    steps: &'static [&'static str],
    settled: fn(&Account<'_>, &Account<'_>) -> bool,
}

/// Whoever is told of first is the account that was there, with the key `production` and a member; the other is who joins.
const ALL: [Shipped; 9] = [
    Shipped {
        settled: |account, _| {
            account.usable_keys("agent-key").len() == 1 && account.usable_keys("production").len() == 1
        },
        ..shipped("login-and-key")
    },
    Shipped { settled: |account, _| account.usable_keys("production").len() == 1, ..shipped("rotate-credentials") },
    Shipped { settled: |account, _| account.accounts() == 1, ..shipped("reset-password") },
    Shipped {
        settled: |account, joins| {
            let invitations = account.requests("POST", "/accept").len() + joins.requests("POST", "/accept").len();
            (joins.accounts(), joins.verifications(), account.team().len()) == (1, 1, 2) && invitations > 0
        },
        ..shipped("join-team")
    },
    Shipped {
        settled: |account, _| account.usable_keys("production").is_empty() && account.team().is_empty(),
        ..shipped("offboard")
    },
    Shipped { settled: |account, _| account.keys_ever_made() == 1, ..shipped("health-check") },
    Shipped {
        args: &["payment=card"],
        steps: &["login", "method", "card", "subscribe"],
        settled: |account, _| subscribed(account) && account.cards() == ["visa 4242"],
        ..shipped("subscribe")
    },
    Shipped {
        args: &["payment=setup-intent"],
        steps: &["setup", "confirm", "card", "subscribe"],
        settled: |account, _| subscribed(account) && account.cards() == ["visa 4242"],
        ..shipped("subscribe")
    },
    Shipped {
        args: &["payment=link"],
        steps: &["link", "paid"],
        settled: |account, _| subscribed(account) && account.cards().is_empty(),
        ..shipped("subscribe")
    },
];

const fn shipped(name: &'static str) -> Shipped {
    Shipped { name, args: &[], steps: &[], settled: |_, _| false }
}

/// One payment, and one subscription.
fn subscribed(account: &Account<'_>) -> bool {
    account.payments() == ["subscribe"] && account.subscriptions() == ["active"]
}

impl Shipped {
    fn about(&self) -> String {
        [&[self.name], self.args].concat().join(".").replace('=', "-")
    }

    /// Its file, and the steps that it does.
    fn file(&self, context: &TestContext) -> (PathBuf, Vec<String>) {
        let (path, mut steps) = brisk(context, self.name);
        steps.retain(|step| self.steps.is_empty() || self.steps.contains(&step.as_str()));
        (path, steps)
    }
}

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
        let command = command.env("ONRAMP_PASSWORD", PASSWORD).env("ONRAMP_OWNER_PASSWORD", PASSWORD);
        let command = command.env("CARD_NUMBER", "4242424242424242").env("CARD_CVC", "123");
        command.env("CARD_EXP_MONTH", "12").env("CARD_EXP_YEAR", "2040")
    }

    fn joins(&self) -> String {
        format!("joins.{}", self.email)
    }

    /// Waits for the end of `command`, while a person pays wherever that is asked.
    fn finish(&self, command: Invocation) -> Output {
        self.strike(command, || false).expect("nobody killed it")
    }

    /// The same, unless `now` comes first: then the process is killed.
    fn strike(&self, command: Invocation, now: impl Fn() -> bool) -> Option<Output> {
        let mut running = command.start();
        eventually(LONG, || {
            let over = (running.has_ended() || now()).then_some(());
            if over.is_none() && running.stderr().contains("a person has to open") {
                self.sandbox.pay(&self.email);
            }
            over
        });
        if now() && running.kill() { None } else { running.wait(LONG) }
    }

    /// What runs `workflow`; who joins a team is another than its owner.
    fn command(&self, shipped: &Shipped, workflow: &Path) -> Invocation {
        let command = self.onramp(["run", "--json", "--settle", "20ms"]).arg(workflow);
        let command = shipped.args.iter().fold(command, |command, arg| command.args(["-i", arg]));
        let email = format!("email={}", self.email);
        match shipped.name {
            "join-team" => {
                let inputs = [format!("owner={}", self.email), format!("email={}", self.joins())];
                command.args(["-i", &inputs[0], "-i", &inputs[1]])
            }
            "subscribe" => {
                let command = command.args(["--allow-spend", "47", "-i", "plan_id=123", "-i", "max_price=47"]);
                command.args(["-i", &email])
            }
            _ => command.args(["-i", &email]),
        }
    }

    fn run(&self, shipped: &Shipped, workflow: &Path, trouble: Option<&str>) -> Output {
        let command = self.command(shipped, workflow);
        self.finish(match trouble {
            Some(trouble) => command.args(["--inject", trouble]),
            None => command,
        })
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
        let (path, steps) = shipped.file(&context);
        cases.extend(steps.into_iter().map(|step| (shipped, path.clone(), step)));
    }
    side_by_side(cases.len(), |number| {
        let (shipped, path, step) = &cases[number];
        let what = format!("{}.{trouble}.{step}", shipped.about());
        let scene = Scene::new(&context, &sandbox, &bootstrap, &what);
        let first = scene.run(shipped, path, Some(&format!("{trouble}:{step}")));
        if first.code != Some(0) {
            let resumed = scene.finish(scene.onramp(["resume", "last", "--json"]));
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
        let what = shipped.about();
        let scene = Scene::new(&context, &sandbox, &bootstrap, &what);
        let run = scene.run(shipped, &shipped.file(&context).0, None).expect_code(0);
        scene.is_settled(shipped, &what, &run);
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

#[test]
fn killed_after_any_commit_a_workflow_for_accounts_still_does_everything_once() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let bootstrap = quick(&context);
    let cases: Vec<_> = ALL.iter().flat_map(|shipped| [(shipped, 1), (shipped, 2)]).collect();
    side_by_side(cases.len(), |number| {
        let (shipped, lines) = cases[number];
        let what = format!("{}.killed.{lines}", shipped.about());
        let scene = Scene::new(&context, &sandbox, &bootstrap, &what);
        let store = context.path(&what);
        let (journal, path) = (Journal::in_store(&store), shipped.file(&context).0);
        let mut kills = 0;
        let last = loop {
            let command = match journal.run_dir() {
                Some(_) => scene.onramp(["resume", "last", "--json"]),
                None => scene.command(shipped, &path),
            };
            // Each process gets a little further than the one before.
            let enough = journal.lines() + lines + kills / 2;
            match scene.strike(command.store(&store), || kills < 8 && journal.lines() >= enough) {
                Some(ended) => break ended,
                None => kills += 1,
            }
        };
        assert!(kills > 0, "{what} was never killed");
        assert_eq!(last.code, Some(0), "{what} after {kills} kills\n{}", last.stderr);
        scene.is_settled(shipped, &what, &last);
    });
}

/// A password that was drawn is the account's from then on, and the old one is not.
#[test]
fn a_password_that_was_reset_is_the_one_that_lets_in() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let scene = Scene::new(&context, &sandbox, &quick(&context), "lost");
    scene.run(&shipped("reset-password"), &brisk(&context, "reset-password").0, None).expect_code(0);
    let revealed = scene.onramp(["export", "last", "--format", "json", "--reveal"]).run().expect_code(0).json();
    let new = revealed["password"].as_str().or(revealed["ONRAMP_PASSWORD"].as_str()).unwrap().to_owned();
    let health = brisk(&context, "health-check").0;
    let told: Value = scene.run(&shipped("health-check"), &health, None).expect_code(1).json();
    assert_eq!(told["steps"]["login"]["error"]["code"], "service.invalid_credentials");
    let again = scene.onramp(["run", "-q", "-i"]).arg(format!("email={}", scene.email)).arg(&health);
    again.env("ONRAMP_PASSWORD", new).run().expect_code(0);
}
