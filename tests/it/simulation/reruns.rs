//! Which steps must run again after an edit or when somebody asks for it, and which must not: worked out naively from the two
//! graphs and from how the run stood. Whatever runs succeeds.

use std::collections::{BTreeMap, BTreeSet};

use onramp::run::{Entry, Fact, Happened, Phase, RunState, RunStatus, StepState, StepStatus};
use onramp::workflow::Effect;

use super::graph::{Graph, Items, Step};
use super::oracle::{ExpectedStep, Known, admitted};

/// By its item.
type Tasks<T> = BTreeMap<Option<usize>, T>;

/// How a task stood.
#[derive(Debug, Clone, Copy)]
struct Stood {
    done: bool,
    sent: bool,
    /// It was sent, and nobody saw what came of it.
    unseen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Kept,
    Runs,
    /// It took effect with another input, and must not do so twice.
    Held,
}

#[derive(Debug, Clone)]
pub struct Foreseen {
    /// `None`: it waits for a person's word about another step.
    pub status: Option<StepStatus>,
    pub tasks: Tasks<Fate>,
    values: Tasks<String>,
    skipped: Option<Option<String>>,
}

impl Foreseen {
    /// Nothing is done.
    fn idle(status: Option<StepStatus>, skipped: Option<Option<String>>) -> Self {
        Self { status, tasks: Tasks::new(), values: Tasks::new(), skipped }
    }
}

pub struct Before<'g> {
    older: &'g Graph,
    state: &'g RunState,
    tasks: Vec<Tasks<Stood>>,
}

impl<'g> Before<'g> {
    pub fn new(older: &'g Graph, state: &'g RunState, entries: &[Entry]) -> Self {
        let mut unseen = BTreeSet::new();
        for entry in entries {
            if let Fact::AttemptEnded { task, outcome, .. } = &entry.fact
                && outcome.happened == Happened::Unknown
            {
                unseen.insert(task.clone());
            }
        }
        let stood = |step: &StepState| {
            let tasks = step.tasks.iter().filter(|task| task.attempts > 0);
            let tasks = tasks.map(|task| {
                let unseen = unseen.contains(&task.path(&step.id));
                (item(task.item.as_deref()), Stood { done: task.phase == Phase::Succeeded, sent: true, unseen })
            });
            tasks.collect()
        };
        Self { older, state, tasks: state.steps.iter().map(stood).collect() }
    }

    /// The steps that have done something.
    pub fn done(&self) -> Vec<usize> {
        let done = |step: &usize| self.tasks[*step].values().any(|task| task.done);
        (0..self.tasks.len()).filter(done).collect()
    }

    /// What each step gave its followers, by its items.
    fn values(&self) -> Vec<Tasks<String>> {
        let mut all: Vec<Tasks<String>> = Vec::new();
        for (index, step) in self.older.steps.iter().enumerate() {
            let done = self.tasks[index].iter().filter(|(_, stood)| stood.done);
            let values = done.map(|(item, _)| (*item, input(step, *item, &given(self.state, &all, step))));
            all.push(values.collect());
        }
        all
    }
}

pub fn item(name: Option<&str>) -> Option<usize> {
    name.map(|name| name[1..].parse().unwrap())
}

/// What stands in a task's input, in some form.
fn input(step: &Step, item: Option<usize>, refers: &[String]) -> String {
    format!("({} {item:?} {})", step.version, refers.join(" "))
}

fn given(state: &RunState, values: &[Tasks<String>], step: &Step) -> Vec<String> {
    let succeeded = |of: &usize| state.steps[*of].status() == StepStatus::Succeeded;
    step.refers.iter().map(|of| if succeeded(of) { format!("{:?}", values[*of]) } else { "null".into() }).collect()
}

