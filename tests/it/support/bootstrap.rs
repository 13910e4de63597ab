use std::fs;
use std::path::PathBuf;

use super::TestContext;

/// The workflow that is shipped.
pub const WORKFLOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/bootstrap.yaml");

/// The shipped workflow with a text replaced here and there; each must be found.
pub fn adapted(context: &TestContext, replacements: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string(WORKFLOW).unwrap();
    for (from, to) in replacements {
        assert!(text.contains(from), "the shipped workflow has no {from:?}");
        text = text.replace(from, to);
    }
    context.write("bootstrap.yaml", &text)
}

/// The shipped workflow with short delays: every step tries often and soon, and a mail is not waited for so long.
pub fn quick(context: &TestContext) -> PathBuf {
    let text = fs::read_to_string(WORKFLOW).unwrap();
    let steps = text.lines().map(|line| match line.strip_prefix("    uses: ") {
        Some(_) => format!("{line}\n    retry: {{ max-attempts: 8, delay: 20ms, max-delay: 100ms }}\n"),
        None => format!("{line}\n"),
    });
    let text: String = steps.collect();
    assert!(text.contains("timeout: 3m"));
    context.write("quick.yaml", &text.replace("timeout: 3m", "timeout: 2s"))
}
