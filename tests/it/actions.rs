//! What actions say of themselves: on the command line, and in `docs/actions.md`.

use std::fs;
use std::path::{Path, PathBuf};

use onramp::action::Registry;
use onramp::diagnostic::Source;
use onramp::ops;
use onramp::plan;
use onramp::report::Look;
use onramp::report::actions::{list, page, sheet};
use onramp::workflow::{ActionSpec, Catalogue, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};
use serde_json::Value;

use crate::support::TestContext;

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn specs(catalogue: &Catalogue) -> Vec<&ActionSpec> {
    catalogue.names().map(|name| catalogue.get(name).unwrap().as_ref()).collect()
}

#[test]
fn every_action_documents_itself() {
    for spec in specs(&Registry::builtin().catalogue()) {
        let name = spec.name;
        let docs =
            spec.parameters.iter().map(|parameter| parameter.doc).chain(spec.outputs.iter().map(|output| output.doc));
        for doc in docs.chain([spec.doc]) {
            assert!(doc.ends_with('.') || doc.ends_with('?'), "{name}: `{doc}` is no sentence");
        }
        assert!(!spec.errors.is_empty(), "{name} has no errors");
        let may_be_lost = spec.effect == EffectRule::Always(Effect::Once);
        assert_eq!(spec.probe.is_some(), may_be_lost, "{name}: how is it looked for?");
    }
}

#[test]
fn every_example_is_a_workflow_without_a_finding() {
    let catalogue = Registry::builtin().catalogue();
    for spec in specs(&catalogue) {
        let source = Source::new(spec.name, &spec.example);
        let findings = plan::load(source.clone(), &catalogue).diagnostics;
        let drawn: Vec<String> = findings.iter().map(|finding| finding.render(&source, false)).collect();
        assert!(drawn.is_empty(), "{}", drawn.join("\n"));
        assert!(spec.example.contains(&format!("    uses: {}\n", spec.name)), "{}: {}", spec.name, spec.example);
    }
}

#[test]
fn every_error_code_of_an_action_is_documented() {
    let page = fs::read_to_string(document("errors.md")).unwrap();
    for spec in specs(&Registry::builtin().catalogue()) {
        for code in &spec.errors {
            assert!(page.contains(&format!("`{code}`")), "{code} of {} is not on the page", spec.name);
        }
    }
}

#[test]
fn the_page_of_actions_is_what_the_program_says() {
    let written = document("actions.md");
    let actual = page(specs(&Registry::builtin().catalogue()));
    if fs::read_to_string(&written).unwrap_or_default() != actual {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("actions.md");
        fs::write(&new, actual).unwrap();
        panic!("docs/actions.md is not what the program says: cp {} {}", new.display(), written.display());
    }
}

