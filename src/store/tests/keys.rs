//! Where the user's key comes from, and what happens without it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::fixture::*;
use crate::entropy::SystemEntropy;
use crate::secret::Secret;
use crate::store::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn write_key(path: &Path, mode: u32) {
    fs::write(path, format!("{}\n", key(1).to_text().expose())).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_key_reads_what_it_writes_and_nothing_else() {
    let text = key(1).to_text().expose().clone();
    assert_eq!(text.len(), 54);
    assert_eq!(Key::parse(&format!(" {text}\n")).unwrap().id(), key(1).id());
    let cut = &text[..53];
    for wrong in ["", "onramp-key-", cut, &format!("{text}A"), &text.replace("onramp-key-", ""), "onramp-key-ü"] {
        assert!(Key::parse(wrong).is_none());
    }
}

#[test]
fn an_id_tells_keys_apart_and_debug_tells_nothing() {
    assert_ne!(key(1).id(), key(2).id());
    assert_eq!(key(1).id().len(), 8);
    assert_eq!(format!("{:?}", key(1)), "Key { bytes: ***, file: None }");
    assert!(!format!("{:?}", KeySource::Text(key(1).to_text())).contains("onramp-key"));
}

#[test]
fn the_default_key_is_made_once_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config/onramp/key");
    let source = KeySource::Default(path.clone());
    assert!(matches!(source.load(), Err(KeyError::Missing { .. })));
    assert!(!path.exists());
    let ids: Vec<String> = std::thread::scope(|scope| {
        let make = || source.load_or_create(&SystemEntropy).unwrap().id();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(source.load().unwrap().id(), ids[0]);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "litter beside the key");
}

#[test]
fn a_named_file_is_never_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    assert!(matches!(KeySource::File(path.clone()).load_or_create(&SystemEntropy), Err(KeyError::Missing { .. })));
    assert!(!path.exists());
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    for mode in [0o644, 0o640, 0o604] {
        write_key(&path, mode);
        let error = KeySource::File(path.clone()).load().unwrap_err().to_string();
        assert!(error.ends_with(&format!("run `chmod 600 {}`", path.display())), "{error}");
    }
    write_key(&path, 0o400);
    assert_eq!(KeySource::File(path).load().unwrap().id(), key(1).id());
}

#[test]
fn what_is_not_a_key_is_named_by_its_place_and_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    for bytes in [&b"hunter2-hunter2"[..], b"", &[0xff; 40], &[b'a'; 9000]] {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = KeySource::Default(path.clone()).load_or_create(&SystemEntropy).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{} is not a key", path.display())) && !error.contains("hunter2"),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), bytes, "a file that is not a key was overwritten");
    }
    let error = KeySource::Text(Secret::new("hunter2".into())).load().unwrap_err().to_string();
    assert!(error.starts_with("ONRAMP_KEY is not a key"), "{error}");
}

#[test]
fn a_command_gives_the_key() {
    let command = format!("echo {}", key(1).to_text().expose());
    assert_eq!(KeySource::Command(command).load().unwrap().id(), key(1).id());
    let error = KeySource::Command("echo nothing".into()).load().unwrap_err().to_string();
    assert!(error.starts_with("the output of `echo nothing` is not a key"), "{error}");
    let error = KeySource::Command("/no/such/program x".into()).load().unwrap_err().to_string();
    assert!(error.starts_with("the key command `/no/such/program x` could not be started"), "{error}");
}

#[test]
fn a_wrong_key_is_refused_by_both_ids_and_nothing_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join(".onramp"), entropy());
    drop(create_in(&store, "a", &key(1)).unwrap());
    let run = crate::id::RunId::new("a").unwrap();
    let journal = store.run_dir(&run).join("journal.jsonl");
    fs::write(&journal, [fs::read(&journal).unwrap(), b"torn".to_vec()].concat()).unwrap();
    let contents = || {
        let mut files: Vec<_> = fs::read_dir(store.run_dir(&run)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect::<Vec<_>>()
    };
    let before = contents();
    let error = store.resume(&run, &key(2), &holder("onramp resume")).err().unwrap().to_string();
    assert!(
        error.contains(&format!("sealed with key {}, but the key given is {}", key(1).id(), key(2).id()))
            && error.contains("ONRAMP_KEY_FILE"),
        "{error}"
    );
    assert!(store.read(&run, &key(2)).is_err());
    assert_eq!(contents(), before);
    assert_eq!(store.key_id(&run).unwrap(), key(1).id());
}
