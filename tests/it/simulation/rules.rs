//! What no journal may show, whatever happened on the way: too many at once, too fast, too long, or an item that began after
//! another one had failed.

use std::collections::{BTreeMap, BTreeSet};

use onramp::clock::Timestamp;
use onramp::id::{Role, StepId, TaskPath};
use onramp::run::{AttemptStarted, Entry, Fact, RunStatus, Stop};

use super::graph::{Condition, Graph, Step};

/// Follows a journal with all rules.
pub fn check(graph: &Graph, entries: &[Entry]) {
    never_too_fast(graph, entries);
    let mut places = Places { graph, busy: BTreeSet::new(), cut_off: BTreeSet::new(), failed: BTreeSet::new() };
    let mut times = Times::new(graph);
    for entry in entries {
        places.follow(&entry.fact);
        times.follow(entry);
    }
}

/// In no window of the rate's length begin more attempts than it allows.
fn never_too_fast(graph: &Graph, entries: &[Entry]) {
    let Some((count, per)) = graph.limits.rate else { return };
    let begun = entries.iter().filter(|entry| matches!(entry.fact, Fact::AttemptStarted(_)));
    let begun: Vec<i64> = begun.map(|entry| entry.at.as_millis()).collect();
    for (first, next) in begun.iter().zip(begun.iter().skip(count as usize)) {
        assert!(next - first >= per as i64, "{count} in {per} ms: {begun:?}\n{}", graph.yaml());
    }
}

struct Places<'g> {
    graph: &'g Graph,
    /// Begun and not ended.
    busy: BTreeSet<TaskPath>,
    /// Of these, what a death cut off and nobody has decided on since: it may wait for a need to run again.
    cut_off: BTreeSet<TaskPath>,
    /// Steps of which an item failed.
    failed: BTreeSet<StepId>,
}

impl Places<'_> {
    fn follow(&mut self, fact: &Fact) {
        if let (Some(task), false) = (fact.task(), matches!(fact, Fact::TimerFired { .. })) {
            self.cut_off.remove(task);
        }
        match fact {
            Fact::AttemptStarted(started) if started.task.role == Role::Step => self.begins(&started.task),
            Fact::Succeeded { task, .. } => _ = self.busy.remove(task),
            // That of a remedy is that of its step.
            Fact::HeldInDoubt { task, .. } => _ = self.busy.remove(&task.clone().with_role(Role::Step)),
            Fact::RemedyDue { step, .. } => _ = self.cut_off.remove(&TaskPath::step(step.clone())),
            Fact::Failed { task, .. } => {
                self.busy.remove(task);
                self.failed.insert(task.step.clone());
            }
            Fact::Resumed(_) => {
                self.failed.clear();
                self.cut_off.clone_from(&self.busy);
            }
            Fact::Rewound { steps, .. } => self.busy.retain(|task| !steps.contains(&task.step)),
            _ => {}
        }
    }

    fn begins(&mut self, task: &TaskPath) {
        if !self.busy.insert(task.clone()) {
            return;
        }
        let within = |most: Option<u32>, count: usize| most.is_none_or(|most| count <= most as usize);
        let yaml = || self.graph.yaml();
        let at_work = self.busy.difference(&self.cut_off).count();
        assert!(within(self.graph.limits.max_parallel, at_work), "{:?}\n{}", self.busy, yaml());
        let Some(matrix) = self.graph.step(&task.step).and_then(|step| step.matrix.as_ref()) else { return };
        let items = self.busy.iter().filter(|busy| busy.step == task.step).count();
        assert!(within(matrix.max_parallel, items), "{items} items of {}\n{}", task.step, yaml());
        let late = matrix.fail_fast && self.failed.contains(&task.step);
        assert!(!late, "{task} began after another item had failed\n{}", yaml());
    }
}

/// What is known of a task's time; that in which nobody works does not count.
struct Spent {
    since: Timestamp,
    begun: Timestamp,
    running: bool,
    /// An attempt was cut off: the next one may come after all.
    cut_off: bool,
    failed: bool,
}

