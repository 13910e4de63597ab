//! What an action is given, and what it gives back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::Trust;
use crate::clock::{Clock, Timestamp};
use crate::diagnostic::kind;
use crate::entropy::Entropy;
use crate::http::{Deadline, Http, Timeout, Waits};
use crate::mail::Mail;
use crate::modelslab::{ApiError, Base, Limits};
use crate::run::{ErrorKind, Happened, Order, Outcome, ProbeAnswer, Settings, StepError};
use crate::secret::{Data, Datum};
use crate::workflow::ActionSpec;

/// One kind of step. A program that uses the library adds its own to a [`super::Registry`].
pub trait Action: Send + Sync {
    /// Parameters, outputs and effect class: what checks, documentation and schema derive from.
    fn spec(&self) -> ActionSpec;

    /// Does it, once. No retries in here: what to do about a failure is decided by the engine.
    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome>;

    /// Looks whether an attempt of this occurrence took place. Must not destroy what the run did not make.
    fn probe<'a>(&'a self, _context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(std::future::ready(ProbeAnswer::NoWay))
    }

    /// Takes back what an attempt did whose outputs are in `order.undoes`, which may be none if its answer was lost. Success
    /// means that it is gone, also if it was gone before; [`StepError::NOTHING_TO_UNDO`] and [`StepError::CANNOT_UNDO`] are
    /// no failures either. Asked only of actions whose spec says [`crate::workflow::UndoRule::BuiltIn`].
    fn undo<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        let message = format!("`{}` has no way to undo", context.order.action);
        let error = StepError::new(ErrorKind::Config, "config.action", message);
        Box::pin(std::future::ready(not_sent(error)))
    }
}

/// What all actions of a run share.
pub struct Services {
    pub http: Http,
    pub mail: Mail,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    /// Where ModelsLab is: the base URL of the settings, or why it is none.
    pub base: Result<Base, ApiError>,
    /// Origins ([`crate::mail::Mailbox::origin`]) of mailboxes that the user named; no other is given a password.
    pub trusted_mailboxes: Vec<String>,
    pub entropy: Arc<dyn Entropy>,
    /// Of the workflow file: below it, and nowhere else, a step may write files.
    pub folder: PathBuf,
    /// What has been asked of ModelsLab, by whom, and what it allows.
    pub limits: Arc<Limits>,
}

impl Services {
    pub(super) fn trust(&self) -> Trust<'_> {
        Trust { settings: &self.settings, mailboxes: &self.trusted_mailboxes }
    }

    /// Ends all waits for which nothing was sent yet.
    pub fn stop_waiting(&self) {
        self.limits.release();
        self.http.release();
    }
}

/// One attempt, or one look.
pub struct Context {
    pub order: Order,
    /// What its action states.
    pub spec: Arc<ActionSpec>,
    pub services: Arc<Services>,
    /// For its requests.
    pub http: Http,
}

impl Context {
    pub fn new(order: Order, spec: Arc<ActionSpec>, services: Arc<Services>) -> Self {
        let http = services.http.attempting();
        Self { order, spec, services, http }
    }

    /// What it waits for its turn, which does not count against its time.
    pub fn waits(&self) -> &Waits {
        self.http.waits()
    }

    /// A parameter; null counts as absent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.order.input.get(name).map(Datum::expose).filter(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A required text parameter.
    pub fn require(&self, name: &str) -> Result<&str, StepError> {
        self.text(name).ok_or_else(|| {
            let found = self.get(name).map_or("nothing", kind);
            let message = format!("`{name}` of `{}` must be a string, not {found}", self.order.task);
            StepError::new(ErrorKind::Config, "config.parameter", message)
        })
    }

    /// Outputs as the action declares them: each public or secret by declaration.
    pub fn outputs(&self, values: impl IntoIterator<Item = (&'static str, Value)>) -> Data {
        let secret = |name: &str| self.spec.outputs.iter().any(|output| output.name == name && output.secret);
        values.into_iter().map(|(name, value)| (name.to_owned(), Datum::new(value, secret(name)))).collect()
    }

    /// When the attempt must be over if it does not wait for a turn, and what says so.
    pub fn deadline(&self) -> Option<Deadline> {
        let setting = self.order.limit.map(|limit| (limit.setting, limit.value));
        self.order.deadline.map(|at| Deadline { at, setting })
    }

    /// How long one request may take.
    pub fn request_timeout(&self) -> Timeout {
        self.http.timeout(self.deadline(), self.services.clock.now())
    }

    /// The time for a wait that begins now: what is left for the step, at most `limit`.
    pub fn patience(&self, limit: Duration) -> Patience<'_> {
        let whole = self.remaining(limit);
        let end = self.services.clock.now().plus(whole);
        Patience { context: self, end, before: self.waits().so_far(), whole }
    }

    /// The time left for the step, at most `limit`; zero once its deadline has passed.
    pub fn remaining(&self, limit: Duration) -> Duration {
        let now = self.services.clock.now();
        let deadline = self.order.deadline.map(|deadline| deadline.plus(self.waits().so_far()));
        deadline.map_or(limit, |deadline| deadline.since(now).min(limit))
    }
}

/// The time for a wait of an action's own. What is waited meanwhile for a turn is none of it.
pub struct Patience<'c> {
    context: &'c Context,
    end: Timestamp,
    /// What had been waited for turns when it began.
    before: Duration,
    pub whole: Duration,
}

impl Patience<'_> {
    pub fn left(&self) -> Duration {
        let waited = self.context.waits().so_far().saturating_sub(self.before);
        self.end.plus(waited).since(self.context.services.clock.now())
    }
}

/// Makes those outputs in `data` secret that repeat a secret parameter of `input`.
pub fn seal_echoes(spec: &ActionSpec, input: &Data, data: &mut Data) {
    let secret = |name: &str| input.get(name).is_some_and(Datum::is_secret);
    for output in spec.outputs.iter().filter(|output| output.is_secret(secret)) {
        if let Some(datum) = data.get_mut(output.name).filter(|datum| !datum.is_secret()) {
            *datum = Datum::secret(datum.expose().clone());
        }
    }
}

/// An attempt that never left: wrong parameters.
pub fn not_sent(error: StepError) -> Outcome {
    Outcome::failed(Happened::None, error)
}
