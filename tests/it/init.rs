//! Workflows to start from, as a newcomer gets them: written, checked, run.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use onramp::action::Registry;
use onramp::diagnostic::Source;
use onramp::ops::TEMPLATES;
use onramp::plan;

use crate::support::{Output, TestContext};

/// The lines that a person is told to type next.
fn next(init: &Output) -> Vec<String> {
    let (_, next) = init.stderr.split_once("Next").expect("nothing is said to type");
    next.lines().map(|line| line.trim().to_owned()).collect()
}

fn typed(context: &TestContext, line: &str) -> Output {
    context.shell(&line.replace("onramp ", "\"$ONRAMP\" ")).run()
}

/// Writes a template and types what it says.
fn follow(template: &str) -> TestContext {
    let context = TestContext::new();
    let init = context.onramp(["init", template]).run().expect_code(0);
    assert!(init.stdout.is_empty() && context.path(&format!("{template}.yaml")).exists(), "{init:?}");
    let lines = next(&init);
    assert_eq!(lines.len(), 2);
    let ran: Vec<Output> = lines.iter().map(|line| typed(&context, line).expect_code(0)).collect();
    assert!(ran[1].stdout.contains("succeeded"), "{ran:#?}");
    context
}

#[test]
fn templates_are_valid_without_a_warning() {
    let catalogue = Registry::builtin().catalogue();
    for template in &TEMPLATES {
        let source = Source::new(template.name, template.text);
        let findings = plan::load(source.clone(), &catalogue).diagnostics;
        let drawn: Vec<String> = findings.iter().map(|finding| finding.render(&source, false)).collect();
        assert!(drawn.is_empty(), "{}", drawn.join("\n"));
    }
}

#[test]
fn the_template_for_modelslab_runs_in_the_sandbox() {
    let context = follow("modelslab");
    let exported = context.onramp(["export", "last", "--format", "dotenv", "--reveal"]).run().expect_code(0);
    assert!(exported.stdout.contains("MODELSLAB_API_KEY="), "{}", exported.stdout);
}

#[test]
fn the_template_for_a_service_runs_in_the_sandbox_and_is_undone() {
    let context = follow("service");
    let undone = context.onramp(["teardown", "last", "--yes", "--json"]).run().expect_code(0).json();
    assert_eq!(undone["steps"]["token"]["undo"]["status"], "undone", "{undone:#}");
}

#[test]
fn the_template_for_ci_runs_in_the_sandbox() {
    follow("ci");
}

#[test]
fn the_template_for_a_fleet_runs_in_the_sandbox() {
    follow("fleet");
}

#[test]
fn the_template_for_a_service_looks_where_an_answer_is_lost() {
    let context = TestContext::new();
    let lost = |on| format!(r#"{{ "on": "{on}", "fault": "drop-after", "times": 1 }}"#);
    let faults = ["signup", "verify_email", "create_api_key"].map(lost).join(",");
    let faults = context.write("faults.json", &format!("[{faults}]"));
    let sandbox = context.sandbox_with(&["--faults", faults.to_str().unwrap()]);
    context.onramp(["init", "service"]).run().expect_code(0);
    let run = context.onramp(["run", "service.yaml", "--settle", "10ms", "-i", "email=agent@onramp.test"]);
    let run = run.args(["-q"]).against(&sandbox).run().expect_code(0);
    assert!(run.stdout.contains("succeeded"), "{run:?}");
    let ledger = sandbox.ledger();
    let account = ledger.account("agent@onramp.test");
    assert_eq!((account.accounts(), account.verifications(), account.keys_ever_made()), (1, 1, 1));
}

#[test]
fn the_template_for_ci_cleans_up_after_a_failure_where_there_is_something() {
    let context = TestContext::new();
    context.onramp(["init", "ci"]).run().expect_code(0);
    for (failed, logout) in [("check", "succeeded"), ("login", "skipped")] {
        let inject = format!("fail:{failed}");
        let run = context.onramp(["run", "ci.yaml", "--sandbox", "--json", "--inject", &inject]).run().expect_code(1);
        let steps = &run.json()["steps"];
        assert_eq!((&steps[failed]["status"], &steps["logout"]["status"]), (&"failed".into(), &logout.into()));
    }
}

#[test]
fn the_template_for_a_fleet_runs_every_row_once() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    context.onramp(["init", "fleet"]).run().expect_code(0);
    fs::create_dir(context.path("rows")).unwrap();
    for name in ["ada", "lin"] {
        let row =
            serde_json::json!({ "name": name, "email": format!("{name}@onramp.test"), "team": ["kim@onramp.test"] });
        context.write(&format!("rows/{name}.json"), &row.to_string());
    }
    let text = fs::read_to_string(context.path("fleet.yaml")).unwrap();
    let all = text.lines().find_map(|line| line.strip_prefix("#   for ")).unwrap().replace("FILE", "fleet.yaml");
    let all = format!("set -e; for {}", all.replace("onramp ", "\"$ONRAMP\" "));
    for _ in 0..2 {
        context.shell(&all).against(&sandbox).run().expect_code(0);
    }
    let ledger = sandbox.ledger();
    for email in ["ada@onramp.test", "lin@onramp.test"] {
        let account = ledger.account(email);
        assert_eq!((account.accounts(), account.keys_ever_made(), account.invites("kim@onramp.test")), (1, 1, 1));
    }
}