/// How the run ends, and each step of `newer` in it. `again`: asked for by somebody.
pub fn foresee(before: &Before<'_>, newer: &Graph, again: &BTreeSet<usize>) -> (RunStatus, Vec<Foreseen>) {
    let older_values = before.values();
    let (mut all, mut known, mut touched) = (Vec::<Foreseen>::new(), Vec::<Known>::new(), Vec::<bool>::new());
    for (index, step) in newer.steps.iter().enumerate() {
        let was = before.older.steps.get(index);
        touched.push(was.is_none_or(|was| differ(was, step)) || step.needs.iter().any(|need| touched[*need]));
        let asked = touched[index] || again.contains(&index);
        let stood = before.tasks.get(index).cloned().unwrap_or_default();
        let status = was.map(|_| &before.state.steps[index]);
        let stays = status.is_some_and(|was| match was.status() {
            StepStatus::Succeeded => true,
            // It was let pass, and what follows has gone on.
            StepStatus::Failed => before.older.steps[index].continue_on_error && before.state.stopping.is_none(),
            StepStatus::Skipped => was.skipped.as_ref().is_some_and(|reason| !reason.is_failure()),
            _ => false,
        });
        let foreseen = if stays && !asked {
            let status = status.map(|was| was.status());
            let tasks = stood.keys().map(|item| (*item, Fate::Kept)).collect();
            let skipped = (status == Some(StepStatus::Skipped)).then_some(None);
            Foreseen { status, tasks, values: older_values[index].clone(), skipped }
        } else {
            let effect_counts = matches!(step.effect, Effect::Once | Effect::Keyed);
            // What may be on its way is gone on with, whatever its `if` says now.
            let goes_on = |task: &Stood| task.sent && !task.done && (!touched[index] || (task.unseen && effect_counts));
            let goes_on = stood.values().any(goes_on);
            match admitted(&known, step, "") {
                Err(seen) if seen.status == StepStatus::Waiting => Foreseen::idle(None, None),
                Err(seen) if !goes_on => Foreseen::idle(Some(seen.status), seen.skipped),
                _ => {
                    let refers = refers(&all, step);
                    let was = was.map(|was| (was, given(before.state, &older_values, was)));
                    let fate = |item: Option<usize>| {
                        let stood = stood.get(&item).filter(|stood| stood.sent);
                        let (Some(stood), Some((was, given))) = (stood, &was) else { return Fate::Runs };
                        let same = input(step, item, &refers) == input(was, item, given) && step.effect == was.effect;
                        match (stood.done, same) {
                            (true, _) if again.contains(&index) => Fate::Runs,
                            (true, _) if !touched[index] => Fate::Kept,
                            (true, true) => Fate::Kept,
                            (true, false) if effect_counts => Fate::Held,
                            (false, false) if stood.unseen && step.effect == Effect::Keyed => Fate::Held,
                            _ => Fate::Runs,
                        }
                    };
                    runs(step, &known, &stood, touched[index] || again.contains(&index), fate, &refers)
                }
            }
        };
        known.push(known_of(step, &foreseen));
        all.push(foreseen);
    }
    let open = |step: &Foreseen| matches!(step.status, None | Some(StepStatus::InDoubt));
    let failed =
        |(step, known): (&Foreseen, &Known)| step.status == Some(StepStatus::Failed) && !known.continue_on_error;
    let run = match () {
        () if all.iter().any(open) => RunStatus::InDoubt,
        () if all.iter().zip(&known).any(failed) => RunStatus::Failed,
        () => RunStatus::Succeeded,
    };
    (run, all)
}

/// The parts of a step that count.
fn differ(was: &Step, now: &Step) -> bool {
    let items = |step: &Step| step.matrix.as_ref().map(|matrix| format!("{:?}", matrix.items));
    (was.effect, was.version, was.condition) != (now.effect, now.version, now.condition) || items(was) != items(now)
}

fn refers(all: &[Foreseen], step: &Step) -> Vec<String> {
    let value = |of: &usize| match all[*of].status {
        Some(StepStatus::Succeeded) => format!("{:?}", all[*of].values),
        _ => "null".into(),
    };
    step.refers.iter().map(value).collect()
}

fn runs(
    step: &Step,
    known: &[Known],
    stood: &Tasks<Stood>,
    found_again: bool,
    fate: impl Fn(Option<usize>) -> Fate,
    refers: &[String],
) -> Foreseen {
    let count = match step.matrix.as_ref().map(|matrix| matrix.items) {
        None => None,
        Some(Items::Literal(count)) => Some(Some(count)),
        Some(Items::Output(of)) => Some(known[of].outputs.map(|(_, width)| width)),
    };
    let items: Vec<Option<usize>> = match count {
        None => vec![None],
        _ if !found_again && !stood.is_empty() => stood.keys().copied().collect(),
        Some(Some(count)) => (0..count).map(Some).collect(),
        // No list.
        Some(None) => return Foreseen::idle(Some(StepStatus::Failed), None),
    };
    let tasks: Tasks<Fate> = items.iter().map(|item| (*item, fate(*item))).collect();
    let held = tasks.values().any(|fate| *fate == Fate::Held);
    let status = if held { StepStatus::InDoubt } else { StepStatus::Succeeded };
    let values = items.iter().map(|item| (*item, input(step, *item, refers))).collect();
    Foreseen { status: Some(status), tasks, values, skipped: None }
}

fn known_of(step: &Step, foreseen: &Foreseen) -> Known {
    let status = foreseen.status.unwrap_or(StepStatus::Waiting);
    let outputs = (status == StepStatus::Succeeded).then_some((step.flag, step.width));
    let seen = ExpectedStep { status, attempts: 0, skipped: foreseen.skipped.clone() };
    Known { seen, continue_on_error: step.continue_on_error, outputs }
}
