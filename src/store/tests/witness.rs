//! A folder that was moved, copied or restored is told from the one that a run was worked in.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::fixture::*;
use crate::run::{Fact, Resumption};
use crate::store::*;

/// A machine with a run `a` in the store `one`.
struct Machine {
    dir: TempDir,
}

fn resumed(seq: u64, wary: bool) -> crate::run::Entry {
    entry(seq, Fact::Resumed(Box::new(Resumption { wary, epoch: "e".into(), ..Resumption::default() })))
}

impl Machine {
    fn new() -> Self {
        let machine = Self { dir: tempfile::tempdir().unwrap() };
        let (origin, first, state) = (origin(), first("a"), recorded("a", 1, Vec::new()));
        let new = NewRun { texts: &WORKFLOW.into(), origin: &origin, first: &first, state: &state };
        drop(machine.store("one").create(new, &key(1), &holder("onramp run")).unwrap());
        machine
    }

    fn store(&self, name: &str) -> Store {
        Store::open(self.dir.path().join(name), entropy()).witnessed(Some(self.state()))
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn run_dir(&self, store: &str) -> PathBuf {
        self.store(store).run_dir(&run("a"))
    }

    /// Opens the run to go on, and says what is wrong with its folder.
    fn suspicion(&self, store: &str) -> Option<Suspicion> {
        self.store(store).resume(&run("a"), &key(1), &holder("onramp resume")).unwrap().1.suspicion
    }

    /// Goes on by so many durable entries, as a resume does.
    fn goes_on(&self, store: &str, entries: u64) -> Option<Suspicion> {
        let (mut writer, loaded) = self.store(store).resume(&run("a"), &key(1), &holder("onramp resume")).unwrap();
        writer.append(&[resumed(writer.seq() + 1, loaded.suspicion.is_some())], false).unwrap();
        for _ in 0..entries {
            writer.append(&[intent(writer.seq() + 1)], true).unwrap();
        }
        loaded.suspicion
    }

    /// `cp -a`
    fn copy(&self, from: &Path, to: &Path) {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
    }

    fn records(&self) -> Vec<PathBuf> {
        let places = fs::read_dir(self.state()).unwrap().map(|place| place.unwrap().path());
        places.flat_map(|place| fs::read_dir(place).unwrap().map(|record| record.unwrap().path())).collect()
    }
}

fn run(id: &str) -> crate::id::RunId {
    crate::id::RunId::new(id).unwrap()
}

fn path(path: &Path) -> String {
    fs::canonicalize(path).unwrap().display().to_string()
}

#[test]
fn a_folder_that_nobody_touched_is_not_suspected() {
    let machine = Machine::new();
    for entries in [1, 3, 0, 2] {
        assert_eq!(machine.goes_on("one", entries), None);
    }
    assert_eq!(machine.records().len(), 1);
}

#[test]
fn a_record_is_its_users_alone_and_says_nothing_secret() {
    let machine = Machine::new();
    machine.goes_on("one", 1);
    let record = machine.records().remove(0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&record), mode(record.parent().unwrap())), (0o600, 0o700));
    let text: serde_json::Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    let names: Vec<&String> = text.as_object().unwrap().keys().collect();
    assert_eq!(names, ["seq", "commit", "journal_mac", "path", "inode", "others"]);
    assert_eq!((&text["seq"], &text["path"]), (&3.into(), &path(&machine.run_dir("one")).into()));
}

#[test]
fn a_copy_is_told_from_the_original_until_it_has_gone_on() {
    let machine = Machine::new();
    machine.goes_on("one", 1);
    machine.copy(&machine.run_dir("one"), &machine.run_dir("two"));
    let of = path(&machine.run_dir("one"));
    for _ in 0..2 {
        assert_eq!(machine.suspicion("two"), Some(Suspicion::Copied { of: of.clone() }), "looking clears nothing");
    }
    assert_eq!(machine.goes_on("two", 1), Some(Suspicion::Copied { of }));
    assert_eq!(machine.goes_on("two", 1), None, "the journal says so itself by now");
    let elsewhere = Some(Suspicion::Elsewhere { path: path(&machine.run_dir("two")) });
    assert_eq!(machine.goes_on("one", 1), elsewhere, "the original must look, too");
    let elsewhere = Some(Suspicion::Elsewhere { path: path(&machine.run_dir("one")) });
    assert_eq!(machine.goes_on("two", 1), elsewhere);
}

