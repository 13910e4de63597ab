//! Stores on a real disk.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::fixture::*;
use crate::id::RunId;
use crate::store::*;

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("deep/.onramp"), entropy());
    (dir, store)
}

fn run(id: &str) -> RunId {
    RunId::new(id).unwrap()
}

#[test]
fn a_run_is_resumed_with_all_that_was_appended() {
    let (_dir, store) = store();
    let mut writer = create_in(&store, "a", &key(1)).unwrap();
    writer.append(&[intent(2), intent(3)], true).unwrap();
    writer.append(&[intent(4)], false).unwrap();
    drop(writer);
    let (writer, loaded) = store.resume(&run("a"), &key(1), &holder("onramp resume")).unwrap();
    assert_eq!(writer.seq(), 4);
    assert_eq!(loaded.snapshot, Some(recorded("a", 1, Vec::new())));
    assert_eq!(loaded.entries, [intent(2), intent(3), intent(4)]);
    assert_eq!((loaded.texts.main.as_str(), loaded.origin), (WORKFLOW, origin()));
    assert_eq!(loaded.warnings, [""; 0]);
}

#[test]
fn nothing_is_created_before_the_first_run_is() {
    let (dir, store) = store();
    assert_eq!(store.list().unwrap(), []);
    assert!(matches!(store.find("last"), Err(StoreError::NotFound { .. })));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn files_and_folders_are_for_their_owner_alone() {
    let (dir, store) = store();
    let mut writer = create_in(&store, "a", &key(1)).unwrap();
    writer.checkpoint(&recorded("a", 1, Vec::new()), true).unwrap();
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    let root = dir.path().join("deep/.onramp");
    for folder in [root.clone(), root.join("runs"), root.join("runs/a")] {
        assert_eq!(mode(&folder), 0o700, "{folder:?}");
    }
    let files: Vec<_> = fs::read_dir(root.join("runs/a")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 5);
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
    assert_eq!(fs::read_to_string(root.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn a_second_writer_is_refused_by_the_name_of_the_first() {
    let (_dir, store) = store();
    let writer = create_in(&store, "a", &key(1)).unwrap();
    let error = store.resume(&run("a"), &key(1), &holder("onramp resume")).err().unwrap().to_string();
    let me = std::process::id();
    assert!(error.starts_with(&format!("run a is being written by process {me} on ")), "{error}");
    assert!(error.ends_with("(onramp run, since 2026-11-22T01:34:05.067Z)"), "{error}");
    assert!(store.is_locked(&run("a")).unwrap());
    drop(writer);
    assert!(!store.is_locked(&run("a")).unwrap());
    assert!(store.resume(&run("a"), &key(1), &holder("onramp resume")).is_ok());
}

#[test]
fn of_many_processes_that_make_the_same_run_one_does() {
    let (_dir, store) = store();
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| create_in(&store, "a", &key(1)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert_eq!(store.list().unwrap().len(), 1);
    assert!(store.read(&run("a"), &key(1)).is_ok());
}

#[test]
fn readers_do_not_turn_a_writer_away() {
    let (_dir, store) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                store.is_locked(&run("a")).unwrap();
            }
        });
        let refused = (0..100).find_map(|_| store.resume(&run("a"), &key(1), &holder("onramp resume")).err());
        done.store(true, Ordering::Relaxed);
        assert!(refused.is_none(), "{refused:?}");
    });
}

#[test]
fn a_creation_that_was_cut_off_is_invisible_and_does_not_stand_in_the_way() {
    let (dir, store) = store();
    let runs = dir.path().join("deep/.onramp/runs");
    fs::create_dir_all(runs.join(".new-a")).unwrap();
    fs::write(runs.join(".new-a/journal.jsonl"), "half a li").unwrap();
    assert_eq!(store.list().unwrap(), []);
    drop(create_in(&store, "a", &key(1)).unwrap());
    assert!(store.read(&run("a"), &key(1)).is_ok());
    assert!(!runs.join(".new-a").exists());
}

#[test]
fn a_name_is_taken_once_and_last_is_nobodys() {
    let (_dir, store) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    assert!(matches!(create_in(&store, "a", &key(1)), Err(StoreError::Exists { .. })));
    assert!(matches!(create_in(&store, "last", &key(1)), Err(StoreError::Reserved { .. })));
}

