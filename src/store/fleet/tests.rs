//! A fleet on a disk that forgets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::read::{FleetReader, load};
use super::writer::{FleetWriter, NewFleet};
use crate::fleet::{FleetEntry, FleetFact, FleetState, Row, RowEvent, RowId, RowPhase, fixture};
use crate::id::{StepId, TaskPath};
use crate::run::{Entry, Fact, Outcome, RunStarted, RunStatus};
use crate::secret::Data;
use crate::store::simulated::{Crash, ForgetfulDisk};
use crate::store::tests::fixture::{PASSWORD, WORKFLOW, at, entropy, entry, intent, key, origin, secret, started};
use crate::store::{RunFile, StoreError};

/// A fleet on a disk, and what its journal must give back.
struct Written {
    disk: ForgetfulDisk,
    writer: FleetWriter,
    state: FleetState,
    /// What happened in each row, in order.
    entries: BTreeMap<RowId, Vec<Entry>>,
}

fn row(number: u64) -> Row {
    let inputs = Data::from([("email".into(), json!(number).into()), ("password".into(), secret(PASSWORD))]);
    let (secrets, found) = (Data::from([("api_key".into(), secret(PASSWORD))]), vec!["email".to_owned()]);
    let label = Some(number.to_string());
    Row { number, inputs, secrets, label, found, ..fixture::row(&format!("agent+{number}@onramp.test")) }
}

fn id(number: u32) -> RowId {
    RowId::new(number).unwrap()
}

impl Written {
    fn new(rows: u64) -> Self {
        let disk = ForgetfulDisk::default();
        let started = RunStarted { inputs: Data::new(), ..started("q4") };
        let new = NewFleet { texts: &WORKFLOW.into(), origin: &origin(), started: &started, at: at(1) };
        let (writer, state) = FleetWriter::create(disk.handle(), new, &key(1), entropy()).unwrap();
        let mut written = Self { disk, writer, state, entries: BTreeMap::new() };
        written.fact(FleetFact::RowsAdded((1..=rows).map(row).collect()));
        written
    }

    fn fact(&mut self, fact: FleetFact) {
        let entry = FleetEntry { at: at(2), fact };
        let sealed = self.writer.sealer().fact(&entry).unwrap();
        self.writer.append(&[sealed], true).unwrap();
        self.state.apply(&entry).unwrap();
    }

    /// One commit with an entry of each of these rows.
    fn commit(&mut self, rows: &[(u32, Fact)], sync: bool) {
        let mut sealed = Vec::new();
        let mut events = Vec::new();
        for (number, fact) in rows {
            let (row, run) = (id(*number), id(*number).run(self.state.id()).unwrap());
            let entries = self.entries.entry(row).or_default();
            let entry = entry(entries.len() as u64 + 1, fact.clone());
            sealed.push(self.writer.sealer().row(row, &run, std::slice::from_ref(&entry)).unwrap());
            events.push((row, RowEvent::of(&entry)));
            entries.push(entry);
        }
        let offset = self.writer.append(&sealed, sync).unwrap();
        events.into_iter().for_each(|(row, event)| self.state.apply_row(row, event, offset).unwrap());
    }

    fn begin(&self, number: u32) -> (u32, Fact) {
        (number, Fact::RunStarted(Box::new(self.state.start_of(id(number)).unwrap())))
    }

    /// Three rows: one has ended, one is under way, one waits.
    fn busy() -> Self {
        let mut written = Self::new(3);
        written.commit(&[written.begin(1), written.begin(2)], true);
        for seq in 2..=4 {
            written.commit(&[(1, intent(seq).fact), (2, intent(seq).fact)], true);
        }
        let outcome = Outcome { waited: Duration::from_millis(1234), ..Outcome::succeeded(Data::new()) };
        written.commit(&[(1, attempt_ended(outcome))], true);
        written.commit(&[(1, ended(RunStatus::Succeeded))], true);
        written
    }

    fn read(&self) -> Result<FleetState, StoreError> {
        load(&*self.disk.handle(), &key(1), entropy()).map(|(loaded, _)| loaded.state)
    }
}

