//! The host on one machine: a log, a clock, timers, and actions.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::host::{Completion, Host, HostError, Queued};
use super::inject::Injection;
use super::launcher::Launcher;
use crate::clock::{Clock, Timestamp};
use crate::plan::Plan;
use crate::report::Reporter;
use crate::run::{Entry, Fact, Op, RunState, Stop, Wake};
use crate::secret::Data;

/// Where entries go: a journal on disk, or memory.
pub trait Log: Send {
    /// Appends `entries` as one commit; with `sync`, returns when they are on disk.
    fn append(&mut self, entries: &[Entry], sync: bool) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Takes the chance to write a checkpoint, if one is due; `last` if the run stands still. The journal is the truth: a
    /// checkpoint that cannot be written is no reason to stop.
    fn checkpoint(&mut self, state: &RunState, last: bool);
}

/// A request to stop, told from outside: by a signal, or from another terminal.
pub type StopSignal = mpsc::UnboundedReceiver<Stop>;

pub struct LocalHost<L: Log> {
    plan: Arc<Plan>,
    log: L,
    clock: Arc<dyn Clock>,
    launcher: Launcher,
    reporters: Vec<Box<dyn Reporter>>,
    stop: StopSignal,
    /// Not committed yet, and what they ask for.
    entries: Vec<Entry>,
    ops: Vec<Op>,
    /// Some of it must be on disk before anything goes on.
    sync: bool,
    timers: BTreeSet<(Timestamp, Wake)>,
}

impl<L: Log> LocalHost<L> {
    pub fn new(
        plan: Arc<Plan>,
        log: L,
        clock: Arc<dyn Clock>,
        launcher: Launcher,
        reporters: Vec<Box<dyn Reporter>>,
        stop: StopSignal,
    ) -> Self {
        let (entries, ops, timers) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { plan, log, clock, launcher, reporters, stop, entries, ops, sync: false, timers }
    }

    /// What the run was written to, when it stands still.
    pub fn into_log(self) -> L {
        self.log
    }

    /// From here on steps fail, are slow, or worse, as the user asked for.
    pub fn inject(&mut self, injection: Injection) {
        self.launcher.inject(injection);
    }

    /// Secrets by name that the run never has, for the actions that are given them.
    pub fn give(&mut self, unstored: Data) {
        self.launcher.give(unstored);
    }

    /// Shows an entry that was committed before the host was there: the run's first.
    pub fn publish(&mut self, entry: &Entry, state: &RunState) {
        for reporter in &mut self.reporters {
            reporter.committed(entry, &self.plan, state);
        }
    }

    async fn write(&mut self, state: &RunState, last: bool) -> Result<(), HostError> {
        if !self.entries.is_empty() {
            let append = self.log.append(&self.entries, std::mem::take(&mut self.sync));
            self.launcher.during(append).await?;
        }
        self.log.checkpoint(state, last);
        // The lists come back for the next commit: their room is not given up.
        let (mut entries, mut ops) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.ops));
        entries.drain(..).for_each(|entry| self.publish(&entry, state));
        ops.drain(..).for_each(|op| self.begin(op));
        (self.entries, self.ops) = (entries, ops);
        Ok(())
    }

    fn begin(&mut self, op: Op) {
        match op {
            Op::Attempt(order) => {
                let unstored = self.plan.call(&order.task).map_or(&[][..], |call| &call.unstored);
                self.launcher.attempt(*order, unstored);
            }
            Op::Probe(order) => self.launcher.probe(*order),
            Op::Look(order) => self.launcher.look(*order),
            Op::Wake { whom, due } => self.wake(whom, due),
            Op::Stop(stop) => self.launcher.stop(stop),
        }
    }

    /// Timers that are due at `now` and that somebody still waits for, in order.
    fn fired(&mut self, now: Timestamp, state: &RunState) -> Vec<Completion> {
        let mut fired = Vec::new();
        while self.timers.first().is_some_and(|(due, _)| *due <= now) {
            if let Some((due, whom)) = self.timers.pop_first()
                && state.awaits(&self.plan, &whom, due)
            {
                fired.push(Completion::Woken(whom));
            }
        }
        fired
    }
}

impl<L: Log> Host for LocalHost<L> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn start(&mut self, queued: Queued) {
        // An answer that is the outputs as it is was learned when it came.
        if let Fact::Succeeded { task, outputs: Some(outputs), .. } | Fact::Kept { task, outputs } = &queued.entry.fact
            && let Some(index) = self.plan.index(&task.step)
        {
            self.launcher.succeeded_with(&self.plan.steps[index], outputs);
        }
        let Queued { entry, durable, op } = queued;
        self.sync |= durable;
        self.entries.push(entry);
        self.ops.extend(op);
    }

    fn wake(&mut self, whom: Wake, due: Timestamp) {
        self.timers.insert((due, whom));
    }

    async fn commit(&mut self, state: &RunState) -> Result<(), HostError> {
        self.write(state, false).await
    }

    async fn next(&mut self, state: &RunState) -> Result<Vec<Completion>, HostError> {
        self.write(state, false).await?;
        loop {
            // Before anything else: a run whose steps end without a pause must be stoppable too.
            while let Ok(stop) = self.stop.try_recv() {
                if state.heeds(stop) {
                    return Ok(vec![Completion::StopRequested(stop)]);
                }
            }
            let now = self.clock.now();
            let paused = state.stopping == Some(Stop::Interrupt);
            let mut completions = if paused { Vec::new() } else { self.fired(now, state) };
            completions.extend(self.launcher.ready());
            if !completions.is_empty() {
                return Ok(completions);
            }
            let due = self.timers.first().filter(|_| !paused).map(|(due, _)| due.since(now));
            let timer = async {
                match due {
                    Some(due) => tokio::time::sleep(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // A stop is looked for above.
                biased;
                completion = self.launcher.next() => return Ok(vec![completion]),
                () = timer => {}
                Some(stop) = self.stop.recv() => {
                    if state.heeds(stop) {
                        return Ok(vec![Completion::StopRequested(stop)]);
                    }
                }
            }
        }
    }

    async fn finish(&mut self, state: &RunState) -> Result<(), HostError> {
        self.write(state, true).await?;
        for reporter in &mut self.reporters {
            reporter.ended(&self.plan, state);
        }
        Ok(())
    }
}
