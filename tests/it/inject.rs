//! The bootstrap with each of its steps in trouble, one after the other: it fails, it is done twice, the process dies
//! over it. A resume without the trouble does the rest, and the service saw what it should see.

use std::path::{Path, PathBuf};

use crate::support::{Invocation, Output, SandboxProcess, TestContext, brisk, by_mcp, side_by_side};

const TEAM: [&str; 2] = ["ada@onramp.test", "lin@onramp.test"];

/// A run of its own store and account, with the trouble that befalls `step`.
struct Troubled<'a> {
    context: &'a TestContext,
    sandbox: &'a SandboxProcess,
    store: PathBuf,
    email: String,
    first: Output,
}

impl<'a> Troubled<'a> {
    fn run(context: &'a TestContext, sandbox: &'a SandboxProcess, workflow: &Path, trouble: &str, step: &str) -> Self {
        let name = workflow.file_stem().unwrap().to_str().unwrap();
        let email = format!("{name}.{trouble}.{step}@onramp.test");
        let store = context.path(&email);
        let inputs = [format!("email={email}"), format!("team={}", TEAM.join(","))];
        let command = context.onramp(["run", "--json", "--settle", "20ms", "-i", &inputs[0], "-i", &inputs[1]]);
        let command = command.args(["--inject", &format!("{trouble}:{step}")]).arg(workflow);
        let first = command.store(&store).against(sandbox).run();
        Self { context, sandbox, store, email, first }
    }

    fn resume(&self) -> Invocation {
        self.context.onramp(["resume", "last", "--json"]).store(&self.store).against(self.sandbox)
    }

    /// One account, one usable key, one invitation of each member.
    #[track_caller]
    fn all_was_done_once(&self, what: &str) {
        let ledger = self.sandbox.ledger();
        let account = ledger.account(&self.email);
        let counts = (account.accounts(), account.verifications(), account.usable_keys("production").len());
        assert_eq!(counts, (1, 1, 1), "{what}\n{}\n{}", self.first.stderr, account.story());
        assert_eq!(TEAM.map(|member| account.invites(member)), [1, 1], "{what}\n{}", account.story());
    }
}

/// Runs every step into `trouble`, asked by REST and asked by MCP.
fn every_step(trouble: &str, check: impl Fn(&Troubled<'_>, &str) + Sync) {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let (workflow, steps) = brisk(&context, "bootstrap");
    assert!(steps.len() >= 8);
    let workflows = [by_mcp(&context, &workflow), workflow];
    side_by_side(2 * steps.len(), |number| {
        let (workflow, step) = (&workflows[number % 2], &steps[number / 2]);
        check(&Troubled::run(&context, &sandbox, workflow, trouble, step), step);
    });
}

#[test]
fn whichever_step_fails_a_resume_does_the_rest() {
    every_step("fail", |run, step| {
        assert_eq!(run.first.code, Some(1), "{step}\n{}", run.first.stderr);
        let document = run.first.json();
        let failed = &document["steps"][step];
        assert_eq!((&failed["status"], &failed["error"]["code"]), (&"failed".into(), &"injected".into()), "{step}");
        assert!(run.first.stderr.contains(&format!("injected, in this process only: fail:{step}")));
        // Not stored in the run: the next process is clean.
        run.resume().run().expect_code(0);
        run.all_was_done_once(step);
    });
}

#[test]
fn whichever_step_the_process_dies_over_a_resume_finds_what_it_did() {
    every_step("crash", |run, step| {
        assert_eq!((run.first.code, run.first.stdout.as_str()), (None, ""), "{step}\n{}", run.first.stderr);
        run.resume().run().expect_code(0);
        run.all_was_done_once(step);
    });
}

/// What the service refuses to do twice is there once. It does make a second key of the same name, and a second image; and a
/// message that was read is not read again, so that the second time waits for another in vain.
#[test]
fn whichever_step_is_done_twice_the_service_has_what_it_allows() {
    every_step("repeat", |run, step| {
        if run.first.code != Some(0) {
            let document = run.first.json();
            assert_eq!(document["steps"][step]["error"]["code"], "mail.timeout", "{step}\n{}", run.first.stderr);
            run.resume().run().expect_code(0);
        }
        let ledger = run.sandbox.ledger();
        let account = ledger.account(&run.email);
        let counts = (account.accounts(), account.verifications(), account.keys_ever_made(), account.images());
        let twice = |name: &str| if step == name { 2 } else { 1 };
        assert_eq!(counts, (1, 1, twice("key"), twice("generate")), "{step}\n{}", account.story());
        assert_eq!(TEAM.map(|member| account.invites(member)), [1, 1], "{step}\n{}", account.story());
    });
}

#[test]
fn one_try_of_one_item_fails_and_the_next_does_not() {
    let context = TestContext::new();
    let workflow = brisk(&context, "bootstrap").0;
    let trouble = "fail:invite[ada@onramp.test]@1";
    let command = context.onramp(["run", "--sandbox", "--json", "--inject", trouble, "--inject", "delay:key=50ms"]);
    let output = command.arg(workflow).run().expect_code(0);
    let document = output.says(&["fail:invite[ada@onramp.test]@1, delay:key=50ms"]).json();
    let attempts = |step: &str| document["steps"][step]["attempts"].as_u64().unwrap();
    assert_eq!((attempts("invite[ada@onramp.test]"), attempts("invite[lin@onramp.test]")), (2, 1));
}

#[test]
fn trouble_that_cannot_be_meant_is_refused_before_anything_starts() {
    let context = TestContext::new();
    let workflow = brisk(&context, "bootstrap").0;
    let run =
        |trouble: &str| context.onramp(["run", "--sandbox", "--inject", trouble]).arg(&workflow).run().expect_code(2);
    run("fail:sigup").says(&["there is no step `sigup`; did you mean `signup`?"]);
    run("explode:signup").says(&["write fail:STEP"]);
    let real = context.onramp(["run", "--inject", "repeat:signup", "-i", "email=agent@onramp.test"]).arg(&workflow);
    let real = real.env("ONRAMP_MAILBOX_URL", "imaps://a:b@mail.onramp.test/INBOX").run().expect_code(2);
    real.says(&["`signup` must not be done twice", "add --sandbox"]);
    assert!(!context.store().exists(), "nothing was begun");
}
