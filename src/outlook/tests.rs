//! Plans of the builtin actions, and what is told of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::*;
use crate::action::Registry;
use crate::diagnostic::Source;
use crate::plan::load;
use crate::run::Settings;
use crate::secret::{Data, Datum};

fn settings() -> Settings {
    Settings {
        base_url: "https://service.test".into(),
        sandbox: false,
        settle: Duration::ZERO,
        allow_hosts: Vec::new(),
        typed_origins: Vec::new(),
        allow_spend: None,
    }
}

fn known(inputs: Data) -> Known {
    let secrets = BTreeMap::from([("s".to_owned(), Supply::Given)]);
    Known { inputs, typed: BTreeSet::new(), secrets, settings: settings(), until: None }
}

fn look(steps: &str, known: &Known) -> Outlook {
    let text =
        format!("inputs: {{ url: {{}}, list: {{ type: array }} }}\nsecrets: {{ s: {{ env: S }} }}\nsteps:\n{steps}");
    let catalogue = Registry::builtin().catalogue();
    let loaded = load(Source::new("test.yaml", &text), &catalogue);
    outlook(&loaded.plan.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics)), &catalogue, known)
}

/// A step that posts the secret to `url`.
fn post(url: &str) -> String {
    format!("  a: {{ uses: http, with: {{ method: POST, url: \"{url}\", json: \"${{{{ secrets.s }}}}\" }} }}\n")
}

fn sent(url: &str, known: &Known) -> (Place, Verdict) {
    let sending = look(&post(url), known).steps[0].sendings[0].clone();
    assert_eq!(sending.secrets, BTreeSet::from(["secrets.s".to_owned()]));
    (sending.place, sending.verdict)
}

fn origin(text: &str) -> Place {
    Place::Origin(text.to_owned())
}

#[test]
fn an_origin_is_known_as_soon_as_its_host_is() {
    let known = known(Data::new());
    for (url, place, verdict) in [
        ("/x", origin("https://service.test"), Verdict::Allowed),
        ("https://service.test/${{ inputs.url }}", origin("https://service.test"), Verdict::Allowed),
        ("https://other.test/${{ inputs.url }}", origin("https://other.test"), Verdict::Refused),
        ("https://other.test:8443/", origin("https://other.test:8443"), Verdict::Refused),
        ("${{ inputs.url }}/x", Place::Open("inputs.url".into()), Verdict::Open),
        ("https://${{ inputs.url }}.test/", Place::Open("inputs.url".into()), Verdict::Open),
        ("https://other.test${{ inputs.url }}/", Place::Open("inputs.url".into()), Verdict::Open),
    ] {
        assert_eq!(sent(url, &known), (place, verdict), "{url}");
    }
}