fn attempt_ended(outcome: Outcome) -> Fact {
    let task = TaskPath::step(StepId::new("signup").unwrap());
    Fact::AttemptEnded { task, attempt: 1, outcome: Arc::new(outcome) }
}

fn ended(status: RunStatus) -> Fact {
    Fact::RunEnded { status, outputs: Data::new(), notes: Vec::new() }
}

#[test]
fn a_fleet_is_read_back_as_it_was() {
    let written = Written::busy();
    let read = written.read().unwrap();
    assert_eq!(read, written.state);
    let phases: Vec<RowPhase> = read.rows.iter().map(|row| row.phase).collect();
    assert_eq!(phases, [RowPhase::Ended(RunStatus::Succeeded), RowPhase::Begun, RowPhase::Waiting]);
    assert_eq!(read.rows[1].attempts, 3);
    assert_eq!(read.waits["signup"].total, Duration::from_millis(1234));
}

#[test]
fn a_fleet_that_was_killed_early_has_a_checkpoint_and_alarms_nobody() {
    let written = Written::new(2);
    let (loaded, _) = load(&*written.disk.handle(), &key(1), entropy()).unwrap();
    assert_eq!((loaded.state, loaded.warnings), (written.state, Vec::new()));
}

#[test]
fn a_checkpoint_changes_nothing_of_what_is_read() {
    let mut written = Written::busy();
    written.writer.checkpoint(&written.state, true).unwrap();
    assert_eq!(written.read().unwrap(), written.state);
    written.commit(&[written.begin(3)], true);
    written.fact(FleetFact::RowsWithdrawn(vec![id(2)]));
    assert_eq!(written.read().unwrap(), written.state);
    written.disk.tamper(RunFile::Checkpoint, None);
    let (loaded, _) = load(&*written.disk.handle(), &key(1), entropy()).unwrap();
    assert_eq!(loaded.state, written.state);
    assert!(loaded.warnings[0].contains("is missing"), "{:?}", loaded.warnings);
}

#[test]
fn no_file_of_a_fleet_has_a_secret_of_a_row() {
    let mut written = Written::busy();
    written.writer.checkpoint(&written.state, true).unwrap();
    for file in [RunFile::Journal, RunFile::Checkpoint, RunFile::Seal] {
        let text = String::from_utf8(written.disk.contents(file).unwrap()).unwrap();
        assert!(!text.contains(PASSWORD), "{file:?}");
    }
}

#[test]
fn a_crash_leaves_the_commits_that_were_synced_and_whole_ones_of_the_others() {
    let states = |keep: usize| {
        let mut written = Written::busy();
        let mut states = vec![written.state.clone()];
        for seq in 5..=7 {
            written.commit(&[(2, intent(seq).fact)], false);
            states.push(written.state.clone());
        }
        let unsynced = written.disk.unsynced();
        written.disk.crash(Crash { keep, ..Crash::default() });
        (unsynced, states, written.read().unwrap())
    };
    let (unsynced, ..) = states(0);
    let mut met = Vec::new();
    for keep in (0..=unsynced).step_by(17).chain([unsynced]) {
        let (_, states, read) = states(keep);
        let found = states.iter().position(|state| *state == read);
        met.push(found.unwrap_or_else(|| panic!("after {keep} of {unsynced} bytes")));
    }
    assert!(met.is_sorted() && met[0] == 0 && met[met.len() - 1] == 3, "{met:?}");
}

#[test]
fn who_goes_on_cuts_off_what_a_crash_left() {
    let mut written = Written::busy();
    let before = written.state.clone();
    written.commit(&[(2, intent(5).fact)], false);
    written.disk.crash(Crash { keep: 40, ..Crash::default() });
    let (mut writer, loaded) = FleetWriter::resume(written.disk.handle(), &key(1), entropy(), |_| None).unwrap();
    assert_eq!(loaded.state, before);
    let run = id(2).run(before.id()).unwrap();
    let sealed = writer.sealer().row(id(2), &run, &[entry(5, ended(RunStatus::Failed))]).unwrap();
    writer.append(&[sealed], true).unwrap();
    let read = written.read().unwrap();
    assert_eq!(read.rows[1].phase, RowPhase::Ended(RunStatus::Failed));
}

