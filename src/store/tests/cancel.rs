//! A run is asked to end, from outside.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::fixture::*;
use crate::id::RunId;
use crate::store::*;

fn run() -> RunId {
    RunId::new("a").unwrap()
}

fn store() -> (tempfile::TempDir, Store, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join(".onramp"), entropy());
    let folder = store.run_dir(&run());
    (dir, store, folder)
}

#[test]
fn who_writes_a_run_is_told_once_who_asked() {
    let (_dir, store, folder) = store();
    let _writer = create_in(&store, "a", &key(1)).unwrap();
    let requests = store.cancel_requests(&run()).unwrap();
    assert_eq!((requests.is_asked(), requests.take()), (false, None));
    let asker = holder("onramp cancel");
    store.cancel_requests(&run()).unwrap().ask(&asker).unwrap();
    let mode = fs::metadata(folder.join("cancel")).unwrap().permissions().mode();
    assert_eq!((requests.is_asked(), mode & 0o777), (true, 0o600));
    assert_eq!((requests.take(), requests.take()), (Some(asker.to_string()), None));
    assert_eq!(fs::read_dir(&folder).unwrap().filter(|file| is_cancel(file.as_ref().unwrap())).count(), 0);
}

fn is_cancel(file: &fs::DirEntry) -> bool {
    file.file_name().to_string_lossy().starts_with("cancel")
}

#[test]
fn what_was_asked_of_a_process_that_is_gone_does_not_reach_the_next() {
    let (_dir, store, _) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    let requests = store.cancel_requests(&run()).unwrap();
    requests.ask(&holder("onramp cancel")).unwrap();
    let (_writer, _) = store.resume(&run(), &key(1), &holder("onramp resume")).unwrap();
    assert_eq!(requests.take(), None);
}

#[test]
fn a_folder_in_the_place_of_a_request_asks_for_nothing_and_stops_nobody() {
    let (_dir, store, folder) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    fs::create_dir_all(folder.join("cancel/within")).unwrap();
    let (_writer, _) = store.resume(&run(), &key(1), &holder("onramp resume")).unwrap();
    let requests = store.cancel_requests(&run()).unwrap();
    assert_eq!(requests.take(), None);
    let refused = requests.ask(&holder("onramp cancel")).unwrap_err().to_string();
    assert!(refused.contains("could not replace") && refused.contains("cancel"), "{refused}");
    let left = fs::read_dir(&folder).unwrap().filter(|file| is_cancel(file.as_ref().unwrap())).count();
    assert_eq!(left, 1, "what was to take its place is gone");
}

#[test]
fn a_stale_request_that_nobody_may_read_or_that_is_a_link_is_cleared_away() {
    let (_dir, store, folder) = store();
    drop(create_in(&store, "a", &key(1)).unwrap());
    let request = folder.join("cancel");
    fs::write(&request, "now!").unwrap();
    fs::set_permissions(&request, fs::Permissions::from_mode(0o000)).unwrap();
    drop(store.resume(&run(), &key(1), &holder("onramp resume")).unwrap());
    assert!(!request.exists());
    symlink("nowhere", &request).unwrap();
    drop(store.resume(&run(), &key(1), &holder("onramp resume")).unwrap());
    assert!(request.symlink_metadata().is_err());
}

#[test]
fn a_request_that_cannot_be_read_is_one_by_somebody_and_no_link_is_followed() {
    let (_dir, store, folder) = store();
    let _writer = create_in(&store, "a", &key(1)).unwrap();
    let requests = store.cancel_requests(&run()).unwrap();
    fs::write(folder.join("cancel"), "now!").unwrap();
    assert_eq!(requests.take().as_deref(), Some("somebody"));
    let secret = folder.join("seal.json");
    symlink(&secret, folder.join("cancel")).unwrap();
    assert_eq!(requests.take().as_deref(), Some("somebody"));
    assert!(secret.exists() && !folder.join("cancel").exists());
}
