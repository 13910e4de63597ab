//! `docs/checkpoint-format.md` shows a run. It is held against what the store writes, byte for byte.

use std::sync::Arc;

use serde_json::json;

use super::fixture::*;
use crate::id::{StepId, TaskPath};
use crate::run::*;
use crate::secret::Data;
use crate::store::simulated::ForgetfulDisk;
use crate::store::*;
use crate::workflow::Effect;

const PAGE: &str = include_str!("../../../docs/checkpoint-format.md");
const FILES: [RunFile; 4] = [RunFile::Journal, RunFile::Checkpoint, RunFile::Seal, RunFile::Workflow(1)];

/// What the page shows of a file: the block after the line that opens with its name.
fn shown(file: RunFile) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("title=\"{}\"\n", file.name())).expect("the page does not show the file");
    rest.split_once("```").unwrap().0
}

fn facts() -> Vec<Fact> {
    let task = TaskPath::step(StepId::new("signup").unwrap());
    let outputs = Data::from([("email".into(), json!("agent@onramp.test").into()), ("token".into(), secret(PASSWORD))]);
    let intent = AttemptStarted {
        task: task.clone(),
        attempt: 1,
        occurrence: 1,
        effect: Effect::Once,
        idempotency_key: "0d5fb1a2c41e4c0f9a6c3f5f0d2b7e11".into(),
        input: Data::from([("password".into(), secret(PASSWORD))]),
        digest: "7be0c1f6a8d24e53".into(),
        spends: None,
    };
    vec![
        Fact::AttemptStarted(Box::new(intent)),
        Fact::AttemptEnded { task: task.clone(), attempt: 1, outcome: Arc::new(Outcome::succeeded(outputs.clone())) },
        Fact::Succeeded { task, outputs: None, warning: None },
    ]
}

fn steps() -> Vec<StepState> {
    let Some(Fact::AttemptEnded { outcome, .. }) = facts().into_iter().nth(1) else { return Vec::new() };
    let task = TaskState {
        phase: Phase::Succeeded,
        occurrence: 1,
        attempts: 1,
        tries: 1,
        since: Some(at(2)),
        first_sent: Some(at(2)),
        ended: Some(at(4)),
        outputs: outcome.data.clone(),
        ..TaskState::default()
    };
    let id = StepId::new("signup").unwrap();
    vec![StepState {
        id,
        tasks: vec![task],
        expanded: true,
        skipped: None,
        remedy: None,
        rounds: 0,
        former: Vec::new(),
        made: Vec::new(),
        succession: false,
    }]
}

fn example() -> ForgetfulDisk {
    let disk = ForgetfulDisk::default();
    let mut writer = create_on(&disk, &key(1));
    let entries: Vec<Entry> = facts().into_iter().zip(2..).map(|(fact, seq)| entry(seq, fact)).collect();
    writer.append(&entries[..1], true).unwrap();
    writer.append(&entries[1..], true).unwrap();
    writer.checkpoint(&recorded("a", 4, steps()), true).unwrap();
    disk
}

#[test]
fn the_page_shows_what_is_written() {
    let disk = example();
    for file in FILES {
        let written = String::from_utf8(disk.contents(file).unwrap()).unwrap();
        assert_eq!(shown(file), written, "{}", file.name());
    }
}

#[test]
fn the_run_on_the_page_opens_with_the_key_on_the_page() {
    let disk = ForgetfulDisk::default();
    for file in FILES {
        disk.tamper(file, Some(shown(file).as_bytes().to_vec()));
    }
    let text = PAGE.split(['`', '\n']).find(|text| text.starts_with("onramp-key-") && text.len() == 54).unwrap();
    let (writer, loaded) = resume_on(&disk, &Key::parse(text).unwrap()).unwrap();
    assert_eq!(writer.seq(), 4);
    assert_eq!(loaded.snapshot, Some(recorded("a", 4, steps())));
}

#[test]
fn the_page_knows_the_version() {
    assert!(PAGE.contains(&format!("This page describes format {FORMAT}.")));
}
