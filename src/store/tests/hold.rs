//! Runs that are forgotten, freed of their secrets, or sealed under another key.

use std::fs;
use std::path::Path;

use super::fixture::*;
use crate::entropy::SystemEntropy;
use crate::id::RunId;
use crate::run::Fact;
use crate::secret::Datum;
use crate::store::*;

fn run() -> RunId {
    RunId::new("a").unwrap()
}

/// A store with one run of two entries.
fn store() -> (tempfile::TempDir, Store) {
    store_of(&key(1))
}

fn store_of(key: &Key) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join(".onramp"), entropy());
    create_in(&store, "a", key).unwrap().append(&[intent(2)], true).unwrap();
    (dir, store)
}

fn hold(store: &Store) -> Held<'_> {
    store.hold(&run(), &holder("onramp prune")).unwrap()
}

#[test]
fn a_forgotten_run_is_gone_at_once_and_its_remains_are_never_read() {
    let (dir, store) = store();
    hold(&store).forget().unwrap();
    assert_eq!(store.list().unwrap(), []);
    let runs = dir.path().join(".onramp/runs");
    assert_eq!(fs::read_dir(&runs).unwrap().count(), 0);
    // A process died after the rename.
    drop(create_in(&store, "a", &key(1)).unwrap());
    fs::rename(runs.join("a"), runs.join(".forgotten-a")).unwrap();
    fs::remove_file(runs.join(".forgotten-a/seal.json")).unwrap();
    assert_eq!(store.list().unwrap(), []);
    assert!(matches!(store.read(&run(), &key(1)), Err(StoreError::NotFound { .. })));
    store.sweep().unwrap();
    assert_eq!(fs::read_dir(&runs).unwrap().count(), 0);
}

#[test]
fn a_run_that_is_written_is_not_held_and_one_that_is_held_is_not_written() {
    let (_dir, store) = store();
    let (writer, _) = store.resume(&run(), &key(1), &holder("onramp resume")).unwrap();
    let refused = store.hold(&run(), &holder("onramp prune")).err().unwrap();
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
    drop(writer);
    let held = hold(&store);
    let refused = store.resume(&run(), &key(1), &holder("onramp resume")).err().unwrap().to_string();
    assert!(refused.contains("(onramp prune, since"), "{refused}");
    held.forget().unwrap();
}

#[test]
fn without_its_secrets_a_run_is_shown_and_not_gone_on_with() {
    let (_dir, store) = store();
    let seal = store.run_dir(&run()).join("seal.json");
    let before = fs::read_to_string(&seal).unwrap();
    hold(&store).prune_secrets(&key(1), at(9)).unwrap();
    let loaded = store.read(&run(), &key(1)).unwrap();
    assert_eq!(loaded.secrets_pruned, Some(at(9)));
    assert!(loaded.warnings[0].contains("were pruned at 2026-11-22T01:34:05.009Z"), "{:?}", loaded.warnings);
    let Fact::AttemptStarted(started) = &loaded.entries[0].fact else { panic!("{:?}", loaded.entries) };
    assert_eq!((&started.input["password"], &started.input["n"]), (&secret(PRUNED), &Datum::Public(2.into())));
    assert_eq!(loaded.snapshot.unwrap().started.secrets["password"], secret(PRUNED));
    let refused = store.resume(&run(), &key(1), &holder("onramp resume")).err().unwrap();
    assert!(matches!(refused, StoreError::SecretsPruned { .. }), "{refused}");
    let after = fs::read_to_string(&seal).unwrap();
    assert!(before.contains("run_key") && !after.contains("run_key"), "{after}");
    let again = hold(&store).prune_secrets(&key(1), at(10)).unwrap_err();
    assert!(matches!(again, StoreError::SecretsPruned { .. }), "{again}");
}

#[test]
fn what_is_left_of_a_runs_key_still_tells_an_edited_journal() {
    let (_dir, store) = store();
    hold(&store).prune_secrets(&key(1), at(9)).unwrap();
    let journal = store.run_dir(&run()).join("journal.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replace("\"occurrence\":1", "\"occurrence\":2")).unwrap();
    let refused = store.read(&run(), &key(1)).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { line: Some(3), .. }), "{refused}");
}

#[test]
fn a_run_is_sealed_under_another_key_and_opens_with_that_alone() {
    for pruned in [false, true] {
        let (_dir, store) = store();
        if pruned {
            hold(&store).prune_secrets(&key(1), at(9)).unwrap();
        }
        let before = store.history(&run(), &key(1)).unwrap();
        assert!(hold(&store).rewrap(&key(1), &key(2)).unwrap());
        assert!(!hold(&store).rewrap(&key(1), &key(2)).unwrap(), "once is enough");
        assert_eq!(store.history(&run(), &key(2)).unwrap(), before);
        assert!(matches!(store.read(&run(), &key(1)), Err(StoreError::WrongKey { .. })));
        assert_eq!(store.resume(&run(), &key(2), &holder("onramp resume")).is_ok(), !pruned);
    }
}

#[test]
fn a_rotated_key_file_opens_what_the_old_key_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let made = make_key(&path, &SystemEntropy).unwrap();
    let (_runs, store) = store_of(&made);
    let Rotated { old, new, kept } = rotate_key(&path, &SystemEntropy).unwrap();
    assert_eq!((old.id(), &kept), (made.id(), &dir.path().join(format!("key.{}", made.id()))));
    let source = KeySource::File(path.clone());
    assert_eq!(source.load().unwrap().id(), new.id());
    // The process dies here: the run is still sealed with the old key.
    assert!(store.read(&run(), &source.load().unwrap()).is_ok());
    // A second rotation gets there from both.
    let newest = rotate_key(&path, &SystemEntropy).unwrap().new;
    assert!(hold(&store).rewrap(&newest, &newest).unwrap());
    fs::remove_file(&kept).unwrap();
    assert!(store.read(&run(), &newest).is_ok());
    // One who read the file before it was replaced finds the new key in it.
    assert!(store.read(&run(), &made).is_ok());
}

#[test]
fn a_key_file_is_never_overwritten_and_a_link_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (path, link) = (dir.path().join("key"), dir.path().join("link"));
    assert!(matches!(rotate_key(&path, &SystemEntropy), Err(KeyError::Missing { .. })));
    let made = make_key(&path, &SystemEntropy).unwrap();
    assert!(matches!(make_key(&path, &SystemEntropy), Err(KeyError::Exists { .. })));
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(rotate_key(&link, &SystemEntropy), Err(KeyError::Link { .. })));
    assert_eq!(KeySource::File(path).load().unwrap().id(), made.id());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing was left beside");
}

#[test]
fn a_key_is_rotated_by_one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let made = make_key(&path, &SystemEntropy).unwrap();
    let other = fs::File::open(Path::new(dir.path())).unwrap();
    other.lock().unwrap();
    assert!(matches!(rotate_key(&path, &SystemEntropy), Err(KeyError::Busy { .. })));
    assert_eq!(KeySource::File(path).load().unwrap().id(), made.id());
}
