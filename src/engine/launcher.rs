//! Runs actions and hands their ends back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::AbortHandle;

use super::host::Completion;
use super::inject::Injection;
use super::learning::{learn_answer, learn_captures, learn_input, learn_named};
use super::under_way::UnderWay;
use super::within::within;
use crate::action::{Action, Context, Missing, Registry, Services, Waits, not_sent, seal_echoes};
use crate::id::{Name, TaskPath};
use crate::plan::PlanStep;
use crate::run::{ErrorKind, Happened, Order, Outcome, ProbeAnswer, StepError, Stop};
use crate::secret::{Data, Mask};
use crate::workflow::{ActionSpec, Effect, RetryClass};

/// How long an effect that is under way may go on after the user asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// An action that does not end by itself is cut off this long after its deadline.
const OVERTIME: Duration = Duration::from_secs(5);

/// No look takes longer.
const LOOK_LIMIT: Duration = Duration::from_secs(120);

pub struct Launcher {
    registry: Arc<Registry>,
    services: Arc<Services>,
    mask: Mask,
    injection: Injection,
    /// Secrets by name that the run never has.
    unstored: Data,
    /// By the number of the launch.
    running: HashMap<u64, Running>,
    launched: u64,
    under_way: UnderWay<Ended>,
}

/// What came of the launch with this number.
type Ended = (u64, Completion);

struct Running {
    task: TaskPath,
    work: Work,
    abort: AbortHandle,
    spec: Arc<ActionSpec>,
    input: Data,
    waits: Waits,
}

/// What a task does, with its number.
#[derive(Debug, Clone, Copy)]
enum Work {
    Attempt(u32, Effect),
    Probe(u32),
}

impl Work {
    /// What nobody knows better of an attempt that did not end by itself.
    fn happened(effect: Effect) -> Happened {
        if effect == Effect::Read { Happened::None } else { Happened::Unknown }
    }

    /// What is reported of a task that is cut off after it `waited` so long for its turn.
    fn cut_off(self, task: TaskPath, waited: Duration) -> Completion {
        match self {
            Self::Attempt(attempt, effect) => {
                let outcome = Outcome { waited, ..Outcome::interrupted(Self::happened(effect)) };
                Completion::AttemptEnded { task, attempt, outcome: Arc::new(outcome) }
            }
            Self::Probe(probe) => Completion::ProbeEnded { task, probe, answer: ProbeAnswer::CutOff },
        }
    }

    fn is_look(self) -> bool {
        matches!(self, Self::Probe(_))
    }

    fn grace(self) -> Duration {
        match self {
            Self::Probe(_) | Self::Attempt(_, Effect::Read) => Duration::ZERO,
            Self::Attempt(..) => GRACE,
        }
    }
}

impl Launcher {
    pub fn new(registry: Arc<Registry>, services: Arc<Services>, mask: Mask) -> Self {
        let (injection, running) = (Injection::default(), HashMap::new());
        let (unstored, under_way) = (Data::new(), UnderWay::new());
        Self { registry, services, mask, injection, unstored, running, launched: 0, under_way }
    }

    pub(super) fn inject(&mut self, injection: Injection) {
        self.injection = injection;
    }

    pub(super) fn give(&mut self, unstored: Data) {
        learn_named(&self.mask, &unstored);
        self.unstored = unstored;
    }

    /// `unstored` are parameters that the order lacks, each with the secret that it is.
    pub(super) fn attempt(&mut self, mut order: Order, unstored: &[(String, Name)]) {
        let missing = self.supply(&mut order, unstored).err();
        let (task, attempt, effect) = (order.task.clone(), order.number, order.effect);
        let ended = move |outcome| Completion::AttemptEnded { task, attempt, outcome: Arc::new(outcome) };
        let happened = Work::happened(effect);
        let limit = order.deadline.map(|deadline| deadline.since(self.services.clock.now()) + OVERTIME);
        let injected = self.injection.of(&order);
        self.launch(order, Work::Attempt(attempt, effect), move |action, context| async move {
            if let Some(error) = missing {
                return ended(not_sent(error));
            }
            let work = injected.around(|| match context.order.undoes {
                Some(_) => action.undo(&context),
                None => action.perform(&context),
            });
            let guarded = std::panic::AssertUnwindSafe(work).catch_unwind();
            let outcome = match within(limit, context.waits(), guarded).await {
                Some(Ok(outcome)) => outcome,
                Some(Err(_)) => Outcome::failed(happened, panicked()),
                None => Outcome::failed(happened, overtime()),
            };
            ended(Outcome { waited: context.waits().so_far(), ..outcome })
        });
    }

    /// Adds to an order what the run does not have. An optional secret that was not given is not there.
    fn supply(&self, order: &mut Order, unstored: &[(String, Name)]) -> Result<(), StepError> {
        for (parameter, secret) in unstored {
            match self.unstored.get(secret.as_str()).filter(|datum| !datum.expose().is_null()) {
                Some(datum) => drop(order.input.insert(parameter.clone(), datum.clone())),
                None => {
                    let message = format!(
                        "`secrets.{secret}` is never stored, and was not given to this process: set its environment variable \
                         and resume; nothing was sent"
                    );
                    return Err(StepError::new(ErrorKind::Config, "config.secret", message));
                }
            }
        }
        Ok(())
    }

