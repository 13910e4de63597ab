//! What stands on a card is given to Stripe, and lies in no file, whatever becomes of the run.

use std::fmt::Write as _;
use std::sync::Arc;

use onramp::action::Registry;
use onramp::entropy::SystemEntropy;
use onramp::id::RunId;
use onramp::run::{Fact, Outcome, ProbeAnswer, Resolution};
use onramp::secret::Data;
use onramp::store::{KeySource, Store};
use onramp::workflow::{Effect, EffectRule};

use crate::support::{Invocation, SandboxProcess, TestContext, answers, leaks, quick};

/// As people write it, and as it is sent.
const NUMBER: &str = "5555 5555 5555 4444";
const DIGITS: &str = "5555555555554444";
const CODE: &str = "8207";

/// The secrets are there, or the run does not begin.
const PAY: &str = "name: pay
secrets:
  password: { env: ONRAMP_PASSWORD }
  number: { env: CARD_NUMBER }
  month: { env: CARD_EXP_MONTH }
  year: { env: CARD_EXP_YEAR }
  code: { env: CARD_CVC }
steps:
  login: { uses: modelslab.login, with: { email: ada@onramp.test, password: '${{ secrets.password }}' } }
  card:
    uses: modelslab.create_payment_method
    with:
      token: '${{ steps.login.outputs.access_token }}'
      card_number: '${{ secrets.number }}'
      card_exp_month: '${{ secrets.month }}'
      card_exp_year: '${{ secrets.year }}'
      card_cvc: '${{ secrets.code }}'
  save:
    uses: modelslab.add_payment_method
    with:
      token: '${{ steps.login.outputs.access_token }}'
      payment_method_id: '${{ steps.card.outputs.payment_method_id }}'
";

/// The user's machine and the service's, with an account.
struct Scene {
    user: TestContext,
    service: TestContext,
    sandbox: SandboxProcess,
}

impl Scene {
    fn new() -> Self {
        let (user, service) = (TestContext::new(), TestContext::new());
        let sandbox = service.sandbox();
        let bootstrap = user.onramp(["run", "-q", "-i", "email=ada@onramp.test", "-i", "team="]).arg(quick(&user));
        let elsewhere = service.path("bootstrap");
        bootstrap.against(&sandbox).store(&elsewhere).env("ONRAMP_PASSWORD", "correct-horse-7").run().expect_code(0);
        user.write("pay.yaml", PAY);
        Self { user, service, sandbox }
    }

