//! Which file a step calls: `uses: ./lib/x.yaml`.

use super::report::Report;
use super::tree::{self, Kind};
use super::{Spanned, Workflow};
use crate::diagnostic::{Source, is_hostile};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The files that one file calls, by `uses` as it stands there, as far as they can be read.
pub type Called = BTreeMap<String, Arc<Workflow>>;

/// Whether `uses` names a file and not an action.
pub fn is_file(uses: &str) -> bool {
    uses.starts_with(['.', '/', '\\']) || is_yaml(uses)
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Every file that a text calls, as it stands there. A text that is no YAML calls none.
pub fn called_in(source: &Source) -> Vec<Spanned<String>> {
    // Most files call none, and are read once.
    if !source.text.contains("yaml") && !source.text.contains("yml") && !source.text.contains("./") {
        return Vec::new();
    }
    let root = tree::parse(source, &mut Report::default());
    let field = |kind: Kind, name: &str| match kind {
        Kind::Map(entries) => entries.into_iter().find(|entry| entry.key == name).map(|entry| entry.value),
        _ => None,
    };
    let steps = match root.and_then(|root| field(root.kind, "steps")).map(|steps| steps.kind) {
        Some(Kind::Map(steps)) => steps,
        _ => Vec::new(),
    };
    let uses = steps.into_iter().filter_map(|step| field(step.value.kind, "uses"));
    let named = uses.filter_map(|node| match node.kind {
        Kind::Scalar(scalar) => Some(Spanned { value: scalar.text, span: node.span }),
        _ => None,
    });
    named.filter(|uses| is_file(&uses.value)).collect()
}

/// The path, from the folder of the workflow, of the file that `caller` means by `uses`; `caller` is such a path itself.
/// Where links lead is for who reads the file to find out.
pub fn resolve(caller: &str, uses: &str) -> Result<String, String> {
    const MAX_PATH: usize = 1024;
    if !uses.starts_with("./") && !uses.starts_with("../") {
        let better = uses.trim_start_matches(['/', '\\']);
        return Err(format!("a file is called by its path from this one, as in `./{}`", better.escape_debug()));
    }
    if !is_yaml(uses) {
        return Err("only a `.yaml` or `.yml` file is called".to_owned());
    }
    if uses.len() > MAX_PATH || uses.contains('\\') || uses.chars().any(is_hostile) {
        return Err("write a path of at most 1,024 bytes, with `/` between its parts".to_owned());
    }
    let mut path: Vec<&str> = caller.split('/').collect();
    path.pop();
    for part in uses.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop().ok_or("it leads out of the folder of the workflow; a workflow reads no file beyond")?;
            }
            part => path.push(part),
        }
    }
    Ok(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_meant_from_the_file_that_it_stands_in() {
        for (caller, uses, path) in [
            ("a.yaml", "./lib/b.yaml", "lib/b.yaml"),
            ("lib/b.yaml", "./c.yml", "lib/c.yml"),
            ("lib/b.yaml", "../a.yaml", "a.yaml"),
            ("a.yaml", ".//lib/./x/../b.yaml", "lib/b.yaml"),
        ] {
            assert_eq!(resolve(caller, uses).as_deref(), Ok(path), "{uses}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for (caller, uses) in [
            ("a.yaml", "../b.yaml"),
            ("lib/b.yaml", "../../b.yaml"),
            ("a.yaml", "./lib/../../b.yaml"),
            ("a.yaml", "/etc/b.yaml"),
            ("a.yaml", "./.env"),
            ("a.yaml", ".\\b.yaml"),
            ("a.yaml", "./b\u{0}.yaml"),
            ("a.yaml", "lib/b.yaml"),
        ] {
            assert!(resolve(caller, uses).is_err(), "{uses}");
        }
    }

    #[test]
    fn only_the_steps_of_a_text_call_files() {
        let text = "description: uses ./no.yaml\nsteps:\n  a: { uses: ./a.yaml }\n  b: { uses: http, with: { url: ./x.yaml } }\n  c: { uses: ../c.yml }\n";
        let called: Vec<String> = called_in(&Source::new("x", text)).into_iter().map(|uses| uses.value).collect();
        assert_eq!(called, ["./a.yaml", "../c.yml"]);
        assert!(called_in(&Source::new("x", "steps: [./a.yaml")).is_empty());
    }
}
