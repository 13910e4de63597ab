//! What a step made before it ran again is taken back too, by a real service.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{Invocation, Journal, LONG, SandboxProcess, TestContext, eventually, quick, side_by_side};
use crate::teardown::Case;

/// A key made by a hand-written request, and undone by another.
const BY_HTTP: &str = r#"name: by-http
secrets:
  token: { env: TOKEN }
steps:
  key:
    uses: http
    with:
      method: POST
      url: /api/agents/v1/api-keys
      headers: { authorization: "Bearer ${{ secrets.token }}" }
      json: { name: again }
    outputs: { id: { jsonpath: "$.data.id" } }
    undo:
      uses: http
      with:
        method: DELETE
        url: "/api/agents/v1/api-keys/${{ steps.key.outputs.id }}"
        headers: { authorization: "Bearer ${{ secrets.token }}" }
"#;

/// A run that made three keys, one after the other, of which a teardown knows by its own journal alone.
struct Thrice<'a> {
    context: &'a TestContext,
    sandbox: &'a SandboxProcess,
    email: String,
    token: String,
    store: PathBuf,
}

impl<'a> Thrice<'a> {
    fn new(context: &'a TestContext, sandbox: &'a SandboxProcess, workflow: &Path, name: &str) -> Self {
        let account = Case::new(context, sandbox, workflow, name);
        account.start().run().expect_code(0);
        let (token, store) = (account.make_by_hand(), context.path(&format!("{name}-keys")));
        let all = Self { context, sandbox, email: account.email, token, store };
        let file = context.write(&format!("{name}.yaml"), BY_HTTP);
        let start = context.onramp(["run"]).arg(&file).env("TOKEN", &all.token).store(&all.store);
        start.against(sandbox).run().expect_code(0);
        for _ in 0..2 {
            all.command(&["retry", "last", "--step", "key"]).run().expect_code(0);
        }
        assert_eq!(all.left(), 3);
        all
    }

    fn command(&self, args: &[&str]) -> Invocation {
        let command = self.context.onramp(args.iter().copied()).env("TOKEN", &self.token);
        command.store(&self.store).against(self.sandbox)
    }

    fn tear_down(&self) -> Invocation {
        self.command(&["teardown", "last", "--yes", "--json"])
    }

    /// Keys that still work.
    fn left(&self) -> usize {
        self.sandbox.ledger().account(&self.email).usable_keys("again").len()
    }
}

#[test]
fn a_step_that_was_retried_twice_is_undone_three_times() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let run = Thrice::new(&context, &sandbox, &workflow, "thrice");
    let asked = run.command(&["teardown", "last"]).run().expect_code(2);
    asked.says(&["  key            http", "  key (round 2)  http", "  key (round 1)  http"]);
    let document = run.tear_down().run().expect_code(0).json();
    let undone = |round: u32| json!({ "round": round, "status": "undone" });
    let undo = json!({ "status": "undone", "rounds": [undone(1), undone(2)] });
    assert_eq!((&document["teardown"], &document["steps"]["key"]["undo"]), (&json!("done"), &undo));
    let ledger = sandbox.ledger();
    let account = ledger.account(&run.email);
    assert_eq!((run.left(), account.requests("DELETE", "/api-keys/{id}").len()), (0, 3), "{}", account.story());
    assert_eq!(account.usable_keys("production").len(), 2, "those of the other run and of the hand stay");
    let shown = run.command(&["show", "last"]).run().expect_code(0).stdout;
    assert!(shown.contains("round 1 ") && shown.contains("round 2 "), "{shown}");
    run.tear_down().run().expect_code(0).says(&["nothing is left to undo"]);
}

#[test]
fn killed_at_every_commit_the_next_teardown_undoes_the_rounds_that_are_left() {
    let context = TestContext::new();
    let (sandbox, workflow) = (context.sandbox(), quick(&context));
    let killed = side_by_side(6, |number| {
        let run = Thrice::new(&context, &sandbox, &workflow, &format!("killed{number}"));
        let journal = Journal::in_store(&run.store);
        let mut kills = 0;
        // Killed at the n-th line, and then at the next, and so on.
        for further in [number + 1, 1, 2] {
            let before = journal.lines();
            let mut process = run.tear_down().start();
            eventually(LONG, || (journal.lines() >= before + further || process.has_ended()).then_some(()));
            kills += usize::from(process.kill());
        }
        let document = run.tear_down().run().expect_code(0).json();
        assert_eq!((&document["teardown"], run.left()), (&json!("done"), 0), "{document:#}");
        kills
    });
    assert!(killed.iter().sum::<usize>() >= 4, "{killed:?} kills are too few for a proof");
}
