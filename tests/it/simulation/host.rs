//! A host in simulated time, on a simulated disk, in a simulated world. Nothing in it waits.

use std::collections::BTreeSet;
use std::sync::Arc;

use onramp::clock::{Clock as _, ManualClock, Timestamp};
use onramp::engine::{Completion, Host, HostError, Queued};
use onramp::plan::Plan;
use onramp::run::{Entry, Happened, Op, Outcome, RunState, Stop, Wake};
use onramp::store::RunWriter;
use onramp::workflow::Effect;

use super::fold::{Plans, Shadow};
use super::world::World;

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashPoint {
    /// In this commit, counted from 1 over the whole life of the host.
    pub commit: u64,
    /// Whether what was committed still gets to be launched.
    pub launched: bool,
}

pub struct SimHost<'a> {
    pub plans: Plans<'a>,
    pub writer: RunWriter,
    pub clock: ManualClock,
    pub world: &'a mut World,
    /// Folds what is committed, to be held against the driver's own state.
    pub shadow: Shadow,
    pub crash: Option<CrashPoint>,
    /// Somebody asks to stop once so many commits were made.
    pub stop: Option<(u64, Stop)>,
    pub commits: u64,
    pub entries: Vec<Entry>,
    queue: Vec<Queued>,
    timers: BTreeSet<(Timestamp, Wake)>,
    running: Vec<Running>,
}

struct Running {
    at: Timestamp,
    effect: Effect,
    completion: Completion,
}

pub const CRASHED: &str = "the process died";

impl<'a> SimHost<'a> {
    pub fn new(plans: Plans<'a>, writer: RunWriter, clock: ManualClock, world: &'a mut World, shadow: Shadow) -> Self {
        Self {
            plans,
            writer,
            clock,
            world,
            shadow,
            crash: None,
            stop: None,
            commits: 0,
            entries: Vec::new(),
            queue: Vec::new(),
            timers: BTreeSet::new(),
            running: Vec::new(),
        }
    }

    fn plan(&self, state: &RunState) -> &'a Plan {
        self.plans[state.version as usize - 1]
    }

    fn write(&mut self, state: &RunState, last: bool) -> Result<(), HostError> {
        self.commits += 1;
        assert!(self.commits < 2000, "the run does not come to an end");
        let crash = self.crash.filter(|crash| crash.commit == self.commits);
        let sync = self.queue.iter().any(|queued| queued.durable);
        let queued = std::mem::take(&mut self.queue);
        let entries: Vec<Entry> = queued.iter().map(|queued| queued.entry.clone()).collect();
        let failed = |error: onramp::store::StoreError| HostError(error.to_string());
        self.writer.append(&entries, sync).map_err(failed)?;
        self.shadow.follow(&self.plans, &entries, state);
        if last || self.writer.checkpoint_due() || self.commits.is_multiple_of(3) {
            self.writer.checkpoint(state, last).map_err(failed)?;
        }
        self.entries.extend(entries);
        if crash.is_none_or(|crash| crash.launched) {
            queued.into_iter().filter_map(|queued| queued.op).for_each(|op| self.launch(op, state));
        }
        if crash.is_some() { Err(HostError(CRASHED.into())) } else { Ok(()) }
    }

    fn launch(&mut self, op: Op, state: &RunState) {
        match op {
            Op::Wake { whom, due } => self.wake(whom, due),
            Op::Stop(_) => self.let_go(),
            Op::Attempt(order) => {
                let task = state.task(self.plan(state), &order.task).expect("what is launched is known");
                let answer = self.world.attempt(&order, state, task);
                let (effect, attempt) = (order.effect, order.number);
                let completion =
                    Completion::AttemptEnded { task: order.task, attempt, outcome: Arc::new(answer.outcome) };
                self.running.push(Running { at: answer.at, effect, completion });
            }
            Op::Probe(order) | Op::Look(order) => {
                let occurrence =
                    state.task(self.plan(state), &order.task).expect("what is looked for is known").occurrence;
                self.world.advance(self.clock.now());
                let answer = self.world.probe(&order, occurrence);
                let completion = Completion::ProbeEnded { task: order.task, probe: order.number, answer };
                self.running.push(Running { at: self.clock.now(), effect: Effect::Read, completion });
            }
        }
    }

    /// Everything that happens next, at one moment.
    fn happens(&mut self, state: &RunState) -> Option<Vec<Completion>> {
        let stopping = state.stopping == Some(Stop::Interrupt);
        let plan = self.plan(state);
        self.timers.retain(|(due, whom)| state.awaits(plan, whom, *due));
        let timer = self.timers.first().map(|(due, _)| *due).filter(|_| !stopping);
        let next = self.running.iter().map(|running| running.at).chain(timer).min()?.max(self.clock.now());
        self.clock.advance_to(next);
        self.world.advance(next);
        let mut completions = Vec::new();
        while !stopping && self.timers.first().is_some_and(|(due, _)| *due <= next) {
            completions.extend(self.timers.pop_first().map(|(_, whom)| Completion::Woken(whom)));
        }
        let (ended, running) = std::mem::take(&mut self.running).into_iter().partition(|running| running.at <= next);
        self.running = running;
        completions.extend(ended.into_iter().map(|running: Running| running.completion));
        Some(completions)
    }

    /// Reads are let go of at once, effects may end.
    fn let_go(&mut self) {
        for running in self.running.iter_mut().filter(|running| running.effect == Effect::Read) {
            running.at = self.clock.now();
            if let Completion::AttemptEnded { outcome, .. } = &mut running.completion {
                *outcome = Outcome::interrupted(Happened::None).into();
            }
        }
    }
}

impl Host for SimHost<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn start(&mut self, queued: Queued) {
        self.queue.push(queued);
    }

    fn wake(&mut self, whom: Wake, due: Timestamp) {
        self.timers.insert((due, whom));
    }

    async fn commit(&mut self, state: &RunState) -> Result<(), HostError> {
        self.write(state, false)
    }

    async fn next(&mut self, state: &RunState) -> Result<Vec<Completion>, HostError> {
        self.write(state, false)?;
        if let Some((_, stop)) = self.stop.filter(|(commit, _)| *commit <= self.commits && state.stopping.is_none()) {
            return Ok(vec![Completion::StopRequested(stop)]);
        }
        Ok(self.happens(state).expect("a run does not wait for nothing"))
    }

    async fn finish(&mut self, state: &RunState) -> Result<(), HostError> {
        self.write(state, true)
    }
}