#[test]
fn templates_are_listed_a_line_each() {
    let listed = TestContext::new().onramp(["init", "--list"]).run().expect_code(0).stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), TEMPLATES.len());
    for (line, template) in lines.iter().zip(&TEMPLATES) {
        assert!(line.starts_with(template.name) && line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn without_a_name_it_is_the_template_for_modelslab() {
    let context = TestContext::new();
    context.onramp(["init"]).run().expect_code(0);
    assert_eq!(fs::read_to_string(context.path("modelslab.yaml")).unwrap(), TEMPLATES[0].text);
}

#[test]
fn a_template_is_printed_to_the_byte() {
    let context = TestContext::new();
    let printed = context.onramp(["init", "service", "-o", "-"]).run().expect_code(0);
    let template = TEMPLATES.iter().find(|template| template.name == "service").unwrap();
    assert_eq!((printed.stdout.as_str(), printed.stderr.as_str()), (template.text, ""));
    assert!(!context.path("service.yaml").exists() && !context.path("-").exists());
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force() {
    let context = TestContext::new();
    let mine = context.write("mine.yaml", "mine\n");
    let refused = context.onramp(["init", "ci", "-o", "mine.yaml"]).run().expect_code(2);
    refused.says(&["mine.yaml is there already", "--force"]);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine\n");
    symlink("nowhere", context.path("link.yaml")).unwrap();
    context.onramp(["init", "ci", "-o", "link.yaml"]).run().expect_code(2).says(&["there already"]);
    symlink("mine.yaml", context.path("to-mine.yaml")).unwrap();
    context.onramp(["init", "ci", "-o", "to-mine.yaml", "--force"]).run().expect_code(0);
    assert!(context.path("to-mine.yaml").is_symlink());
    assert!(fs::read_to_string(&mine).unwrap().contains("uses: assert"));
}

#[test]
fn a_file_in_a_place_that_needs_quotes_can_be_typed() {
    let context = TestContext::new();
    fs::create_dir(context.path("it's mine")).unwrap();
    let init = context.onramp(["init", "-o", "it's mine/first.yaml"]).run().expect_code(0);
    let lines = next(&init);
    typed(&context, &lines[0]).expect_code(0).says(&["first.yaml: ok"]);
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let context = TestContext::new();
    context.onramp(["init", "-o", "no/such/folder.yaml"]).run().expect_code(2).says(&["cannot write"]);
    fs::create_dir(context.path("folder")).unwrap();
    context.onramp(["init", "-o", "folder", "--force"]).run().expect_code(2).says(&["folder"]);
    context.onramp(["init", "modelab"]).run().expect_code(2).says(&["modelslab"]);
    let left: Vec<_> = fs::read_dir(context.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.iter().filter(|name| *name != "printed").collect::<Vec<_>>(), ["folder"]);
}

#[test]
fn a_written_file_has_the_permissions_of_any_other() {
    let context = TestContext::new();
    context.shell("umask 027; \"$ONRAMP\" init").run().expect_code(0);
    let mode = fs::metadata(context.path("modelslab.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