    /// Without a card.
    fn onramp<const N: usize>(&self, args: [&'static str; N]) -> Invocation {
        self.user.onramp(args).against(&self.sandbox).env("ONRAMP_PASSWORD", "correct-horse-7")
    }

    fn with_card<const N: usize>(&self, args: [&'static str; N], number: &str) -> Invocation {
        let card = self.onramp(args).env("CARD_NUMBER", number).env("CARD_CVC", CODE);
        card.env("CARD_EXP_MONTH", "11").env("CARD_EXP_YEAR", "2043")
    }

    /// All that the only run's journal holds, with its seals broken.
    fn plain(&self) -> String {
        let entropy = Arc::new(SystemEntropy);
        let key = KeySource::Default(self.user.key_file()).load().unwrap();
        let folder = self.user.journal().run_dir().unwrap();
        let run = RunId::new(folder.file_name().unwrap().to_str().unwrap()).unwrap();
        let entries = Store::open(self.user.store(), entropy).history(&run, &key).unwrap();
        entries.iter().map(|entry| plain(&entry.fact)).collect()
    }
}

fn plain(fact: &Fact) -> String {
    let mut text = format!("{fact:?}\n");
    let mut all =
        |data: &Data| data.iter().for_each(|(name, datum)| writeln!(text, "{name}: {}", datum.expose()).unwrap());
    let outcome = |outcome: &Outcome, all: &mut dyn FnMut(&Data)| all(&outcome.data);
    match fact {
        Fact::RunStarted(started) => [&started.inputs, &started.secrets].into_iter().for_each(all),
        Fact::Resumed(how) => all(&how.secrets),
        Fact::Replanned(edit) => [&edit.inputs, &edit.secrets].into_iter().for_each(all),
        Fact::ItemsExpanded { items, .. } => items.iter().for_each(|item| all(&item.values)),
        Fact::AttemptStarted(started) => all(&started.input),
        Fact::AttemptEnded { outcome: ended, .. } => outcome(ended, &mut all),
        Fact::ProbeStarted { input, .. } => input.iter().for_each(all),
        Fact::ProbeEnded { answer: ProbeAnswer::Done(data), .. }
        | Fact::Resolved { resolution: Resolution::Done(data), .. } => all(data),
        Fact::ProbeEnded { answer: ProbeAnswer::Seen(seen), .. } => outcome(seen, &mut all),
        Fact::Succeeded { outputs, .. } => outputs.iter().for_each(all),
        Fact::Kept { outputs, .. } | Fact::RunEnded { outputs, .. } => all(outputs),
        Fact::StopRequested(_)
        | Fact::AlarmSet { .. }
        | Fact::AlarmRang { .. }
        | Fact::ProbeEnded { .. }
        | Fact::TimerSet { .. }
        | Fact::TimerFired { .. }
        | Fact::Failed { .. }
        | Fact::Skipped { .. }
        | Fact::HeldInDoubt { .. }
        | Fact::Resolved { .. }
        | Fact::RemedyDue { .. }
        | Fact::Rewound { .. }
        | Fact::TeardownStarted
        | Fact::Recalled { .. } => {}
    }
    text
}

#[test]
fn what_stands_on_a_card_lies_in_no_file_whatever_became_of_the_run() {
    let scene = Scene::new();
    let run = scene.with_card(["run", "pay.yaml", "--log", "trace", "--inject", "crash:card"], NUMBER);
    assert_ne!(run.run().code, Some(0));
    // An edit is held against what was done, and everything else that reads a run reads it.
    scene.user.write("pay.yaml", &PAY.replace("  save:", "  again: { uses: assert, with: { that: true } }\n  save:"));
    scene.with_card(["resume", "last", "--log", "trace", "--inject", "fail:save"], NUMBER).run().expect_code(1);
    scene.with_card(["retry", "last", "--step", "card", "--log", "trace"], NUMBER).run().expect_code(0);
    for look in [
        &["show", "last", "--json", "--reveal"][..],
        &["show", "last", "--tries"],
        &["export", "last", "--format", "json"],
    ] {
        scene.user.onramp(look.iter().copied()).against(&scene.sandbox).run();
    }
    scene.onramp(["teardown", "last", "--yes"]).run().expect_code(0);
    for secret in [NUMBER, DIGITS] {
        assert_eq!(leaks(secret, scene.user.dir()), Vec::<String>::new());
        assert_eq!(leaks(secret, scene.service.dir()), Vec::<String>::new());
    }
    let plain = scene.plain();
    assert!(
        plain.contains("access_token: ") && plain.contains("password: \"correct-horse-7\""),
        "the seals are broken"
    );
    for secret in [NUMBER, DIGITS, CODE] {
        assert!(!plain.contains(secret), "{plain}");
    }
    assert!(scene.sandbox.ledger().account("ada@onramp.test").cards().is_empty(), "the teardown removed it");
}

#[test]
fn who_goes_on_gives_the_card_again_as_long_as_it_is_needed() {
    let scene = Scene::new();
    scene.onramp(["run", "pay.yaml"]).run().expect_code(2).says(&["`number` is missing: set CARD_NUMBER"]);
    scene.with_card(["run", "pay.yaml", "--inject", "fail:card"], NUMBER).run().expect_code(1);
    let refused = scene.onramp(["resume", "last"]).run().expect_code(2);
    refused.says(&["never stores", "`number` is missing: set CARD_NUMBER", "`code` is missing: set CARD_CVC"]);
    scene.with_card(["resume", "last", "--inject", "fail:save"], NUMBER).run().expect_code(1);
    scene.onramp(["resume", "last"]).run().expect_code(0);
    assert_eq!(scene.sandbox.ledger().account("ada@onramp.test").cards(), ["mastercard 4444"]);
}

#[test]
fn a_card_that_may_be_missing_is_missed_by_its_step_alone() {
    let scene = Scene::new();
    let optional = ["NUMBER", "EXP_MONTH", "EXP_YEAR", "CVC"].iter().fold(PAY.to_owned(), |text, name| {
        text.replace(&format!("{{ env: CARD_{name} }}"), &format!("{{ env: CARD_{name}, optional: true }}"))
    });
    scene.user.write("pay.yaml", &optional);
    let failed = scene.onramp(["run", "pay.yaml", "--json"]).run().expect_code(1).json();
    let error = &failed["steps"]["card"]["error"];
    assert_eq!(error["code"], "config.secret");
    assert!(error["message"].as_str().unwrap().contains("`secrets.number` is never stored"), "{error}");
    scene.with_card(["resume", "last"], NUMBER).run().expect_code(0);
}

#[test]
fn what_is_wrong_with_a_card_has_a_code_and_a_way_out() {
    let scene = Scene::new();
    for (number, code, hint) in [
        ("4242424242424241", "service.incorrect_number", "a digit of the card's number is wrong"),
        ("4111111111111111", "service.card_declined", "Stripe is in its test mode"),
        ("42", "config.card", "12 to 19 digits"),
    ] {
        let failed = scene.with_card(["run", "pay.yaml", "--json"], number).run().expect_code(1).json();
        let error = &failed["steps"]["card"]["error"];
        assert_eq!(error["code"], code);
        assert!(error["message"].as_str().unwrap().contains(hint), "{error}");
    }
}

#[test]
fn a_card_is_not_sent_to_this_machine_with_a_live_key() {
    let context = TestContext::new();
    let text = PAY.replace("  login: ", "  unused: ").replace("steps.login.outputs.access_token", "secrets.password");
    context.write("pay.yaml", &text);
    let command =
        context.onramp(["run", "pay.yaml", "--json", "--until", "card"]).env("ONRAMP_PASSWORD", "1|abcdefghijkl");
    let command = command.env("ONRAMP_BASE_URL", answers(serde_json::json!({ "publishable_key": "pk_live_abc" })));
    let command = command.env("CARD_NUMBER", NUMBER).env("CARD_CVC", CODE).env("CARD_EXP_MONTH", "11");
    let failed = command.env("CARD_EXP_YEAR", "2043").run().expect_code(1).json();
    assert_eq!(failed["steps"]["card"]["error"]["code"], "config.publishable_key");
}

/// Under an idempotency key a corrected card would be another request, and a look does without it.
#[test]
fn what_is_never_stored_is_given_to_what_may_be_repeated() {
    let registry = Registry::builtin();
    let specs = registry.catalogue();
    let specs = specs.names().filter_map(|name| specs.get(name));
    let takers: Vec<_> = specs.filter(|spec| spec.parameters.iter().any(|parameter| parameter.unstored)).collect();
    assert!(takers.len() > 1);
    for spec in takers {
        assert_eq!(spec.effect, EffectRule::Always(Effect::Repeat), "{}", spec.name);
        assert!(spec.parameters.iter().all(|parameter| parameter.secret || !parameter.unstored), "{}", spec.name);
    }
}

#[test]
fn a_call_takes_a_card_from_the_environment_alone() {
    let context = TestContext::new();
    let call = ["call", "modelslab.create_payment_method", "-w", "card_number=@-"];
    context.onramp(call).run().expect_code(2).says(&["set ONRAMP_INPUT_CARD_NUMBER in the environment"]);
    context
        .onramp(["call", "modelslab.create_payment_method"])
        .env("ONRAMP_INPUT_TOKEN", "t")
        .run()
        .expect_code(2)
        .says(&["`card_number` is missing: set ONRAMP_INPUT_CARD_NUMBER"]);
}