#[test]
fn what_the_user_names_is_sent_secrets_and_a_default_is_not() {
    let url = || Data::from([("url".to_owned(), Datum::from(serde_json::Value::from("https://other.test/")))]);
    let place = origin("https://other.test");
    let mut known = known(url());
    assert_eq!(sent("${{ inputs.url }}", &known), (place.clone(), Verdict::Refused));
    known.settings.typed_origins = vec!["https://other.test:443".into()];
    assert_eq!(sent("${{ inputs.url }}", &known), (place.clone(), Verdict::Allowed));
    known.settings.typed_origins.clear();
    known.settings.allow_hosts = vec!["other.test".into()];
    assert_eq!(sent("${{ inputs.url }}", &known), (place, Verdict::Allowed));
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_run() {
    let outlook = look(&post("https://other.test/"), &known(Data::new()));
    let [problem] = &outlook.problems[..] else { panic!("{:?}", outlook.problems) };
    assert_eq!(problem.code, "config.origin");
    assert!(problem.message.contains("`a` would send a secret to https://other.test:443"), "{}", problem.message);
}

#[test]
fn a_secret_is_followed_through_what_is_worked_out_here() {
    let steps = "  p: { uses: random.password, with: { value: \"${{ secrets.s }}\" } }
  a: { uses: modelslab.signup, with: { email: a@b.test, password: \"${{ steps.p.outputs.value }}\" } }
";
    let outlook = look(steps, &known(Data::new()));
    let goes: Vec<_> = outlook.secrets.iter().map(|secret| (secret.name.as_str(), secret.goes_to.len())).collect();
    assert_eq!(goes, [("secrets.s", 1), ("steps.p.outputs.value", 1)]);
}

#[test]
fn a_mailbox_that_is_a_secret_stays_unread() {
    let steps = "  a: { uses: mail.mark, with: { mailbox: \"${{ secrets.s }}\" } }\n";
    let outlook = look(steps, &known(Data::new()));
    let sending = &outlook.steps[0].sendings[0];
    assert_eq!((&sending.place, sending.verdict), (&Place::MailboxOf("s".into()), Verdict::Allowed));
}

#[test]
fn conditions_and_items_are_worked_out_as_far_as_they_are_known() {
    let steps = "  a: { uses: http, if: \"size(inputs.list) > 5\", with: { url: /a } }
  b: { uses: http, if: \"steps.a.outputs.status == null\", with: { url: /b } }
  c: { uses: http, if: \"steps.b.outputs.status == 200\", with: { url: /c } }
  d: { uses: http, if: failure(), with: { url: /d } }
  e: { uses: http, strategy: { matrix: { x: \"${{ inputs.list }}\" } }, with: { url: \"/${{ matrix.x }}\" } }
";
    let list = Datum::from(serde_json::json!(["x", "y"]));
    let outlook = look(steps, &known(Data::from([("list".to_owned(), list)])));
    let fates: Vec<&Fate> = outlook.steps.iter().map(|step| &step.fate).collect();
    let asked = Fate::If("steps.b.outputs.status == 200".into());
    assert_eq!(fates, [&Fate::Skipped, &Fate::Runs, &asked, &Fate::If("failure()".into()), &Fate::Runs]);
    assert_eq!(outlook.steps[4].items, Items::Known(vec!["x".into(), "y".into()]));
    assert_eq!(outlook.steps[4].calls, Calls { least: 2, most: Some(8) });
    let unknown = look(steps, &known(Data::new()));
    assert_eq!(unknown.steps[4].items, Items::Open("inputs.list".into()));
    assert_eq!(unknown.steps[4].calls, Calls { least: 0, most: None });
}

#[test]
fn calls_are_counted_with_tries_items_and_rounds() {
    let steps = "  a: { uses: modelslab.login, retry: 2, with: { email: a@b.test, password: \"${{ secrets.s }}\" },
       on-error: { when: [service.429], run: modelslab.resend_verification, with: { email: a@b.test }, rerun-from: a, max: 3 } }
  b:
    uses: modelslab.login
    retry: 1
    strategy: { matrix: { x: \"${{ inputs.list }}\" } }
    with: { email: \"${{ matrix.x }}\", password: \"${{ secrets.s }}\" }
";
    let list: Vec<String> = (0..61).map(|number| format!("{number}@b.test")).collect();
    let outlook = look(steps, &known(Data::from([("list".to_owned(), Datum::from(serde_json::json!(list)))])));
    let [rate] = &outlook.rates[..] else { panic!("{:?}", outlook.rates) };
    // Four rounds of two tries, three remedies of four, and 61 items.
    assert_eq!(rate.calls, Calls { least: 62, most: Some(8 + 12 + 61) });
    // 20, then 20 more with each minute.
    assert_eq!(rate.least_time, Duration::from_secs(180));
}

#[test]
fn a_secret_item_has_no_name_yet() {
    let steps = "  a: { uses: http, strategy: { matrix: { x: [\"${{ inputs.url }}\"] } }, with: { url: /a } }\n";
    let url = Data::from([("url".to_owned(), Datum::secret("hunter2-hunter2".into()))]);
    let outlook = look(steps, &known(url));
    assert_eq!(outlook.steps[0].items, Items::Known(vec!["***".into()]));
}

#[test]
fn until_leaves_the_rest_for_later() {
    let steps = "  a: { uses: http, with: { url: /a } }
  b: { uses: http, needs: a, with: { url: /b } }
  c: { uses: http, with: { url: /c } }
";
    let mut known = known(Data::new());
    known.until = crate::id::StepId::new("a").ok();
    let outlook = look(steps, &known);
    assert_eq!((outlook.steps.len(), outlook.left_out), (1, 2));
}