#[test]
fn all_actions_are_listed_within_80_columns() {
    let listed = TestContext::new().onramp(["actions"]).run().expect_code(0).stdout;
    let names: Vec<&str> = listed.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, Registry::builtin().catalogue().names().collect::<Vec<_>>());
    let wide: Vec<&str> = listed.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn all_of_an_action_is_said_within_80_columns() {
    for spec in specs(&Registry::builtin().catalogue()) {
        let said = sheet(spec, &Look::plain(80));
        let wide: Vec<&str> = said.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{wide:#?}");
        let names = spec.parameters.iter().map(|parameter| parameter.name);
        for word in names.chain(spec.outputs.iter().map(|output| output.name)).chain(spec.errors.iter().copied()) {
            assert!(said.contains(word), "{}: {word}", spec.name);
        }
    }
}

#[test]
fn one_action_is_said_with_all_that_there_is_to_it() {
    let said = TestContext::new().onramp(["actions", "modelslab.signup"]).run().expect_code(0).stdout;
    insta::assert_snapshot!("actions_signup", said);
}

#[test]
fn a_family_is_listed_by_its_first_word() {
    let listed = TestContext::new().onramp(["actions", "modelslab"]).run().expect_code(0).stdout;
    assert!(listed.lines().skip(1).all(|line| line.starts_with("modelslab.")), "{listed}");
    let family = Registry::builtin().catalogue().names().filter(|name| name.starts_with("modelslab.")).count();
    assert_eq!(listed.lines().count(), 1 + family);
}

#[test]
fn actions_are_data_too() {
    let context = TestContext::new();
    let json = |args: &[&str]| -> Value { context.onramp(args.iter().copied()).run().expect_code(0).json() };
    let one = json(&["actions", "modelslab.text2img", "--json"]);
    assert_eq!((&one["effect"], &one["undo"]["how"]), (&"repeat".into(), &"never".into()));
    let key = one["parameters"].as_array().unwrap().iter().find(|parameter| parameter["name"] == "key").unwrap();
    assert_eq!((&key["type"], &key["secret"]), (&"string".into(), &true.into()));
    let all = json(&["actions", "--json"]);
    assert!(all.as_array().unwrap().contains(&one));
    assert_eq!(json(&["actions", "mail", "--json"]).as_array().unwrap().len(), 2);
}

#[test]
fn an_action_that_does_not_exist_is_answered_with_what_was_meant() {
    let asked = TestContext::new().onramp(["actions", "modelslab.signpu"]).run().expect_code(2);
    asked.says(&["no action `modelslab.signpu`; did you mean `modelslab.signup`? `onramp actions` lists all"]);
    let catalogue = Registry::builtin().catalogue();
    let message = |name| ops::actions(&catalogue, Some(name)).unwrap_err().to_string();
    for (name, meant) in
        [("signup", "modelslab.signup"), ("singup", "modelslab.signup"), ("modelab", "modelslab"), ("htpp", "http")]
    {
        assert!(message(name).contains(&format!("`{name}`; did you mean `{meant}`?")), "{}", message(name));
    }
    assert_eq!(message("zzzzzzzz"), "there is no action `zzzzzzzz`; `onramp actions` lists all");
    assert!(message("mai.").contains("no action"), "a part of a family's name is none");
    assert!(ops::actions(&catalogue, Some("mail.")).is_ok());
}

fn door() -> ActionSpec {
    ActionSpec {
        name: "door.open",
        doc: "Opens a door. It stays open until somebody closes it, which is nobody's duty here.",
        effect: EffectRule::Always(Effect::Once),
        probe: Some("a camera tells"),
        undo: UndoRule::Never("what went out is gone"),
        reach: Reach::NOBODY,
        parameters: vec![
            Parameter::required("key", Type::String, "What fits.").secret(),
            Parameter::optional("way", Type::String, "Which way it goes; inwards if not given.").one_of(&["in", "out"]),
        ],
        outputs: vec![OutputSpec::public("ajar", Type::Boolean, "Whether it is half open | half closed.")],
        captures: false,
        errors: vec!["door.jammed", "door.missing"],
        example: "steps:\n  door: { uses: door.open }\n".into(),
    }
}

#[test]
fn a_sheet_wraps_its_last_column_below_itself() {
    assert_eq!(
        format!("\n{}", sheet(&door(), &Look::plain(60))),
        "
door.open
  Opens a door. It stays open until somebody closes it,
  which is nobody's duty here.

  Effect    `once`
  Asks      nobody; it works on this machine
  In doubt  a camera tells
  Undo      none; what went out is gone

  Parameters
    key  string  required, secret  What fits.
    way  string                    Which way it goes;
                                   inwards if not given. One
                                   of `in`, `out`.

  Outputs
    ajar  boolean    Whether it is half open | half closed.

  Errors
    door.jammed, door.missing

  Example
    steps:
      door: { uses: door.open }
"
    );
}

#[test]
fn a_list_has_the_first_sentence_of_each() {
    assert_eq!(
        format!("\n{}", list([&door()], &Look::plain(80))),
        "
ACTION     EFFECT  WHAT IT DOES
door.open  once    Opens a door
"
    );
}

#[test]
fn a_page_has_the_same_words_as_a_sheet() {
    let page = page([&door()]);
    for words in [
        "## `door.open`",
        "Effect: `once`. Asks: nobody; it works on this machine. In doubt: a camera tells. Undo: none; what went out is gone.",
        "| `key` | string | required, secret | What fits. |",
        "half open \\| half closed",
        "Errors: `door.jammed`, `door.missing`.",
        "```yaml\nsteps:\n  door: { uses: door.open }\n```\n",
    ] {
        assert!(page.contains(words), "{words} is not in\n{page}");
    }
}

#[test]
fn what_looks_when_in_doubt_is_said_where_an_effect_may_be() {
    let said = |effect, probe| sheet(&ActionSpec { effect, probe, ..door() }, &Look::plain(80));
    assert!(!said(EffectRule::Always(Effect::Read), None).contains("In doubt"));
    assert!(said(EffectRule::Always(Effect::Once), None).contains("In doubt  a person is asked\n"));
    assert!(said(EffectRule::Always(Effect::Once), Some("a bell tells")).contains("In doubt  a bell tells\n"));
    assert!(said(EffectRule::ByMethod, None).contains("In doubt  the step's `probe` looks"));
}

#[test]
fn data_has_whom_an_action_asks_what_that_counts_against_and_what_its_parameters_stay_within() {
    let data = |name: &str| TestContext::new().onramp(["actions", name, "--json"]).run().expect_code(0).json();
    let parameter = |data: &Value, name: &str| {
        let all = data["parameters"].as_array().unwrap();
        all.iter().find(|parameter| parameter["name"] == name).unwrap()["bounds"].clone()
    };
    let (signup, http, password) = (data("modelslab.signup"), data("http"), data("random.password"));
    assert_eq!((&signup["asks"]["whom"], &http["asks"]["parameter"]), (&"service".into(), &"url".into()));
    assert_eq!((&signup["counts"]["count"], &signup["counts"]["per_ms"]), (&20.into(), &60_000.into()));
    assert_eq!(password["asks"]["whom"], "nobody");
    assert_eq!(parameter(&signup, "email")["format"], "email");
    assert_eq!(parameter(&password, "length")["minimum"], 12);
    assert!(parameter(&http, "json").is_null());
}
