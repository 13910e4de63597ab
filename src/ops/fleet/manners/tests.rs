//! Whose terms must have been read, and what is noted.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use super::*;
use crate::action::Registry;
use crate::clock::{ManualClock, Timestamp};
use crate::entropy::SystemEntropy;
use crate::store::KeySource;

const MANY: u64 = 26;
const HOST: &str = "https://host.test/api";

fn workspace(terms: Option<PathBuf>) -> Workspace {
    Workspace {
        store: "store".into(),
        key: KeySource::Homeless,
        sandboxes: None,
        witnesses: None,
        terms,
        registry: Arc::new(Registry::builtin()),
        clock: Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T10:00:00Z").unwrap())),
        entropy: Arc::new(SystemEntropy),
        command: "test".into(),
        rate_scale: 1.0,
        ca_file: None,
        tokens: Default::default(),
    }
}

fn ask(folder: &Path, services: &[&str], accept_terms: bool) -> Result<(), String> {
    let workspace = workspace(Some(folder.join("state/terms")));
    mind_manners(&workspace, &MannersRequest { rows: MANY, services, accept_terms }).map_err(|error| error.to_string())
}

#[test]
fn only_many_rows_at_a_host_elsewhere_need_terms() {
    let origins = |rows, services: &[&str]| concerned(rows, services).into_iter().collect::<Vec<_>>();
    assert_eq!(origins(FEW, &[HOST]), Vec::<String>::new());
    assert_eq!(origins(MANY, &[HOST, "https://host.test/other", "https://HOST.test:443"]), ["https://host.test"]);
    assert_eq!(origins(MANY, &["https://host.test:8443"]), ["https://host.test:8443"]);
    let here = ["http://127.0.0.1:4010", "http://localhost", "http://[::1]:3/", "imaps://a@mail.test", "no url"];
    assert_eq!(origins(MANY, &here), Vec::<String>::new());
}

#[test]
fn terms_are_accepted_once_for_each_origin() {
    let folder = tempfile::tempdir().unwrap();
    let refused = ask(folder.path(), &[HOST], false).unwrap_err();
    assert!(refused.starts_with("26 rows are many accounts for https://host.test. Read its terms"), "{refused}");
    assert!(refused.contains("--accept-terms") && refused.ends_with("Nothing was sent"), "{refused}");
    assert!(!folder.path().join("state").exists(), "a refusal leaves nothing behind");
    ask(folder.path(), &[HOST], true).unwrap();
    ask(folder.path(), &[HOST], false).unwrap();
    let other = ask(folder.path(), &[HOST, "https://host.test:8443"], false).unwrap_err();
    assert!(other.contains("many accounts for https://host.test:8443."), "{other}");
}

#[test]
fn what_is_noted_says_when_and_is_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    ask(folder.path(), &[HOST], true).unwrap();
    let path = folder.path().join("state/terms/https___host.test.json");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        format!("{{\"origin\":\"https://host.test\",\"at\":\"2026-11-22T10:00:00.000Z\",\"onramp\":\"{version}\"}}\n")
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn a_note_that_is_damaged_or_of_another_is_none() {
    let folder = tempfile::tempdir().unwrap();
    ask(folder.path(), &[HOST], true).unwrap();
    let path = folder.path().join("state/terms/https___host.test.json");
    for text in ["", "{\"origin\":\"https://host", "{\"origin\":\"https://other.test\",\"at\":\"\",\"onramp\":\"\"}"] {
        fs::write(&path, text).unwrap();
        assert!(ask(folder.path(), &[HOST], false).is_err(), "{text}");
    }
    ask(folder.path(), &[HOST], true).unwrap();
    ask(folder.path(), &[HOST], false).unwrap();
}

#[test]
fn without_a_place_for_notes_many_rows_are_refused() {
    let request = MannersRequest { rows: MANY, services: &[HOST], accept_terms: true };
    let error = mind_manners(&workspace(None), &request).unwrap_err();
    assert!(error.to_string().contains("set HOME"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state"), "a file").unwrap();
    let error = ask(folder.path(), &[HOST], true).unwrap_err();
    assert!(error.starts_with("cannot use ") && error.contains("which notes whose terms you have read"), "{error}");
}
