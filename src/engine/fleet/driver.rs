//! The one who owns a fleet's state: takes what rows report, commits it, and lets rows begin.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::message::{Entries, Message, Sender};
use super::row_log::{RowLog, Sealer};
use crate::clock::Clock;
use crate::engine::{EngineError, HostError, StopSignal};
use crate::fleet::{
    Admission, Control, FleetEntry, FleetFact, FleetState, Flow, Progress, RowEvent, RowId, StopReason, admit,
};
use crate::report::fleet::FleetReporter;
use crate::run::{RunStatus, Stop};

/// Where a fleet's facts are kept.
pub trait FleetLog: Send + 'static {
    type Sealed: Send + 'static;

    /// Appends facts as one commit and gives where it begins, in bytes; with `sync`, returns when they are on stable storage.
    fn append(&mut self, facts: &[Self::Sealed], sync: bool) -> Result<u64, HostError>;

    /// Takes the chance to write a checkpoint, if one is due; `last` if the fleet stands still. The journal is the truth: a
    /// checkpoint that cannot be written is no reason to stop.
    fn checkpoint(&mut self, state: &FleetState, last: bool);
}

/// How rows are run.
pub trait Rows<S: Sealer>: Send {
    /// What drives a row until it stands still. Nothing of it happens before it is polled.
    fn start(&mut self, start: RowStart<S>) -> BoxFuture<'static, Result<RunStatus, EngineError>>;