struct Times<'g> {
    graph: &'g Graph,
    tasks: BTreeMap<TaskPath, Spent>,
    since: Option<Timestamp>,
    last: Option<Timestamp>,
    over: bool,
}

impl<'g> Times<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self { graph, tasks: BTreeMap::new(), since: None, last: None, over: false }
    }

    fn follow(&mut self, entry: &Entry) {
        let (at, last) = (entry.at, self.last.unwrap_or(entry.at));
        let since = *self.since.get_or_insert(at);
        match &entry.fact {
            Fact::AttemptStarted(started) => {
                self.run_has_time(started, since, at);
                if started.task.role == Role::Step {
                    self.begins(&started.task, at);
                }
            }
            Fact::AttemptEnded { task, .. } => self.ends(task, at),
            Fact::Failed { task, .. } => self.tasks.get_mut(task).into_iter().for_each(|spent| spent.failed = true),
            Fact::Rewound { steps, .. } => self.tasks.retain(|task, _| !steps.contains(&task.step)),
            Fact::StopRequested(Stop::Timeout) => {
                let limit = self.graph.limits.timeout.expect("nobody limits the run");
                assert_eq!(at.since(since).as_millis(), u128::from(limit), "{}", self.graph.yaml());
                self.over = true;
            }
            Fact::RunEnded { status, .. } => self.over |= *status == RunStatus::Failed,
            Fact::Resumed(_) => {
                let away = at.since(last);
                self.since = Some(if self.over { at } else { since.plus(away) });
                self.over = false;
                self.tasks.retain(|_, spent| !spent.failed);
                for spent in self.tasks.values_mut() {
                    spent.since = spent.since.plus(away);
                    spent.cut_off |= std::mem::take(&mut spent.running);
                }
            }
            _ => {}
        }
        self.last = Some(at);
    }

    /// Nothing begins when the run's time is over, but what asks for that.
    fn run_has_time(&self, started: &AttemptStarted, since: Timestamp, at: Timestamp) {
        let asks = |step: &Step| !matches!(step.condition, Condition::None | Condition::Success | Condition::Flag(_));
        let asks = self.graph.step(&started.task.step).is_some_and(asks);
        let in_time = self.graph.limits.timeout.is_none_or(|limit| at.since(since).as_millis() < u128::from(limit));
        assert!(in_time || asks, "{} began when the run's time was over\n{}", started.task, self.graph.yaml());
    }

    fn begins(&mut self, task: &TaskPath, at: Timestamp) {
        let first = Spent { since: at, begun: at, running: true, cut_off: false, failed: false };
        let fresh = !self.tasks.contains_key(task);
        let spent = self.tasks.entry(task.clone()).or_insert(first);
        (spent.begun, spent.running) = (at, true);
        if fresh || std::mem::take(&mut spent.cut_off) {
            return;
        }
        let used = at.since(spent.since).as_millis() as u64;
        let step = self.graph.step(&task.step).expect("only steps that act begin");
        let in_budget = step.retry.max_elapsed.is_none_or(|most| used <= most);
        let in_time = step.timeout.is_none_or(|most| used < most);
        assert!(in_budget && in_time, "{task} was tried again after {used} ms\n{}", self.graph.yaml());
    }

    fn ends(&mut self, task: &TaskPath, at: Timestamp) {
        let Some(spent) = self.tasks.get_mut(task) else { return };
        spent.running = false;
        let step = self.graph.step(&task.step).expect("only steps that act end");
        let own = step.attempt_timeout.is_none_or(|most| at.since(spent.begun).as_millis() <= u128::from(most));
        let whole = step.timeout.is_none_or(|most| at.since(spent.since).as_millis() <= u128::from(most));
        assert!(own && (whole || at == spent.begun), "{task} ended too late\n{}", self.graph.yaml());
    }
}
