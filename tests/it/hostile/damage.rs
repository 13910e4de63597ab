//! Real files, broken in all the ways in which files break.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::judge;

/// The shipped workflows and all fixtures of the language.
fn files() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["workflows", "fixtures/language/invalid", "fixtures/language/invalid/lib"];
    let entries = folders.into_iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    paths.sort();
    assert!(paths.len() > 40, "{paths:?}");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What is done to the lines of a file.
#[derive(Debug, Clone)]
enum Harm {
    Delete(Index),
    Double(Index),
    Swap(Index, Index),
    Indent(Index, usize),
    Outdent(Index, usize),
    Insert(Index, Index, &'static str),
    Cut(Index, Index),
    /// From another file.
    Splice(Index, Index, Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Harm::Delete),
        at().prop_map(Harm::Double),
        (at(), at()).prop_map(|(one, other)| Harm::Swap(one, other)),
        (at(), 1..6usize).prop_map(|(line, by)| Harm::Indent(line, by)),
        (at(), 1..6usize).prop_map(|(line, by)| Harm::Outdent(line, by)),
        (at(), at(), select(super::grammar::TOKENS)).prop_map(|(line, at, token)| Harm::Insert(line, at, token)),
        (at(), at()).prop_map(|(line, at)| Harm::Cut(line, at)),
        (at(), at(), at()).prop_map(|(line, file, from)| Harm::Splice(line, file, from)),
    ]
}

fn apply(harm: &Harm, lines: &mut Vec<Vec<u8>>, files: &[Vec<u8>]) {
    if lines.is_empty() {
        return;
    }
    let count = lines.len();
    match harm {
        Harm::Delete(line) => drop(lines.remove(line.index(count))),
        Harm::Double(line) => lines.insert(line.index(count), lines[line.index(count)].clone()),
        Harm::Swap(one, other) => lines.swap(one.index(count), other.index(count)),
        Harm::Indent(line, by) => drop(lines[line.index(count)].splice(0..0, vec![b' '; *by])),
        Harm::Outdent(line, by) => {
            let line = &mut lines[line.index(count)];
            let blank = line.iter().take(*by).take_while(|byte| **byte == b' ').count();
            line.drain(..blank);
        }
        Harm::Insert(line, at, token) => {
            let line = &mut lines[line.index(count)];
            let at = at.index(line.len() + 1);
            line.splice(at..at, token.bytes());
        }
        Harm::Cut(line, at) => {
            let line = &mut lines[line.index(count)];
            line.truncate(at.index(line.len() + 1));
        }
        Harm::Splice(line, file, from) => {
            let other = split(&files[file.index(files.len())]);
            lines.truncate(line.index(count));
            lines.extend_from_slice(&other[from.index(other.len())..]);
        }
    }
}

fn split(file: &[u8]) -> Vec<Vec<u8>> {
    file.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_damaged_file_is_explained(file in select(files()), harms in prop::collection::vec(harm(), 1..6)) {
        let (files, mut lines) = (files(), split(&file));
        harms.iter().for_each(|harm| apply(harm, &mut lines, &files));
        judge::workflow(&lines.join(&b'\n'));
    }

    #[test]
    fn any_bytes_are_explained(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        judge::workflow(&bytes);
        judge::expression(&bytes);
    }
}
