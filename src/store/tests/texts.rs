//! The texts of a workflow that calls files.

use std::collections::BTreeMap;

use super::fixture::*;
use crate::store::simulated::{Crash, ForgetfulDisk};
use crate::store::*;
use crate::workflow::Texts;

const PAGE: &str = include_str!("../../../docs/checkpoint-format.md");

fn texts() -> Texts {
    let called = "steps:\n  nap: { uses: sleep, with: { for: 1s } }\n".to_owned();
    Texts { main: WORKFLOW.to_owned(), library: BTreeMap::from([("lib/nap.yaml".to_owned(), called)]) }
}

fn disk_with_library() -> ForgetfulDisk {
    let disk = ForgetfulDisk::default();
    let (origin, first, state) = (origin(), first("a"), recorded("a", 1, Vec::new()));
    let new = NewRun { texts: &texts(), origin: &origin, first: &first, state: &state };
    RunWriter::create(disk.handle(), new, &key(1), entropy()).unwrap();
    disk
}

#[test]
fn called_files_come_back_as_they_were_also_after_a_crash() {
    let disk = disk_with_library();
    disk.crash(Crash::default());
    assert_eq!(resume_on(&disk, &key(1)).unwrap().1.texts, texts());
}

#[test]
fn the_page_shows_how_called_files_are_kept() {
    let written = String::from_utf8(disk_with_library().contents(RunFile::Library(1)).unwrap()).unwrap();
    let (_, shown) = PAGE.split_once("title=\"library.json\"\n").expect("the page does not show the file");
    assert_eq!(shown.split_once("```").unwrap().0, written);
}

#[test]
fn a_run_that_calls_no_file_keeps_no_library() {
    let disk = disk_with(0);
    assert_eq!(disk.contents(RunFile::Library(1)), None);
    // What somebody puts there is not looked at.
    disk.tamper(RunFile::Library(1), Some(b"{".to_vec()));
    assert_eq!(resume_on(&disk, &key(1)).unwrap().1.texts, Texts::from(WORKFLOW));
}

#[test]
fn a_library_that_is_missing_or_changed_is_refused() {
    let other = b"{\"lib/nap.yaml\":\"steps: {}\"}\n".to_vec();
    for (bytes, why) in [(None, "is missing"), (Some(other), "put it back"), (Some(vec![0xff]), "put it back")] {
        let disk = disk_with_library();
        disk.tamper(RunFile::Library(1), bytes);
        let error = resume_on(&disk, &key(1)).map(drop).unwrap_err().to_string();
        assert!(error.contains("library.json") && error.contains(why), "{error}");
    }
}
