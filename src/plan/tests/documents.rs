//! What the documents show is valid.

use super::reading::read_with;

/// The `yaml` blocks of a document.
fn blocks(document: &str) -> Vec<&str> {
    document.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_workflow_in_the_description_of_the_language_is_valid() {
    let blocks = blocks(include_str!("../../../docs/language.md"));
    assert!(blocks.len() >= 6);
    // A file that others call says its name.
    let called = blocks.iter().filter_map(|block| Some((block.lines().next()?.strip_prefix("# lib/")?, *block)));
    let library: Vec<(String, &str)> = called.map(|(name, text)| (format!("lib/{name}"), text)).collect();
    let library: Vec<(&str, &str)> = library.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    assert_eq!(library.len(), 1);
    for block in blocks {
        let loaded = read_with(block, &library);
        assert!(loaded.plan.is_some() && loaded.diagnostics.is_empty(), "{block}\n{:#?}", loaded.diagnostics);
    }
}

#[test]
fn the_retry_shown_as_the_default_is_the_default() {
    let block =
        blocks(include_str!("../../../docs/language.md")).into_iter().find(|block| block.contains("max-attempts"));
    let plan = super::reading::plan(block.unwrap());
    assert_eq!(plan.steps[0].retry_policy(), crate::workflow::RetryPolicy::default());
}
