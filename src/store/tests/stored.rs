//! What comes back is what was stored.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::*;
use super::generate;
use crate::run::*;
use crate::secret::{Data, Datum};
use crate::store::*;

proptest! {
    #[test]
    fn every_fact_comes_back_as_it_was(entries in generate::entries()) {
        let disk = disk_with(0);
        let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
        writer.append(&entries, false).unwrap();
        let (_, loaded) = resume_on(&disk, &key(1)).unwrap();
        prop_assert_eq!(loaded.entries, entries);
    }

    #[test]
    fn every_state_comes_back_as_it_was(state in generate::recorded_run()) {
        let disk = disk_with(0);
        let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
        writer.checkpoint(&state, false).unwrap();
        let (_, loaded) = resume_on(&disk, &key(1)).unwrap();
        prop_assert_eq!(loaded.warnings, [""; 0]);
        prop_assert_eq!(loaded.snapshot, Some(state));
    }
}

fn succeeded(seq: u64, value: Datum) -> Entry {
    let outputs = Data::from([("value".into(), value)]);
    let task = crate::id::TaskPath::parse("invite[ada@onramp.test]").unwrap();
    entry(seq, Fact::Succeeded { task, outputs: Some(outputs), warning: None })
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |value, _| json!([value]))
}

#[test]
fn deep_values_come_back_and_deeper_ones_are_refused_before_they_are_written() {
    for secret in [false, true] {
        let disk = disk_with(0);
        let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
        let deep = succeeded(2, Datum::new(nested(512), secret));
        writer.append(std::slice::from_ref(&deep), false).unwrap();
        let deeper = succeeded(3, Datum::new(nested(513), secret));
        assert!(matches!(writer.append(&[deeper], false), Err(StoreError::TooDeep { limit: 512 })));
        writer.append(&[intent(3)], false).unwrap();
        assert_eq!(resume_on(&disk, &key(1)).unwrap().1.entries, [deep, intent(3)]);
    }
}

#[test]
fn a_wish_to_be_left_alone_is_not_shortened() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    let task = crate::id::TaskPath::parse("a").unwrap();
    let ended = |retry_after| {
        let outcome = Outcome { retry_after: Some(retry_after), ..Outcome::succeeded(Data::new()) };
        entry(2, Fact::AttemptEnded { task: task.clone(), attempt: 1, outcome: Arc::new(outcome) })
    };
    writer.append(&[ended(Duration::from_nanos(1))], false).unwrap();
    assert_eq!(resume_on(&disk, &key(1)).unwrap().1.entries, [ended(Duration::from_millis(1))]);
}

#[test]
fn the_journal_can_be_read_by_people() {
    let disk = disk_with(0);
    let (mut writer, _) = resume_on(&disk, &key(1)).unwrap();
    writer.append(&[succeeded(2, json!({"sealed": "ada"}).into())], true).unwrap();
    let text = String::from_utf8(disk.contents(RunFile::Journal).unwrap()).unwrap();
    let mut line: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(line.as_object_mut().unwrap().remove("mac").unwrap().as_str().unwrap().len(), 64);
    let expected = json!({
        "commit": 2,
        "synced": 1,
        "entries": [{
            "seq": 2,
            "at": "2026-11-22T01:34:05.002Z",
            "fact": "succeeded",
            "task": "invite[ada@onramp.test]",
            "outputs": {"public": {"value": {"sealed": "ada"}}},
        }],
    });
    assert_eq!(line, expected);
}
