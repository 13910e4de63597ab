use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::entropy::{Entropy, SeededEntropy};
use crate::id::{RunId, StepId, TaskPath};
use crate::run::*;
use crate::secret::{Data, Datum, Secret};
use crate::store::simulated::ForgetfulDisk;
use crate::store::*;
use crate::workflow::Effect;

pub const WORKFLOW: &str = "name: bootstrap\nsteps: {}\n";
pub const PASSWORD: &str = "correct horse/battery+staple=9";

pub fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new(7))
}

pub fn key(seed: u64) -> Key {
    Key::draw(&SeededEntropy::new(seed)).unwrap()
}

pub fn holder(command: &str) -> Holder {
    Holder::this_process(command, Timestamp::from_millis(1_795_311_245_067))
}

pub fn at(seq: u64) -> Timestamp {
    Timestamp::from_millis(1_795_311_245_000 + i64::try_from(seq).unwrap())
}

pub fn secret(text: &str) -> Datum {
    Datum::secret(Value::from(text))
}

pub fn started(run: &str) -> RunStarted {
    RunStarted {
        run: RunId::new(run).unwrap(),
        workflow: "bootstrap".into(),
        seed: Secret::new(vec![9; 32]),
        inputs: Data::from([("email".into(), json!("agent@onramp.test").into())]),
        secrets: Data::from([("password".into(), secret(PASSWORD))]),
        settings: Settings {
            base_url: "http://127.0.0.1:8080".into(),
            sandbox: true,
            settle: Duration::from_secs(5),
            allow_hosts: Vec::new(),
            typed_origins: Vec::new(),
            allow_spend: None,
        },
        until: None,
    }
}

pub fn recorded(run: &str, seq: u64, steps: Vec<StepState>) -> Recorded {
    Recorded {
        started: Arc::new(started(run)),
        seq,
        began: at(1),
        now: at(seq),
        status: RunStatus::Running,
        version: 1,
        workflow: None,
        stopping: None,
        teardown: false,
        before_teardown: None,
        until: None,
        wary: false,
        epochs: Vec::new(),
        since: at(1),
        alarms: BTreeMap::new(),
        paced: VecDeque::new(),
        steps,
        removed: Vec::new(),
        last_stood: BTreeMap::new(),
        purchases: BTreeMap::new(),
        claims: Arc::new(BTreeSet::from(["<1@onramp.test>".to_owned()])),
        outputs: Data::from([("api_key".into(), secret(PASSWORD))]),
        notes: vec!["a note".into()],
    }
}

pub fn entry(seq: u64, fact: Fact) -> Entry {
    Entry { seq, at: at(seq), fact }
}

pub fn first(run: &str) -> Entry {
    entry(1, Fact::RunStarted(Box::new(started(run))))
}

/// The intent of an attempt, with a password in it.
pub fn intent(seq: u64) -> Entry {
    entry(
        seq,
        Fact::AttemptStarted(Box::new(AttemptStarted {
            task: TaskPath::step(StepId::new("signup").unwrap()),
            attempt: u32::try_from(seq).unwrap(),
            occurrence: 1,
            effect: Effect::Once,
            idempotency_key: "k".repeat(32),
            input: Data::from([("password".into(), secret(PASSWORD)), ("n".into(), json!(seq).into())]),
            digest: "d".repeat(64).into(),
            spends: None,
        })),
    )
}

pub fn origin() -> Origin {
    Origin { workflow_path: "workflows/bootstrap.yaml".into(), workflow_file: None }
}

pub fn create_on(disk: &ForgetfulDisk, key: &Key) -> RunWriter {
    let (origin, first, state) = (origin(), first("a"), recorded("a", 1, Vec::new()));
    let new = NewRun { texts: &WORKFLOW.into(), origin: &origin, first: &first, state: &state };
    RunWriter::create(disk.handle(), new, key, entropy()).unwrap()
}

pub fn resume_on(disk: &ForgetfulDisk, key: &Key) -> Result<(RunWriter, Loaded), StoreError> {
    RunWriter::resume(disk.handle(), key, entropy())
}

/// A disk with a run of the first entry and `commits` more, one entry each, all synced.
pub fn disk_with(commits: u64) -> ForgetfulDisk {
    let disk = ForgetfulDisk::default();
    let mut writer = create_on(&disk, &key(1));
    for seq in 2..=commits + 1 {
        writer.append(&[intent(seq)], true).unwrap();
    }
    disk
}

pub fn create_in(store: &Store, run: &str, key: &Key) -> Result<RunWriter, StoreError> {
    let (origin, first, state) = (origin(), first(run), recorded(run, 1, Vec::new()));
    store.create(
        NewRun { texts: &WORKFLOW.into(), origin: &origin, first: &first, state: &state },
        key,
        &holder("onramp run"),
    )
}