#[test]
fn a_hole_over_lines_that_were_synced_is_damage() {
    let written = Written::busy();
    let mut bytes = written.disk.contents(RunFile::Journal).unwrap();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let third = ends.map(|(end, _)| end + 1).nth(1).unwrap();
    bytes[third + 20..third + 40].fill(0);
    written.disk.tamper(RunFile::Journal, Some(bytes));
    let error = written.read().unwrap_err().to_string();
    assert!(error.contains(":3: commit 2 is not what was written here"), "{error}");
}

#[test]
fn lines_that_are_gone_are_missed_by_the_checkpoint() {
    let mut written = Written::busy();
    let before = written.disk.contents(RunFile::Journal).unwrap();
    written.commit(&[written.begin(3)], true);
    written.writer.checkpoint(&written.state, true).unwrap();
    written.disk.tamper(RunFile::Journal, Some(before));
    let error = written.read().unwrap_err().to_string();
    assert!(error.contains("lines are missing"), "{error}");
}

#[test]
fn a_newer_format_is_refused() {
    let mut written = Written::busy();
    written.writer.checkpoint(&written.state, true).unwrap();
    let seal = String::from_utf8(written.disk.contents(RunFile::Seal).unwrap()).unwrap();
    written.disk.tamper(RunFile::Seal, Some(seal.replace("\"1.0\"", "\"2.0\"").into_bytes()));
    assert!(matches!(written.read(), Err(StoreError::Newer { .. })));
}

mod rows {
    use std::sync::Arc;

    use super::*;
    use crate::run::Resumption;
    use crate::store::fleet::RowWriter;
    use crate::store::tests::fixture::holder;
    use crate::store::{Store, texts};

