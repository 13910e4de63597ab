use std::fs;
use std::path::{Path, PathBuf};

use onramp::modelslab::catalogue::operations;

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
    quick_but_for_mail(context, "2s")
}

/// The same, with this much patience with mail.
pub fn quick_but_for_mail(context: &TestContext, patience: &str) -> PathBuf {
    let text = fs::read_to_string(WORKFLOW).unwrap();
    let steps = text.lines().map(|line| match line.strip_prefix("    uses: ") {
        Some(_) => format!("{line}\n    retry: {{ max-attempts: 8, delay: 20ms, max-delay: 100ms }}\n"),
        None => format!("{line}\n"),
    });
    let text: String = steps.collect();
    assert!(text.contains("timeout: 3m"));
    context.write("quick.yaml", &text.replace("timeout: 3m", &format!("timeout: {patience}")))
}

/// A shipped workflow, by name, with few tries, short delays and little patience with mail, and the ids of its steps.
pub fn brisk(context: &TestContext, name: &str) -> (PathBuf, Vec<String>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("workflows/{name}.yaml"));
    let (mut text, mut steps, mut last) = (String::new(), Vec::new(), String::new());
    for line in fs::read_to_string(file).unwrap().replace("timeout: 3m", "timeout: 2s").lines() {
        text.push_str(&format!("{line}\n"));
        if line.starts_with("    uses: ") {
            text.push_str("    retry: { max-attempts: 2, delay: 20ms }\n");
            steps.push(last.trim().split(':').next().unwrap().to_owned());
        }
        if line.starts_with("  ") && !line.starts_with("   ") {
            last = line.to_owned();
        }
    }
    (context.write(&format!("{name}.yaml"), &text), steps)
}

/// The same workflow, with every action that has a tool asked by MCP.
pub fn by_mcp(context: &TestContext, workflow: &Path) -> PathBuf {
    let (mut text, mut has_tool) = (String::new(), false);
    for line in fs::read_to_string(workflow).unwrap().lines() {
        let used = line.trim_start().strip_prefix("uses: ").or_else(|| line.trim_start().strip_prefix("run: "));
        if let Some(action) = used.and_then(|used| used.split(' ').next()) {
            has_tool = operations().any(|operation| operation.action == action && operation.tool.is_some());
        }
        let line = match line.find("with:") {
            Some(at) if has_tool && line.ends_with("with:") => format!("{line}\n{}transport: mcp", " ".repeat(at + 2)),
            Some(_) if has_tool => line.replace("with: {", "with: { transport: mcp,"),
            _ => line.to_owned(),
        };
        text.push_str(&format!("{line}\n"));
    }
    assert!(text.contains("transport: mcp"));
    let name = workflow.file_stem().unwrap().to_str().unwrap();
    context.write(&format!("{name}-by-mcp.yaml"), &text)
}
