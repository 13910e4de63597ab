//! Secrets are in none of the bytes, and open only where they were sealed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::fixture::*;
use crate::store::seal::{Place, RunKeys, Seal};
use crate::store::*;

const FILES: [RunFile; 4] = [RunFile::Journal, RunFile::Checkpoint, RunFile::Seal, RunFile::Workflow(1)];

fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![secret.to_vec(), url::form_urlencoded::byte_serialize(secret).collect::<String>().into_bytes()];
    for shift in 0..3 {
        let shifted = [&vec![0; shift], secret].concat();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&shifted[..shifted.len() / 3 * 3]);
            all.push(encoded.as_bytes()[if shift == 0 { 0 } else { 4 }..].to_vec());
        }
    }
    all
}

#[test]
fn no_file_holds_a_secret_or_a_key_in_any_spelling() {
    let disk = disk_with(3);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    let mut task = crate::run::TaskState::default();
    task.input.insert("password".into(), secret(PASSWORD));
    task.outputs.insert("password".into(), secret(PASSWORD));
    let made = crate::run::Made {
        item: None,
        values: crate::secret::Data::new(),
        occurrence: 0,
        ended: at(1),
        doubtful: false,
        outputs: task.outputs.clone(),
        answer: None,
        undo: Some(Box::new(task.clone())),
    };
    let id = crate::id::StepId::new("signup").unwrap();
    let step = crate::run::StepState {
        id,
        tasks: vec![task],
        expanded: true,
        skipped: None,
        remedy: None,
        rounds: 0,
        former: Vec::new(),
        made: vec![made],
        succession: false,
    };
    writer.checkpoint(&recorded("a", 4, vec![step]), true).unwrap();
    let user_key = key(1).to_text();
    let user_key = user_key.expose().trim_start_matches("onramp-key-");
    let bytes = URL_SAFE_NO_PAD.decode(user_key).unwrap();
    for file in FILES {
        let contents = disk.contents(file).unwrap();
        for secret in [PASSWORD.as_bytes(), &[9; 32], user_key.as_bytes(), &bytes] {
            for spelling in spellings(secret) {
                assert!(!contents.windows(spelling.len()).any(|window| window == spelling), "{file:?}");
            }
        }
    }
    // The test would notice: what is public stands there.
    let journal = String::from_utf8(disk.contents(RunFile::Journal).unwrap()).unwrap();
    assert!(journal.contains("agent@onramp.test"));
}

#[test]
fn a_sealed_value_opens_in_its_own_place_alone() {
    let disk = disk_with(0);
    let keys = Seal::read(&*disk.handle()).unwrap().open(&*disk.handle(), &key(1), entropy()).unwrap();
    let place = Place { file: RunFile::Journal, seq: 3, step: "invite[a]", attempt: 1 };
    let value = json!({"token": PASSWORD});
    let sealed = keys.seal(&value, &place, "outputs").unwrap();
    let open = |keys: &RunKeys, sealed: &str, place: &Place<'_>, field: &str| keys.open::<Value>(sealed, place, field);
    assert_eq!(open(&keys, &sealed, &place, "outputs"), Some(value));
    for other in [
        Place { file: RunFile::Checkpoint, ..place },
        Place { seq: 4, ..place },
        Place { step: "invite[b]", ..place },
        Place { attempt: 2, ..place },
    ] {
        assert_eq!(open(&keys, &sealed, &other, "outputs"), None, "{other:?}");
    }
    assert_eq!(open(&keys, &sealed, &place, "data"), None);
    let (_, theirs) = Seal::draw(&crate::id::RunId::new("b").unwrap(), &key(1), entropy()).unwrap();
    assert_eq!(open(&theirs, &sealed, &place, "outputs"), None);
    let mut bytes = STANDARD.decode(&sealed).unwrap();
    for index in 0..bytes.len() {
        bytes[index] ^= 1;
        assert_eq!(open(&keys, &STANDARD.encode(&bytes), &place, "outputs"), None, "byte {index}");
        bytes[index] ^= 1;
    }
    for nonsense in ["", "AAAA", "no base64"] {
        assert_eq!(open(&keys, nonsense, &place, "outputs"), None);
    }
}

#[test]
fn the_length_of_a_sealed_value_does_not_tell_a_code_from_a_null() {
    let disk = disk_with(0);
    let keys = Seal::read(&*disk.handle()).unwrap().open(&*disk.handle(), &key(1), entropy()).unwrap();
    let place = Place { file: RunFile::Journal, seq: 3, step: "code", attempt: 1 };
    let length = |value: Value| keys.seal(&value, &place, "code").unwrap().len();
    assert_eq!(length(json!(null)), length(json!("123456")));
    assert_eq!(length(json!("123456")), length(json!("x".repeat(30))));
}
