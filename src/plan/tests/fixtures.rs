//! Broken workflows with the diagnostics that they give, drawn as the user sees them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::catalogue::catalogue;
use crate::plan::load;
use crate::workflow::{Sources, read_source};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("fixtures/language/invalid"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    files.sort();
    files
}

/// What the user sees of a file, colours apart.
fn drawn(path: &Path) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    let (source, diagnostics) = match read_source(name, &fs::read(path).unwrap()) {
        Ok(source) => {
            let folder = path.parent().unwrap();
            let read = &mut |called: &str| {
                fs::read_to_string(folder.join(called)).map_err(|_| "there is no such file".to_owned())
            };
            let loaded = load(Sources::gather(source.clone(), read), &catalogue());
            assert!(!loaded.diagnostics.is_empty(), "{name} has no error");
            (source, loaded.diagnostics)
        }
        Err(failed) => (failed.0, vec![failed.1]),
    };
    diagnostics.iter().map(|found| found.render(&source, false) + "\n\n").collect::<String>().trim_end().to_owned()
        + "\n"
}

#[test]
fn every_broken_file_is_explained_as_expected() {
    let actual = root().join("target/fixtures/language/invalid");
    fs::create_dir_all(&actual).unwrap();
    let mut differing = Vec::new();
    for path in files("yaml") {
        let (drawn, expected) = (drawn(&path), fs::read_to_string(path.with_extension("txt")).unwrap_or_default());
        if drawn != expected {
            let written = actual.join(path.with_extension("txt").file_name().unwrap());
            fs::write(&written, &drawn).unwrap();
            differing.push(format!("{}\nexpected:\n{expected}\nactual:\n{drawn}", path.display()));
        }
    }
    let count = differing.len();
    assert!(
        differing.is_empty(),
        "{}\n{count} files differ. If the actual text is right: cp target/fixtures/language/invalid/*.txt fixtures/language/invalid/",
        differing.join("\n")
    );
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let told = drawn(&root().join("fixtures/language/invalid/ten-mistakes.yaml"));
    let codes: BTreeSet<&str> =
        told.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next()).collect();
    assert_eq!(codes.len(), 10, "{told}");
}

#[test]
fn no_expectation_is_left_over() {
    for path in files("txt") {
        assert!(path.with_extension("yaml").exists(), "{} has no workflow", path.display());
    }
}

/// All codes that stand in the sources, between quotes.
fn codes_in_sources() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut open = ["src/expr", "src/workflow", "src/plan"].map(|folder| root().join(folder)).to_vec();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            codes.extend(codes_between_quotes(&fs::read_to_string(&path).unwrap()));
        }
    }
    codes
}

fn codes_between_quotes(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_code =
        |part: &&str| part.len() == 5 && part.starts_with(['E', 'W']) && part[1..].bytes().all(|b| b.is_ascii_digit());
    text.split('"').filter(is_code).map(str::to_owned)
}

#[test]
fn every_code_has_a_heading_and_a_fixture() {
    let codes = codes_in_sources();
    assert!(codes.len() > 20);
    let document = fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let headings: BTreeSet<String> =
        document.lines().filter_map(|line| line.strip_prefix("## ")).map(|line| line[..5].to_owned()).collect();
    assert_eq!(headings, codes, "docs/diagnostics.md has one heading for each code");
    let shown: String = files("txt").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for code in codes {
        assert!(shown.contains(&format!("[{code}]")), "no file in fixtures/language/invalid gives {code}");
    }
}
