//! The import table of docs/ARCHITECTURE.md, held against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Files that only exist for tests may look at everything.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs" | "scenario.rs")))
}

/// The module of a source file: `src/run/apply.rs` belongs to `run`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [layer, module, _, imports] = cells.as_slice() else { return None };
        layer.parse::<u8>().ok()?;
        let imports = imports.split(',').map(str::trim).filter(|name| *name != "-").map(str::to_owned).collect();
        Some((module.trim_matches('`').to_owned(), imports))
    });
    rows.collect()
}

/// Code without what stands in `#[cfg(test)]` at its end, and without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table = table();
    let import = regex::Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let mut wrong = BTreeSet::new();
    for path in sources(&root().join("src")).into_iter().filter(|path| !is_test(path)) {
        let module = module(&path);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(allowed) = table.get(&module) else {
            wrong.insert(format!("{module} has no row in the table"));
            continue;
        };
        for found in import.captures_iter(&code(&path)) {
            let name = found[1].to_owned();
            if name != module && !allowed.contains(&name) {
                wrong.insert(format!("{} imports {name}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_row_of_the_table_is_a_module_and_allows_only_modules() {
    let modules: BTreeSet<String> = sources(&root().join("src")).iter().map(|path| module(path)).collect();
    for (name, imports) in table() {
        assert!(modules.contains(&name), "{name} is in the table but not in src/");
        assert!(imports.is_subset(&modules), "{name} may import something that is not there: {imports:?}");
        assert!(!imports.contains(&name));
    }
}

fn users_of(pattern: &str) -> BTreeSet<String> {
    let pattern = regex::Regex::new(pattern).unwrap();
    let sources = sources(&root().join("src"));
    let users = sources.iter().filter(|path| !is_test(path) && pattern.is_match(&code(path)));
    users.map(|path| path.strip_prefix(root()).unwrap().display().to_string()).collect()
}

#[test]
fn petgraph_is_used_in_the_plan_only() {
    assert!(users_of(r"\bpetgraph\b").iter().all(|path| path.starts_with("src/plan/")));
}

#[test]
fn the_environment_is_read_in_one_file() {
    assert_eq!(users_of(r"\benv::(var|vars|var_os|vars_os)\b"), BTreeSet::from(["src/cli/environment.rs".to_owned()]));
}

#[test]
fn the_imap_crate_is_used_behind_one_wire() {
    assert!(
        users_of(r"\bimap::").iter().all(|path| path.starts_with("src/mail/wire/") || path.starts_with("src/sandbox/"))
    );
}
