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
