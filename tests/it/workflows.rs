//! The shipped workflows, checked with the shipped actions.

use std::fs;
use std::path::Path;

use onramp::action::Registry;
use onramp::diagnostic::Source;
use onramp::plan;

#[test]
fn shipped_workflows_are_valid_without_a_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows");
    let catalogue = Registry::builtin().catalogue();
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = Source::new(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
        let findings = plan::load(source.clone(), &catalogue).diagnostics;
        let drawn: Vec<String> = findings.iter().map(|finding| finding.render(&source, false)).collect();
        assert!(drawn.is_empty(), "{}", drawn.join("\n"));
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn every_action_documents_itself() {
    let catalogue = Registry::builtin().catalogue();
    for name in catalogue.names() {
        let spec = catalogue.get(name).unwrap();
        let docs =
            spec.parameters.iter().map(|parameter| parameter.doc).chain(spec.outputs.iter().map(|output| output.doc));
        for doc in docs.chain([spec.doc]) {
            assert!(doc.ends_with('.') || doc.ends_with('?'), "{name}: `{doc}` is no sentence");
        }
        assert!(!spec.errors.is_empty(), "{name} has no errors");
    }
}

#[test]
fn every_error_code_of_an_action_is_documented() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).unwrap();
    let catalogue = Registry::builtin().catalogue();
    for name in catalogue.names() {
        for code in catalogue.get(name).unwrap().errors {
            assert!(page.contains(&format!("`{code}`")), "{code} of {name} is not on the page");
        }
    }
}

#[test]
fn the_page_of_actions_is_what_the_program_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/actions.md");
    let actual = onramp::ops::actions_page(&Registry::builtin().catalogue());
    if fs::read_to_string(&page).unwrap_or_default() != actual {
        let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("actions.md");
        fs::write(&written, actual).unwrap();
        panic!("docs/actions.md is not what the program says: cp {} {}", written.display(), page.display());
    }
}
