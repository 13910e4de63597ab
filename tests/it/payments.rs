//! Where a person pays, or has to agree to a payment.

use serde_json::Value;

use crate::support::{Invocation, LONG, SandboxProcess, TestContext, brisk, eventually, quick};

const EMAIL: &str = "ada@onramp.test";
/// Its holder has to agree to each payment.
const ASKS: &str = "4000002500003155";

struct Scene {
    context: TestContext,
    sandbox: SandboxProcess,
}

impl Scene {
    fn new() -> Self {
        let context = TestContext::new();
        let sandbox = context.sandbox();
        let scene = Self { context, sandbox };
        let bootstrap = scene.onramp(["run", "-q", "-i", "team="]).arg(quick(&scene.context));
        bootstrap.args(["-i", &format!("email={EMAIL}")]).store(&scene.context.path("bootstrap")).run().expect_code(0);
        scene
    }

    fn onramp<const N: usize>(&self, args: [&str; N]) -> Invocation {
        self.context.onramp(args).against(&self.sandbox).env("ONRAMP_PASSWORD", "correct-horse-7")
    }

    fn subscribe<const N: usize>(&self, args: [&str; N]) -> Invocation {
        let (path, _) = brisk(&self.context, "subscribe");
        let command = self.onramp(["run", "--json", "--allow-spend", "47"]).arg(path).args(args);
        let command = command.args(["-i", &format!("email={EMAIL}"), "-i", "plan_id=123", "-i", "max_price=47"]);
        command.env("CARD_NUMBER", ASKS).env("CARD_EXP_MONTH", "1").env("CARD_EXP_YEAR", "50").env("CARD_CVC", "123")
    }

    fn bought(&self) -> (usize, Vec<String>) {
        let ledger = self.sandbox.ledger();
        let account = ledger.account(EMAIL);
        (account.payments().len(), account.subscriptions().into_iter().map(str::to_owned).collect())
    }

    fn shown(&self) -> Value {
        self.onramp(["show", "last", "--json"]).run().expect_code(0).json()
    }
}

#[test]
fn where_nobody_is_there_a_card_whose_holder_must_agree_is_refused() {
    let scene = Scene::new();
    for payment in ["payment=card", "payment=setup-intent"] {
        let failed = scene.subscribe(["-i", payment]).run().expect_code(1).json();
        let error = &failed["steps"]["subscribe"]["error"];
        assert_eq!(error["code"], "service.authentication_required");
        assert!(error["message"].as_str().unwrap().contains("`modelslab.create_payment_link`"), "{error}");
        assert_eq!(failed["steps"]["link"]["status"], "skipped");
    }
    assert_eq!(scene.bought(), (0, vec![]));
}

#[test]
fn where_somebody_is_there_a_card_whose_holder_must_agree_leads_to_a_page() {
    let scene = Scene::new();
    let mut running = scene.subscribe(["-i", "payment=card", "-i", "person=true"]).start();
    running.until_it_says("a person has to open http");
    assert_eq!(scene.bought(), (0, vec![]));
    scene.sandbox.pay(EMAIL);
    let Some(done) = running.wait(LONG) else {
        panic!("{}\n{}", running.stderr(), scene.sandbox.ledger().account(EMAIL).story())
    };
    let done = done.expect_code(0).json();
    assert_eq!(done["steps"]["paid"]["status"], "succeeded");
    assert_eq!(scene.bought(), (1, vec!["active".to_owned()]));
}

#[test]
fn a_page_is_shown_as_long_as_it_is_waited_for_and_asked_about_again_by_who_goes_on() {
    let scene = Scene::new();
    let mut running = scene.subscribe(["-i", "payment=link"]).start();
    running.until_it_says("a person has to open http");
    let page = scene.shown()["steps"]["paid"]["page"].as_str().unwrap().to_owned();
    assert!(running.stderr().contains(&page) && page.starts_with(&scene.sandbox.base_url));
    let shown = scene.onramp(["show", "last"]).run().expect_code(0).stdout;
    assert!(shown.contains("a person has to open") && shown.contains(&page), "{shown}");
    assert!(running.kill());
    scene.sandbox.pay(EMAIL);
    let done = scene.onramp(["resume", "last", "--json"]).run().expect_code(0).json();
    assert_eq!((&done["steps"]["paid"]["attempts"], done["steps"]["paid"].get("page")), (&Value::from(2), None));
    assert_eq!(scene.bought(), (1, vec!["active".to_owned()]));
    // None is cancelled, since nobody can.
    let told = scene.onramp(["teardown", "last", "--yes"]).run().expect_code(0);
    told.says(&["what was paid stays paid"]);
    assert_eq!(scene.bought(), (1, vec!["paused".to_owned()]));
}

#[test]
fn a_page_that_nobody_pays_on_in_time_is_left_and_looked_at_before_the_next_wait() {
    let scene = Scene::new();
    let text = std::fs::read_to_string(brisk(&scene.context, "subscribe").0).unwrap();
    let failed = scene.subscribe(["-i", "payment=link"]);
    scene.context.write("subscribe.yaml", &text.replace("timeout: 30m", "timeout: 50ms"));
    let failed = failed.run().expect_code(1).json();
    let error = &failed["steps"]["paid"]["error"];
    assert_eq!(error["code"], "service.payment_not_completed");
    assert!(error["message"].as_str().unwrap().contains("/pay/cs_test_"), "{error}");
    scene.sandbox.pay(EMAIL);
    scene.onramp(["resume", "last"]).run().expect_code(0);
    assert_eq!(scene.bought(), (1, vec!["active".to_owned()]));
}

/// The service takes the request, and the payment waits (202). A subscription is refused instead (402).
#[test]
fn a_payment_that_waits_for_its_cards_holder_is_no_success_unless_the_step_says_so() {
    let scene = Scene::new();
    let text = std::fs::read_to_string(brisk(&scene.context, "subscribe").0).unwrap();
    let (before, _) = text.split_once("  link: ").unwrap();
    let (before, _) = before.split_once("  subscribe:\n").unwrap();
    let fund = |off_session: &str| {
        let with = "token: '${{ steps.login.outputs.access_token }}', amount: 20, payment_method_id: '${{ steps.card.outputs.payment_method_id }}'";
        let before = before.replace("inputs.plan_id", "inputs.email");
        format!("{before}  fund: {{ uses: modelslab.fund_wallet, with: {{ {with}{off_session} }} }}\n")
    };
    for (off_session, code) in [("", 1), (", off_session: true", 1), (", off_session: false", 0)] {
        let command = scene.subscribe(["-i", "payment=card"]);
        scene.context.write("subscribe.yaml", &fund(off_session));
        let ended = command.run().expect_code(code).json();
        let error = ended["steps"]["fund"]["error"]["code"].as_str();
        assert_eq!(error, (code == 1).then_some("service.authentication_required"));
    }
    assert_eq!(scene.bought(), (0, vec![]));
    let paid = eventually(LONG, || {
        let ledger = scene.sandbox.ledger();
        (ledger.list("payments").len() == 3).then_some(())
    });
    assert!(paid.is_some(), "each of them asked for a payment");
}