    /// The services that rows wait for, since they do not answer.
    fn silent(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a row is started with.
pub struct RowStart<S: Sealer> {
    pub row: RowId,
    /// What its run starts from, if it has not begun before.
    pub started: Option<crate::run::RunStarted>,
    pub log: RowLog<S>,
    pub stop: StopSignal,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetEnd {
    pub progress: Progress,
    /// Why rows that wait did not begin.
    pub stopped: Option<StopReason>,
    /// The user asked to stop.
    pub stopping: Option<Stop>,
}

pub struct FleetDriver<L: FleetLog, S: Sealer<Sealed = L::Sealed>> {
    pub state: FleetState,
    pub log: L,
    pub sealer: S,
    pub clock: Arc<dyn Clock>,
    pub flow: Flow,
    pub reporters: Vec<Box<dyn FleetReporter>>,
    pub stop: StopSignal,
    pub control: UnboundedReceiver<Control>,
}

/// So many messages go into one commit at most.
const MOST: usize = 4096;

/// With so many rows under way, commits begin at least [`BETWEEN_COMMITS`] apart: one costs about the same for a row as for a hundred.
const CROWD: usize = 100;

/// A small part of what a row waits for the service.
pub(super) const BETWEEN_COMMITS: Duration = Duration::from_millis(25);

/// What a drive keeps beside the state.
struct Drive<F> {
    waiting: VecDeque<RowId>,
    stops: HashMap<RowId, UnboundedSender<Stop>>,
    end: FleetEnd,
    sender: Sender<F>,
    receiver: UnboundedReceiver<Message<F>>,
    /// Of the fleet itself, to be committed.
    facts: Vec<F>,
}

impl<L: FleetLog, S: Sealer<Sealed = L::Sealed>> FleetDriver<L, S> {
    /// Drives these rows, in this order, until nothing goes on. The state that comes back is the last.
    pub async fn drive(mut self, rows: Vec<RowId>, how: &mut dyn Rows<S>) -> Result<(FleetEnd, FleetState), HostError> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let waiting = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let progress = Progress { waiting, ..Progress::default() };
        let end = FleetEnd { progress, stopped: None, stopping: None };
        let mut drive = Drive { waiting: rows.into(), stops: HashMap::new(), end, sender, receiver, facts: Vec::new() };
        let mut second = tokio::time::interval(Duration::from_secs(1));
        let mut committed = Instant::now();
        loop {
            self.admit(&mut drive, how)?;
            self.report(&drive, &|| how.silent());
            if drive.stops.is_empty() && drive.facts.is_empty() {
                let is_waiting = drive.end.stopped.is_none() && drive.end.stopping.is_none();
                if drive.waiting.is_empty() || !is_waiting {
                    break;
                }
            }
            let mut messages = Vec::new();
            let is_crowded = drive.stops.len() >= CROWD;
            let reported = async {
                if is_crowded {
                    tokio::time::sleep_until(committed + BETWEEN_COMMITS).await;
                }
                drive.receiver.recv_many(&mut messages, MOST).await
            };
            tokio::select! {
                _ = reported => committed = Instant::now(),
                _ = second.tick() => {}
                Some(stop) = self.stop.recv() => self.heed(stop, &mut drive),
                Some(control) = self.control.recv() => self.obey(control, &mut drive)?,
            }
            self = self.take(messages, &mut drive).await?;
        }
        let Self { mut log, state, .. } = self;
        let (state, _) = blocking(move || {
            log.checkpoint(&state, true);
            (state, log)
        })
        .await?;
        Ok((drive.end, state))
    }

    /// Commits what rows reported, and tells them.
    async fn take(
        mut self,
        messages: Vec<Message<S::Sealed>>,
        drive: &mut Drive<S::Sealed>,
    ) -> Result<Self, HostError> {
        let mut facts = std::mem::take(&mut drive.facts);
        let (mut events, mut waiters, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        let mut sync = !facts.is_empty();
        for message in messages {
            match message {
                Message::Entries(Entries { row, events: of_row, is_blocked, sealed, synced }) => {
                    facts.push(sealed);
                    drive.end.progress.denied = drive.end.progress.denied.or(is_blocked.then_some(row));
                    events.push((row, of_row));
                    sync |= synced.is_some();
                    waiters.extend(synced);
                }
                Message::Note(entry, sealed) => {
                    self.state.apply(&entry).map_err(|error| HostError(error.to_string()))?;
                    facts.push(sealed);
                    sync = true;
                }
                Message::Ended { row, result } => ended.push((row, result)),
            }
        }
        if !facts.is_empty() {
            self = self.commit(facts, events, sync, waiters).await?;
        }
        for (row, result) in ended {
            self.ended(row, result, drive)?;
        }
        Ok(self)
    }

    async fn commit(
        self,
        facts: Vec<S::Sealed>,
        events: Vec<(RowId, Vec<RowEvent>)>,
        sync: bool,
        waiters: Vec<tokio::sync::oneshot::Sender<Result<(), HostError>>>,
    ) -> Result<Self, HostError> {
        let Self { mut state, mut log, sealer, clock, flow, reporters, stop, control } = self;
        let (written, state, log) = blocking(move || {
            let written = log.append(&facts, sync);
            let applied = written.and_then(|offset| {
                let mut events = events.into_iter().flat_map(|(row, events)| events.into_iter().map(move |e| (row, e)));
                events
                    .try_for_each(|(row, event)| state.apply_row(row, event, offset))
                    .map_err(|error| HostError(format!("a bug in onramp: {error}; the fleet can be resumed")))
            });
            if applied.is_ok() {
                log.checkpoint(&state, false);
            }
            (applied, state, log)
        })
        .await?;
        waiters.into_iter().for_each(|waiter| drop(waiter.send(written.clone())));
        written?;
        Ok(Self { state, log, sealer, clock, flow, reporters, stop, control })
    }

    fn ended(
        &mut self,
        row: RowId,
        result: Result<RunStatus, EngineError>,
        drive: &mut Drive<S::Sealed>,
    ) -> Result<(), HostError> {
        drive.stops.remove(&row);
        let progress = &mut drive.end.progress;
        progress.under_way = progress.under_way.saturating_sub(1);
        match result {
            Ok(RunStatus::Succeeded) => progress.succeeded += 1,
            Ok(RunStatus::Failed | RunStatus::InDoubt) => progress.failed += 1,
            // It goes on when the fleet is resumed.
            Ok(RunStatus::Running | RunStatus::Cancelled | RunStatus::Interrupted) => {}
            Err(EngineError::Host(error)) => return Err(error),
            Err(error) => return Err(HostError(error.to_string())),
        }
        Ok(())
    }

    /// Lets rows begin, as many as may.
    fn admit(&mut self, drive: &mut Drive<S::Sealed>, how: &mut dyn Rows<S>) -> Result<(), HostError> {
        if drive.end.stopping.is_some() || drive.end.stopped.is_some() {
            return Ok(());
        }
        drive.end.progress.waiting = u32::try_from(drive.waiting.len()).unwrap_or(u32::MAX);
        match admit(&self.flow, self.state.paused, &drive.end.progress) {
            Admission::Stop(_) if drive.waiting.is_empty() => {}
            Admission::Stop(reason) => drive.end.stopped = Some(reason),
            Admission::Begin(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX).min(drive.waiting.len());
                let rows: Vec<RowId> = drive.waiting.drain(..count).collect();
                rows.into_iter().try_for_each(|row| self.begin(row, drive, how))?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, row: RowId, drive: &mut Drive<S::Sealed>, how: &mut dyn Rows<S>) -> Result<(), HostError> {
        let run = row.run(self.state.id()).map_err(|error| HostError(error.to_string()))?;
        let (stop_sender, stop) = mpsc::unbounded_channel();
        let log = RowLog { row, run, sealer: self.sealer.clone(), sender: drive.sender.clone(), blocks: None };
        let fresh = self.state.row(row).is_some_and(|row| row.began.is_none());
        let started = fresh.then(|| self.state.start_of(row)).flatten();
        let work = how.start(RowStart { row, started, log, stop });
        let sender = drive.sender.clone();
        tokio::spawn(async move {
            let result = work.await;
            let _ = sender.send(Message::Ended { row, result });
        });
        drive.stops.insert(row, stop_sender);
        drive.end.progress.waiting = drive.end.progress.waiting.saturating_sub(1);
        drive.end.progress.under_way += 1;
        Ok(())
    }

    fn heed(&mut self, stop: Stop, drive: &mut Drive<S::Sealed>) {
        drive.end.stopping = Some(stop);
        for row in drive.stops.values() {
            let _ = row.send(stop);
        }
    }

    fn obey(&mut self, control: Control, drive: &mut Drive<S::Sealed>) -> Result<(), HostError> {
        if let Control::MaxParallel(most) = control {
            self.flow.max_parallel = most;
        }
        let fact = FleetFact::from(control);
        let entry = FleetEntry { at: self.clock.now().max(self.state.now), fact };
        drive.facts.push(self.sealer.fact(&entry)?);
        self.state.apply(&entry).map_err(|error| HostError(error.to_string()))
    }

    fn report(&mut self, drive: &Drive<S::Sealed>, silent: &dyn Fn() -> Vec<String>) {
        for reporter in &mut self.reporters {
            reporter.changed(&self.state, &drive.end.progress, silent);
        }
    }
}

/// Does what may take long beside everything else.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| HostError(error.to_string()))
}