#[test]
fn a_moved_folder_is_suspected_once() {
    let machine = Machine::new();
    let from = path(&machine.run_dir("one"));
    fs::create_dir_all(machine.run_dir("two").parent().unwrap()).unwrap();
    fs::rename(machine.run_dir("one"), machine.run_dir("two")).unwrap();
    assert_eq!(machine.goes_on("two", 1), Some(Suspicion::Moved { from }));
    assert_eq!(machine.goes_on("two", 1), None);
    assert_eq!(machine.records().len(), 1, "what is known of the old place is gone");
}

#[test]
fn a_backup_in_the_place_of_the_folder_is_suspected() {
    let machine = Machine::new();
    machine.goes_on("one", 1);
    let (place, backup) = (machine.run_dir("one"), machine.dir.path().join("backup"));
    machine.copy(&place, &backup);
    machine.goes_on("one", 3);
    fs::rename(&place, machine.dir.path().join("old")).unwrap();
    machine.copy(&backup, &place);
    assert_eq!(machine.suspicion("one"), Some(Suspicion::Replaced));
}

#[test]
fn a_journal_that_is_put_back_is_suspected_also_in_the_same_folder() {
    let machine = Machine::new();
    machine.goes_on("one", 1);
    let files = ["journal.jsonl", "checkpoint.json"].map(|file| machine.run_dir("one").join(file));
    let early = files.each_ref().map(|file| fs::read(file).unwrap());
    machine.goes_on("one", 3);
    let late = files.each_ref().map(|file| fs::read(file).unwrap());
    let put_back = |contents: &[Vec<u8>; 2]| {
        files.iter().zip(contents).for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
    };
    put_back(&early);
    assert_eq!(machine.goes_on("one", 9), Some(Suspicion::RolledBack { seq: 7 }));
    assert_eq!(machine.goes_on("one", 0), None);
    // It went on differently; what it did before is no part of that.
    put_back(&late);
    assert!(matches!(machine.suspicion("one"), Some(Suspicion::RolledBack { .. })));
}

#[test]
fn what_comes_from_another_machine_or_user_is_suspected() {
    let machine = Machine::new();
    fs::remove_dir_all(machine.state()).unwrap();
    assert_eq!(machine.goes_on("one", 1), Some(Suspicion::Unknown));
    assert_eq!(machine.goes_on("one", 1), None);
    let homeless = Store::open(machine.dir.path().join("one"), entropy());
    let (_, loaded) = homeless.resume(&run("a"), &key(1), &holder("onramp resume")).unwrap();
    assert_eq!(loaded.suspicion, Some(Suspicion::Homeless));
}

#[test]
fn a_damaged_record_is_no_evidence_and_is_put_right() {
    let machine = Machine::new();
    fs::write(machine.records().remove(0), "{").unwrap();
    assert!(matches!(machine.goes_on("one", 1), Some(Suspicion::Unreadable(_))));
    assert_eq!(machine.goes_on("one", 1), None);
}

#[test]
fn a_record_may_be_behind_its_journal() {
    let machine = Machine::new();
    let record = machine.records().remove(0);
    let early = fs::read(&record).unwrap();
    machine.goes_on("one", 3);
    fs::write(&record, early).unwrap();
    assert_eq!(machine.goes_on("one", 1), None);
}

#[test]
fn another_run_of_the_same_name_is_another_run() {
    let machine = Machine::new();
    let (origin, first, state) = (origin(), first("a"), recorded("a", 1, Vec::new()));
    let new = NewRun { texts: &"name: other\nsteps: {}\n".into(), origin: &origin, first: &first, state: &state };
    let other = Store::open(machine.dir.path().join("two"), std::sync::Arc::new(crate::entropy::SystemEntropy));
    drop(other.witnessed(Some(machine.state())).create(new, &key(1), &holder("onramp run")).unwrap());
    assert_eq!((machine.goes_on("one", 1), machine.goes_on("two", 1)), (None, None));
}

#[test]
fn an_unwritable_state_folder_stops_nothing() {
    let machine = Machine::new();
    fs::remove_dir_all(machine.state()).unwrap();
    fs::write(machine.state(), "in the way").unwrap();
    assert!(matches!(machine.goes_on("one", 1), Some(Suspicion::Unreadable(_))));
}

#[test]
fn a_forgotten_run_leaves_nothing_behind() {
    let machine = Machine::new();
    machine.store("one").hold(&run("a"), &holder("onramp prune")).unwrap().forget().unwrap();
    assert_eq!(fs::read_dir(machine.state()).unwrap().count(), 0);
}
