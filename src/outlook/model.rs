//! What there is to say of a run that has not begun.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::id::StepId;
use crate::plan::Undo;
use crate::run::Settings;
use crate::secret::Data;
use crate::workflow::{Effect, Money, RateClass, RetryPolicy};

/// What is known before the run. Of secrets only whether there is one.
#[derive(Debug, Clone)]
pub struct Known {
    /// Those that have a value; the others are to be given.
    pub inputs: Data,
    /// Whose value the user typed.
    pub typed: BTreeSet<String>,
    pub secrets: BTreeMap<String, Supply>,
    /// `base_url` is empty where a sandbox will play the service.
    pub settings: Settings,
    pub until: Option<StepId>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// By the user: an input, or a variable of the environment that is set.
    Given,
    Default,
    /// It is one for the sandbox.
    Sandbox,
    /// It is optional, and null.
    Absent,
    /// It is to be given.
    Missing,
}

/// Who named the base URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BaseUrlSource {
    /// Nobody: it is the one that is built in.
    #[default]
    BuiltIn,
    Flag,
    Variable,
    /// A file of profiles: one of them, or its defaults.
    File {
        path: String,
        profile: Option<String>,
    },
}

impl fmt::Display for BaseUrlSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("the default"),
            Self::Flag => f.write_str("from --base-url"),
            Self::Variable => f.write_str("from ONRAMP_BASE_URL"),
            Self::File { path, profile: Some(name) } => write!(f, "from the profile `{name}` of {path}"),
            Self::File { path, profile: None } => write!(f, "from the defaults of {path}"),
        }
    }
}

/// Who is sent something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Sandbox,
    /// `https://host`, with a port that is not the usual one.
    Origin(String),
    /// The mailbox whose URL is a secret of this name, which nobody reads before the run.
    MailboxOf(String),
    /// Known when these have values.
    Open(String),
}

/// Whether a secret may go where it would be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that is sent is secret.
    Harmless,
    Allowed,
    /// The run will refuse (`config.origin`).
    Refused,
    /// It depends on what is not known yet.
    Open,
}

/// What something is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Step,
    Probe,
    Undo,
    OnError,
}

/// A request, or a series of them to the same place.
#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    pub purpose: Purpose,
    pub action: &'static str,
    pub place: Place,
    /// Which secrets go there, by where they come from.
    pub secrets: BTreeSet<String>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    Runs,
    /// Its `if`, or that of a call around it, does not hold.
    Skipped,
    /// It depends on this.
    If(String),
}

/// The items of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub enum Items {
    /// There is no matrix.
    One,
    Known(Vec<String>),
    /// As many as these have.
    Open(String),
}

/// What happens if nobody knows whether an attempt took place.
#[derive(Debug, Clone, PartialEq)]
pub enum Doubt {
    /// It is done again.
    Again,
    /// It is sent again with the same idempotency key.
    SameKey,
    /// It is looked for: how.
    Looked(&'static str),
    /// The step's own `probe` looks.
    Probe,
    /// A person is asked.
    Asked,
}

/// How often something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// If all goes well.
    pub least: u64,
    /// With all tries; `None` if nobody can say.
    pub most: Option<u64>,
}

/// What a step spends each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// In words.
    pub what: &'static str,
    /// Money, and not only credits.
    pub money: bool,
    /// How much, where it is known by then.
    pub at_most: Option<Money>,
}

#[derive(Debug, Clone)]
pub struct StepOutlook {
    pub id: StepId,
    /// How many calls of files are around it.
    pub depth: usize,
    /// The file that it calls, if it asks no action.
    pub file: Option<String>,
    /// Steps of the same stage may run at the same time. A call spans several and has none.
    pub stage: Option<usize>,
    pub after: Vec<StepId>,
    pub action: &'static str,
    pub effect: Effect,
    pub fate: Fate,
    pub items: Items,
    pub max_parallel: Option<u32>,
    pub retry: RetryPolicy,
    pub timeout: Option<Duration>,
    pub attempt_timeout: Option<Duration>,
    pub continue_on_error: bool,
    pub sendings: Vec<Sending>,
    pub doubt: Doubt,
    pub undo: Undo,
    /// On which errors what is done, and how often at most.
    pub on_error: Option<(Vec<String>, &'static str, u32)>,
    pub calls: Calls,
    pub spends: Option<Cost>,
}

#[derive(Debug, Clone)]
pub struct HostOutlook {
    pub place: Place,
    pub steps: Vec<StepId>,
    pub secrets: BTreeSet<String>,
    pub refused: bool,
}

#[derive(Debug, Clone)]
pub struct InputOutlook {
    pub name: String,
    pub supply: Supply,
    /// Masked if it is secret.
    pub value: Value,
    pub secret: bool,
    pub ty: String,
    pub description: Option<String>,
}

/// A secret of the workflow, a secret input, or one that is made in the run.
#[derive(Debug, Clone)]
pub struct SecretOutlook {
    /// `secrets.NAME`, `inputs.NAME`, or `steps.ID.outputs.NAME`.
    pub name: String,
    pub env: Option<String>,
    pub description: Option<String>,
    /// `None` for one that is made in the run.
    pub supply: Option<Supply>,
    pub goes_to: Vec<(Place, Verdict)>,
}

#[derive(Debug, Clone)]
pub struct OutputOutlook {
    pub name: String,
    pub env: Option<String>,
    pub secret: bool,
}

#[derive(Debug, Clone)]
pub struct RateOutlook {
    pub class: RateClass,
    pub calls: Calls,
    /// What the least number of calls takes at that rate.
    pub least_time: Duration,
}

/// What the run will fail with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub step: StepId,
    pub code: &'static str,
    pub message: String,
}

#[derive(Debug, Clone)]
pub struct Outlook {
    pub workflow: String,
    /// `None` for the sandbox.
    pub base_url: Option<String>,
    pub base_url_source: BaseUrlSource,
    pub until: Option<StepId>,
    /// How many steps that leaves for later.
    pub left_out: usize,
    /// In the order in which they are shown.
    pub steps: Vec<StepOutlook>,
    pub inputs: Vec<InputOutlook>,
    pub secrets: Vec<SecretOutlook>,
    pub outputs: Vec<OutputOutlook>,
    pub hosts: Vec<HostOutlook>,
    /// What no teardown takes back, and why.
    pub remains: Vec<(StepId, &'static str)>,
    pub rates: Vec<RateOutlook>,
    pub problems: Vec<Problem>,
    /// What may be spent beside credits.
    pub allow_spend: Option<Money>,
    /// What a failed run made is taken back at once.
    pub teardown_on_failure: bool,
}
