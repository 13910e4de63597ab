//! A fleet in memory: rows that do nothing but report.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::sync::{Barrier, mpsc};

use super::driver::BETWEEN_COMMITS;
use super::*;
use crate::clock::{ManualClock, Timestamp};
use crate::engine::{EngineError, HostError, Log as _};
use crate::fleet::fixture::{self, started};
use crate::fleet::{Control, FleetEntry, FleetFact, FleetState, Flow, Row, RowId, RowPhase, StopAfter, StopReason};
use crate::id::{RunId, StepId, TaskPath};
use crate::run::{Entry, ErrorKind, Fact, RunStatus, StepError, Stop};
use crate::secret::Data;

const FLOW: Flow = Flow { max_parallel: 8, canary: None, stop_after: None };

fn fleet(rows: u64) -> FleetState {
    let mut state = FleetState::new(started(), "sha256:a".into(), Timestamp::default());
    let row = |number: u64| {
        let inputs = Data::from([("n".into(), json!(number).into())]);
        Row { number, inputs, ..fixture::row(&number.to_string()) }
    };
    let fact = FleetFact::RowsAdded((1..=rows).map(row).collect());
    state.apply(&FleetEntry { at: Timestamp::default(), fact }).unwrap();
    state
}

/// How many facts each commit had, and whether it was synced.
type Commits = Arc<Mutex<Vec<(usize, bool)>>>;

struct MemoryLog {
    commits: Commits,
    /// From this commit on the disk is full.
    full_at: usize,
}

impl FleetLog for MemoryLog {
    type Sealed = Vec<String>;

    fn append(&mut self, facts: &[Vec<String>], sync: bool) -> Result<u64, HostError> {
        let mut commits = self.commits.lock().unwrap();
        if commits.len() >= self.full_at {
            return Err(HostError("the disk is full".into()));
        }
        commits.push((facts.iter().map(Vec::len).sum(), sync));
        Ok(commits.len() as u64)
    }

    fn checkpoint(&mut self, _state: &FleetState, _last: bool) {}
}

#[derive(Clone)]
struct Plain;

impl Sealer for Plain {
    type Sealed = Vec<String>;

    fn fact(&self, entry: &FleetEntry) -> Result<Vec<String>, HostError> {
        Ok(vec![format!("{:?}", entry.fact)])
    }

    fn row(&self, row: RowId, _run: &RunId, entries: &[Entry]) -> Result<Vec<String>, HostError> {
        Ok(entries.iter().map(|entry| format!("{row} {}", entry.seq)).collect())
    }
}

type Work = BoxFuture<'static, Result<RunStatus, EngineError>>;

/// Rows whose work is made by a function.
struct Scripted<F>(F);

impl<F: FnMut(RowStart<Plain>) -> Work + Send> Rows<Plain> for Scripted<F> {
    fn start(&mut self, start: RowStart<Plain>) -> Work {
        (self.0)(start)
    }
}

fn entry(seq: u64, fact: Fact) -> Entry {
    Entry { seq, at: Timestamp::default(), fact }
}

/// Begins, and ends like that.
async fn ends(mut start: RowStart<Plain>, status: RunStatus) -> Result<RunStatus, EngineError> {
    let first = start.started.take().map(|started| entry(1, Fact::RunStarted(Box::new(started))));
    start.log.append(first.as_slice(), false).await?;
    let last = entry(2, Fact::RunEnded { status, outputs: Data::new(), notes: Vec::new() });
    start.log.append(&[last], true).await?;
    Ok(status)
}

struct Set {
    driver: FleetDriver<MemoryLog, Plain>,
    commits: Commits,
    stop: mpsc::UnboundedSender<Stop>,
    control: mpsc::UnboundedSender<Control>,
}