    pub(super) fn probe(&mut self, order: Order) {
        let (task, probe) = (order.task.clone(), order.number);
        let ended = move |answer| Completion::ProbeEnded { task, probe, answer };
        self.launch(order, Work::Probe(probe), move |action, context| async move {
            let guarded = std::panic::AssertUnwindSafe(async { action.probe(&context).await }).catch_unwind();
            ended(match within(LOOK_LIMIT, context.waits(), guarded).await {
                Some(Ok(answer)) => answer,
                Some(Err(_)) => ProbeAnswer::CannotTell { reason: panicked().message, again: None },
                None => {
                    ProbeAnswer::CannotTell { reason: "the look took too long".into(), again: Some(Duration::ZERO) }
                }
            })
        });
    }

    /// The look that the step describes: the action performs it, and its answer is the step's to judge.
    pub(super) fn look(&mut self, order: Order) {
        let (task, probe) = (order.task.clone(), order.number);
        let ended = move |answer| Completion::ProbeEnded { task, probe, answer };
        self.launch(order, Work::Probe(probe), move |action, context| async move {
            let guarded = std::panic::AssertUnwindSafe(async { action.perform(&context).await }).catch_unwind();
            let outcome = match within(LOOK_LIMIT, context.waits(), guarded).await {
                Some(Ok(outcome)) => outcome,
                Some(Err(_)) => Outcome::failed(Happened::None, panicked()),
                None => Outcome::failed(Happened::None, overtime()),
            };
            ended(ProbeAnswer::Seen(Box::new(outcome)))
        });
    }

    fn launch<F, W>(&mut self, order: Order, work: Work, perform: F)
    where
        F: FnOnce(Arc<dyn Action>, Context) -> W + Send + 'static,
        W: Future<Output = Completion> + Send + 'static,
    {
        let task = order.task.clone();
        learn_input(&self.mask, &order.input);
        let known = self.registry.get(order.action);
        let (action, spec) = known.unwrap_or_else(|| (Arc::new(Missing), Arc::new(Missing.spec())));
        let input = order.input.clone();
        let context = Context::new(order, spec.clone(), self.services.clone());
        let waits = context.waits().clone();
        self.launched += 1;
        let launch = self.launched;
        let abort = self.under_way.begin(async move { (launch, perform(action, context).await) });
        self.running.insert(launch, Running { task, work, abort, spec, input, waits });
    }

    /// Lets go of reads at once and gives effects their grace. A run that is to end still has to know what happened: its looks
    /// go on.
    pub(super) fn stop(&mut self, stop: Stop) {
        self.services.stop_waiting();
        let stopped = |running: &Running| stop == Stop::Interrupt || !running.work.is_look();
        for (&launch, running) in self.running.iter().filter(|(_, running)| stopped(running)) {
            let (task, work) = (running.task.clone(), running.work);
            let (abort, waits) = (running.abort.clone(), running.waits.clone());
            self.under_way.begin(async move {
                tokio::time::sleep(work.grace()).await;
                abort.abort();
                (launch, work.cut_off(task, waits.so_far()))
            });
        }
    }

    /// What has ended by now.
    pub(super) fn ready(&mut self) -> Vec<Completion> {
        let mut completions = Vec::new();
        while let Some(ended) = self.under_way.ready() {
            completions.extend(self.take(ended));
        }
        completions
    }

    pub(super) async fn next(&mut self) -> Completion {
        loop {
            let ended = self.under_way.next().await;
            if let Some(completion) = self.take(ended) {
                return completion;
            }
        }
    }

    /// Waits for `other` while all that was launched goes on.
    pub(super) async fn during<T>(&mut self, other: impl Future<Output = T>) -> T {
        self.under_way.during(other).await
    }

    /// The first end of a launch counts; a late one, of what was cut off, does not.
    fn take(&mut self, (launch, completion): Ended) -> Option<Completion> {
        let running = self.running.remove(&launch)?;
        Some(self.masked(completion, &running))
    }

    /// Learns what a step succeeded with.
    pub(super) fn succeeded_with(&self, step: &PlanStep, outputs: &Data) {
        learn_captures(&self.mask, step, outputs);
    }

    fn taken_in(&self, data: &mut Data, running: &Running) {
        seal_echoes(&running.spec, &running.input, data);
        learn_answer(&self.mask, Some(&running.spec), data);
    }

    /// Free text in an outcome is the second net's business: a service may echo what it was sent, however short it is.
    fn masked(&self, mut completion: Completion, running: &Running) -> Completion {
        let masked = |text: &str| self.mask.apply(&Mask::of(running.input.values()).apply(text));
        match &mut completion {
            Completion::AttemptEnded { outcome, .. } => {
                self.masked_outcome(Arc::make_mut(outcome), running, &masked);
            }
            Completion::ProbeEnded { answer: ProbeAnswer::Seen(outcome), .. } => {
                self.masked_outcome(outcome, running, &masked);
            }
            Completion::ProbeEnded { answer: ProbeAnswer::Done(outputs), .. } => self.taken_in(outputs, running),
            Completion::ProbeEnded { answer: ProbeAnswer::CannotTell { reason, .. }, .. } => *reason = masked(reason),
            _ => {}
        }
        completion
    }
}

impl Launcher {
    fn masked_outcome(&self, outcome: &mut Outcome, running: &Running, masked: &dyn Fn(&str) -> String) {
        self.taken_in(&mut outcome.data, running);
        if let Some(error) = &mut outcome.error {
            error.message = masked(&error.message);
        }
        outcome.warning = outcome.warning.as_deref().map(masked);
    }
}

fn panicked() -> StepError {
    StepError::new(ErrorKind::Config, "action.panicked", "the action panicked: a bug in it; see the log")
}

fn overtime() -> StepError {
    StepError::new(ErrorKind::Network, "timeout", "the step's time was over before the action ended")
        .class(RetryClass::Timeout)
}