#[test]
fn a_run_is_found_by_id_by_a_unique_beginning_and_as_the_last() {
    let (_dir, store) = store();
    for (seq, id) in [(1, "abc"), (2, "abd"), (3, "ab")] {
        let mut first = first(id);
        first.at = at(seq);
        let (origin, state) = (origin(), recorded(id, 1, Vec::new()));
        let new = NewRun { texts: &WORKFLOW.into(), origin: &origin, first: &first, state: &state };
        drop(store.create(new, &key(1), &holder("onramp run")).unwrap());
    }
    assert_eq!(store.find("ab").unwrap(), run("ab"));
    assert_eq!(store.find("abc").unwrap(), run("abc"));
    assert_eq!(store.find("last").unwrap(), run("ab"));
    let error = store.find("a").unwrap_err().to_string();
    assert_eq!(error, "`a` could be any of 3 runs: ab, abd, abc");
    for wanted in ["", "x", "../runs"] {
        assert!(matches!(store.find(wanted), Err(StoreError::NotFound { .. })), "{wanted}");
    }
    let listed: Vec<_> = store.list().unwrap().into_iter().map(|listed| (listed.run, listed.created)).collect();
    assert_eq!(listed, [(run("ab"), Some(at(3))), (run("abd"), Some(at(2))), (run("abc"), Some(at(1)))]);
}

#[test]
fn links_in_the_place_of_a_run_or_its_files_are_refused() {
    for file in ["journal.jsonl", "checkpoint.json", "seal.json", "workflow.yaml", "lock", ""] {
        let (dir, store) = store();
        drop(create_in(&store, "a", &key(1)).unwrap());
        let path = store.run_dir(&run("a")).join(file);
        let path = Path::new(path.to_str().unwrap().trim_end_matches('/'));
        let elsewhere = dir.path().join("elsewhere");
        fs::rename(path, &elsewhere).unwrap();
        symlink(&elsewhere, path).unwrap();
        let refused = store.resume(&run("a"), &key(1), &holder("onramp resume")).err().unwrap();
        assert!(matches!(&refused, StoreError::Symlink { path: named } if named == path), "{file}: {refused}");
    }
}

#[test]
fn what_a_crash_left_is_cut_off_by_the_next_writer_and_not_by_a_reader() {
    let (_dir, store) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    let journal = store.run_dir(&run("a")).join("journal.jsonl");
    let whole = fs::read(&journal).unwrap();
    let torn = [&whole[..], &[0; 4096], b"},\"mac\":\"0"].concat();
    fs::write(&journal, &torn).unwrap();
    assert!(store.read(&run("a"), &key(1)).is_ok());
    assert_eq!(fs::read(&journal).unwrap(), torn);
    let (mut writer, _) = store.resume(&run("a"), &key(1), &holder("onramp resume")).unwrap();
    assert_eq!(fs::read(&journal).unwrap(), whole);
    writer.append(&[intent(2)], true).unwrap();
    assert_eq!(store.read(&run("a"), &key(1)).unwrap().entries, [intent(2)]);
}

#[test]
fn strange_things_among_the_runs_are_left_alone() {
    let (_dir, store) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    let runs = store.run_dir(&run("a")).parent().unwrap().to_owned();
    fs::write(runs.join("notes"), "mine").unwrap();
    fs::create_dir(runs.join("not a run")).unwrap();
    fs::create_dir(runs.join("empty")).unwrap();
    let listed: Vec<_> = store.list().unwrap().into_iter().map(|listed| listed.run).collect();
    assert_eq!(listed, [run("a"), run("empty")]);
    let error = store.read(&run("empty"), &key(1)).unwrap_err().to_string();
    assert!(error.ends_with("seal.json: is missing; without it this run cannot be opened"), "{error}");
}

#[test]
fn a_folder_under_another_name_is_refused() {
    let (_dir, store) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    fs::rename(store.run_dir(&run("a")), store.run_dir(&run("b"))).unwrap();
    let error = store.read(&run("b"), &key(1)).unwrap_err().to_string();
    assert!(error.ends_with("this folder holds run a; give it that name again"), "{error}");
}

#[test]
fn a_reader_always_gets_the_present() {
    let (_dir, store) = store();
    let mut writer = create_in(&store, "a", &key(1)).unwrap();
    let done = AtomicBool::new(false);
    let present = || {
        let loaded = store.read(&run("a"), &key(1)).unwrap();
        loaded.snapshot.map_or(0, |parts| parts.seq) + loaded.entries.len() as u64
    };
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 1;
            while !done.load(Ordering::Relaxed) {
                let now = present();
                assert!(now >= seen, "{now} after {seen}");
                seen = now;
            }
        });
        let written = (2..=40).try_for_each(|seq| {
            writer.append(&[intent(seq)], false)?;
            if seq % 7 == 0 { writer.checkpoint(&recorded("a", seq, Vec::new()), false) } else { Ok(()) }
        });
        done.store(true, Ordering::Relaxed);
        written.unwrap();
        reader.join().unwrap();
    });
    assert_eq!(present(), 40);
}