fn set(rows: u64, flow: Flow) -> (Set, Vec<RowId>) {
    let commits = Commits::default();
    let ((stop, stopped), (control, controlled)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    let log = MemoryLog { commits: commits.clone(), full_at: usize::MAX };
    let (clock, reporters) = (Arc::new(ManualClock::at(Timestamp::default())), Vec::new());
    let (state, sealer) = (fleet(rows), Plain);
    let ids = state.numbered().map(|(id, _)| id).collect();
    let driver = FleetDriver { state, log, sealer, clock, flow, reporters, stop: stopped, control: controlled };
    (Set { driver, commits, stop, control }, ids)
}

#[tokio::test]
async fn every_row_is_driven_to_its_end() {
    let (set, rows) = set(20, FLOW);
    let mut how = Scripted(|start: RowStart<Plain>| {
        let status = if start.row.get().is_multiple_of(5) { RunStatus::Failed } else { RunStatus::Succeeded };
        ends(start, status).boxed()
    });
    let (end, state) = set.driver.drive(rows, &mut how).await.unwrap();
    assert_eq!((end.progress.succeeded, end.progress.failed, end.progress.waiting), (16, 4, 0));
    assert_eq!((state.tally().succeeded, state.tally().failed), (16, 4));
    assert_eq!((end.stopped, end.stopping), (None, None));
}

#[tokio::test]
async fn rows_that_report_at_the_same_time_share_a_sync() {
    let (set, rows) = set(64, Flow { max_parallel: 64, ..FLOW });
    let together = Arc::new(Barrier::new(64));
    let mut how = Scripted(|start: RowStart<Plain>| {
        let together = together.clone();
        async move {
            together.wait().await;
            ends(start, RunStatus::Succeeded).await
        }
        .boxed()
    });
    set.driver.drive(rows, &mut how).await.unwrap();
    let commits = set.commits.lock().unwrap();
    let facts: usize = commits.iter().map(|(facts, _)| facts).sum();
    assert_eq!(facts, 128);
    assert!(commits.iter().filter(|(_, sync)| *sync).count() <= 4, "{commits:?}");
}

#[tokio::test]
async fn a_crowd_of_rows_is_committed_at_intervals() {
    let (set, rows) = set(128, Flow { max_parallel: 128, ..FLOW });
    let mut how = Scripted(|mut start: RowStart<Plain>| {
        async move {
            let first = start.started.take().map(|started| entry(1, Fact::RunStarted(Box::new(started))));
            start.log.append(first.as_slice(), true).await?;
            for seq in 2..10 {
                let fired = Fact::TimerFired { task: TaskPath::step(StepId::new("login").unwrap()) };
                start.log.append(&[entry(seq, fired)], true).await?;
            }
            let last = Fact::RunEnded { status: RunStatus::Succeeded, outputs: Data::new(), notes: Vec::new() };
            start.log.append(&[entry(10, last)], true).await?;
            Ok(RunStatus::Succeeded)
        }
        .boxed()
    });
    let began = Instant::now();
    set.driver.drive(rows, &mut how).await.unwrap();
    let intervals = began.elapsed().as_millis() / BETWEEN_COMMITS.as_millis();
    assert!(set.commits.lock().unwrap().len() as u128 <= intervals + 2);
}

#[tokio::test]
async fn no_more_rows_are_under_way_than_may_be() {
    let (set, rows) = set(30, Flow { max_parallel: 3, ..FLOW });
    let busy = Arc::new(Mutex::new((0, 0)));
    let mut how = Scripted(|start: RowStart<Plain>| {
        let busy = busy.clone();
        async move {
            {
                let mut busy = busy.lock().unwrap();
                busy.0 += 1;
                busy.1 = busy.1.max(busy.0);
            }
            let ended = ends(start, RunStatus::Succeeded).await;
            busy.lock().unwrap().0 -= 1;
            ended
        }
        .boxed()
    });
    set.driver.drive(rows, &mut how).await.unwrap();
    assert_eq!(*busy.lock().unwrap(), (0, 3));
}

#[tokio::test]
async fn after_too_many_failures_none_begins_and_those_under_way_end() {
    let (set, rows) = set(30, Flow { max_parallel: 1, stop_after: Some(StopAfter::Count(2)), ..FLOW });
    let mut how = Scripted(|start: RowStart<Plain>| ends(start, RunStatus::Failed).boxed());
    let (end, state) = set.driver.drive(rows, &mut how).await.unwrap();
    assert_eq!(end.stopped, Some(StopReason::Failures { failed: 2 }));
    assert_eq!((state.tally().failed, state.tally().waiting), (2, 28));
}

#[tokio::test]
async fn after_a_row_was_denied_access_none_begins_and_those_under_way_end() {
    let (set, rows) = set(30, Flow { max_parallel: 2, ..FLOW });
    let mut how = Scripted(|mut start: RowStart<Plain>| {
        async move {
            if start.row.get() == 1 {
                let first = start.started.take().map(|started| entry(1, Fact::RunStarted(Box::new(started))));
                start.log.append(first.as_slice(), false).await?;
                let error = StepError::new(ErrorKind::Service, "service.access_denied", "blocked");
                let denied = entry(2, Fact::Failed { task: TaskPath::step(StepId::new("login").unwrap()), error });
                start.log.append(&[denied], true).await?;
                let last =
                    entry(3, Fact::RunEnded { status: RunStatus::Failed, outputs: Data::new(), notes: Vec::new() });
                start.log.append(&[last], true).await?;
                return Ok(RunStatus::Failed);
            }
            ends(start, RunStatus::Succeeded).await
        }
        .boxed()
    });
    let (end, state) = set.driver.drive(rows, &mut how).await.unwrap();
    let row = RowId::new(1).unwrap();
    assert_eq!(end.stopped, Some(StopReason::AccessDenied { row }));
    assert!(state.tally().waiting > 20 && state.tally().begun == 0, "{:?}", state.tally());
}

#[tokio::test]
async fn a_fleet_that_is_stopped_tells_its_rows_and_waits_for_them() {
    let (set, rows) = set(10, Flow { max_parallel: 4, ..FLOW });
    let stop = set.stop.clone();
    let mut how = Scripted(move |mut start: RowStart<Plain>| {
        let stop = stop.clone();
        async move {
            if start.row.get() == 4 {
                stop.send(Stop::Interrupt).unwrap();
            }
            assert_eq!(start.stop.recv().await, Some(Stop::Interrupt));
            ends(start, RunStatus::Interrupted).await
        }
        .boxed()
    });
    let (end, state) = set.driver.drive(rows, &mut how).await.unwrap();
    assert_eq!(end.stopping, Some(Stop::Interrupt));
    let interrupted = state.rows.iter().filter(|row| row.phase == RowPhase::Ended(RunStatus::Interrupted));
    assert_eq!((interrupted.count(), state.tally().waiting), (4, 6));
}

fn paused(set: &mut Set) {
    let entry = FleetEntry { at: Timestamp::default(), fact: FleetFact::Paused(true) };
    set.driver.state.apply(&entry).unwrap();
}

#[tokio::test]
async fn in_a_pause_no_row_begins() {
    let (mut set, rows) = set(6, FLOW);
    paused(&mut set);
    set.stop.send(Stop::Interrupt).unwrap();
    let mut how = Scripted(|start: RowStart<Plain>| ends(start, RunStatus::Succeeded).boxed());
    let (_, state) = set.driver.drive(rows, &mut how).await.unwrap();
    assert_eq!((state.tally().succeeded, state.tally().waiting), (0, 6));
}

#[tokio::test]
async fn after_a_pause_rows_begin_again_and_the_journal_says_so() {
    let (mut set, rows) = set(6, FLOW);
    paused(&mut set);
    set.control.send(Control::Pause(false)).unwrap();
    let mut how = Scripted(|start: RowStart<Plain>| ends(start, RunStatus::Succeeded).boxed());
    let (_, state) = set.driver.drive(rows, &mut how).await.unwrap();
    assert_eq!((state.tally().succeeded, state.paused), (6, false));
    assert_eq!(set.commits.lock().unwrap().iter().map(|(facts, _)| facts).sum::<usize>(), 13);
}

#[tokio::test]
async fn a_full_disk_ends_the_fleet_and_no_row_takes_its_entries_for_stored() {
    let (mut set, rows) = set(4, FLOW);
    set.driver.log.full_at = 0;
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut how = Scripted(|start: RowStart<Plain>| {
        let told = told.clone();
        async move {
            let ended = ends(start, RunStatus::Succeeded).await;
            told.lock().unwrap().push(ended.is_ok());
            ended
        }
        .boxed()
    });
    let error = set.driver.drive(rows, &mut how).await.unwrap_err();
    assert_eq!(error, HostError("the disk is full".into()));
    assert!(!told.lock().unwrap().contains(&true));
}