    /// The same on a real disk, which rows are read from.
    fn stored() -> (tempfile::TempDir, Store, FleetState, BTreeMap<RowId, Vec<Entry>>) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("store"), Arc::clone(&entropy())).fleets();
        let started = RunStarted { inputs: Data::new(), ..started("q4") };
        let new = NewFleet { texts: &WORKFLOW.into(), origin: &origin(), started: &started, at: at(1) };
        let (writer, state) = store.create_fleet(new, &key(1), &holder("onramp fleet run")).unwrap();
        let mut written = Written { disk: ForgetfulDisk::default(), writer, state, entries: BTreeMap::new() };
        written.fact(FleetFact::RowsAdded((1..=3).map(row).collect()));
        written.commit(&[written.begin(1), written.begin(2)], true);
        for seq in 2..=4 {
            written.commit(&[(1, intent(seq).fact), (2, intent(seq).fact)], true);
        }
        (folder, store, written.state, written.entries)
    }

    fn reader(store: &Store, state: &FleetState) -> FleetReader {
        store.fleet_reader(state.id(), &key(1)).unwrap()
    }

    #[test]
    fn a_row_is_read_as_any_run() {
        let (_folder, store, state, entries) = stored();
        let reader = reader(&store, &state);
        let facts = reader.facts(&state, &[id(1), id(2), id(3)]).unwrap();
        assert_eq!(facts.len(), 2, "a row that waits has no entries");
        for (row, expected) in entries {
            let loaded = reader.row(&state, row, &facts[&row]).unwrap();
            assert_eq!(loaded.entries, expected);
            assert_eq!(loaded.run, row.run(state.id()).unwrap());
            assert_eq!(loaded.texts, WORKFLOW.into());
        }
    }

    #[test]
    fn what_is_sealed_for_one_row_opens_for_no_other() {
        let (_folder, store, state, _) = stored();
        let path = store.run_dir(state.id()).join("journal.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| line.contains("attempt_started")).unwrap();
        let commit: serde_json::Value = serde_json::from_str(line).unwrap();
        let of = |row: u64| commit["facts"].as_array().unwrap().iter().find(|fact| fact["row"] == row).unwrap();
        let swapped = of(1).to_string().replacen("\"row\":1", "\"row\":2", 1);
        let keys = crate::store::seal::Seal::read(&*folder(&store, &state)).unwrap();
        let keys = keys.open(&*folder(&store, &state), &key(1), entropy()).unwrap();
        assert!(super::super::facts::open(&of(1).to_string(), &keys, |_| true).is_ok());
        assert!(super::super::facts::open(&swapped, &keys, |_| true).is_err());
    }

    fn folder(store: &Store, state: &FleetState) -> Box<dyn crate::store::Disk> {
        Box::new(store.folder(state.id()).unwrap())
    }

    #[test]
    fn a_row_has_the_text_that_it_began_with() {
        let (_folder, store, state, _) = stored();
        let (mut writer, loaded) = store.resume_fleet(state.id(), &key(1), &holder("onramp fleet resume")).unwrap();
        let mut state = loaded.state;
        let newer = crate::workflow::Texts::from("name: bootstrap\nsteps: { a: { uses: x } }\n");
        let workflow = writer.keep_workflow(2, &newer).unwrap();
        assert_eq!(workflow, texts::pin(&newer).unwrap());
        let entry = FleetEntry { at: at(9), fact: FleetFact::Replanned { workflow } };
        writer.append(&[writer.sealer().fact(&entry).unwrap()], true).unwrap();
        state.apply(&entry).unwrap();
        let disk = ForgetfulDisk::default();
        let mut written = Written { disk, writer, state, entries: BTreeMap::new() };
        written.commit(&[written.begin(3)], true);
        let state = store.read_fleet(written.state.id(), &key(1)).unwrap().state;
        let reader = reader(&store, &state);
        let facts = reader.facts(&state, &[id(1), id(3)]).unwrap();
        assert_eq!(reader.row(&state, id(1), &facts[&id(1)]).unwrap().texts, WORKFLOW.into());
        assert_eq!(reader.row(&state, id(3), &facts[&id(3)]).unwrap().texts, newer);
    }

    fn row_writer(store: &Store, state: &FleetState, number: u32, entries: u64) -> RowWriter {
        let (fleet, loaded) = store.resume_fleet(state.id(), &key(1), &holder("onramp resume")).unwrap();
        RowWriter::new(fleet, loaded.state, id(number), entries)
    }

    #[test]
    fn what_is_written_to_one_row_is_read_back_with_what_it_had_and_with_its_fleet() {
        let (_folder, store, state, mut entries) = stored();
        let before = entries.remove(&id(2)).unwrap();
        let mut writer = row_writer(&store, &state, 2, before.len() as u64);
        let last = entry(5, ended(RunStatus::Succeeded));
        assert!(matches!(
            writer.append(&[entry(6, ended(RunStatus::Failed))], true),
            Err(StoreError::OutOfOrder { expected: 5, found: 6 })
        ));
        writer.append(std::slice::from_ref(&last), true).unwrap();
        let newer = crate::workflow::Texts::from("name: bootstrap\nsteps: { a: { uses: x } }\n");
        let pin = writer.keep_workflow(&newer).unwrap();
        assert_eq!(writer.keep_workflow(&newer).unwrap(), pin);
        writer.checkpoint(true).unwrap();
        let read = store.read_fleet(state.id(), &key(1)).unwrap();
        assert_eq!((&read.state, read.texts), (writer.state(), newer));
        assert_eq!(read.state.version(), 2, "the same text is kept once");
        let reader = reader(&store, &read.state);
        let facts = reader.facts(&read.state, &[id(1), id(2)]).unwrap();
        let of = |number: u32| reader.row(&read.state, id(number), &facts[&id(number)]).unwrap().entries;
        assert_eq!(of(2), [before, vec![last]].concat());
        assert_eq!(of(1), entries[&id(1)]);
    }

    #[test]
    fn a_row_that_is_taken_over_warily_makes_its_fleet_wary_until_somebody_vouches() {
        let (_folder, store, state, _) = stored();
        let mut writer = row_writer(&store, &state, 1, 4);
        let mut goes_on = |seq: u64, wary: bool, trusted: bool| {
            let how = Resumption { wary, trusted, ..Resumption::default() };
            writer.append(&[entry(seq, Fact::Resumed(Box::new(how)))], true).unwrap();
            let read = store.read_fleet(state.id(), &key(1)).unwrap().state;
            assert_eq!(&read, writer.state());
            read.wary
        };
        assert!(goes_on(5, true, false));
        assert!(goes_on(6, false, false));
        assert!(!goes_on(7, false, true));
    }
}
