//! What a run starts from, and how it goes on.

use std::time::Duration;

use crate::id::{RunId, StepId, TaskPath};
use crate::secret::{Data, Secret};
use crate::workflow::Money;

/// What a run starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStarted {
    pub run: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The key of all that is derived for this run: idempotency keys, digests, jitter. 32 bytes.
    pub seed: Secret<Vec<u8>>,
    pub inputs: Data,
    pub secrets: Data,
    pub settings: Settings,
    /// Only this step and what it needs.
    pub until: Option<StepId>,
}

/// What the run was pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The root of the service, without a trailing slash.
    pub base_url: String,
    /// The embedded sandbox plays the service.
    pub sandbox: bool,
    /// How long after the last byte a probe may look, unless the step says otherwise.
    pub settle: Duration,
    /// Origins to which secrets may go beside the base URL.
    pub allow_hosts: Vec<String>,
    /// Origins of the URLs and mailboxes among the inputs that the user gave: secrets may go there. What stands in the
    /// workflow file, a default included, is not among them.
    pub typed_origins: Vec<String>,
    /// What the run may spend beside credits; `None` is nothing.
    pub allow_spend: Option<Money>,
}

/// How another process goes on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resumption {
    /// Drawn anew by each process; stands in the marks that it leaves, so that those of a copy are told apart.
    pub epoch: String,
    /// The run's folder may be a copy: what another one did is not in this journal.
    pub wary: bool,
    /// A person vouches for this folder: whatever was thought before, no other copy did anything.
    pub trusted: bool,
    /// Secrets that were given anew, as a corrected password; all others stay.
    pub secrets: Data,
    /// What the run may spend from now on, all that it spent before included; `None` leaves it as it was.
    pub allow_spend: Option<Money>,
    /// Only this step and what it needs.
    pub until: Option<StepId>,
    /// Run again although they have ended.
    pub again: Vec<TaskPath>,
    /// What these did stands, whatever became of their input since.
    pub keep: Vec<TaskPath>,
}

/// Another text of the workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Replanned {
    /// Counts the texts from 1.
    pub version: u32,
    /// The digest of this one.
    pub workflow: String,
    /// These steps are held against what they did before.
    pub recheck: Vec<StepId>,
    /// Their matrix was edited: items that are new may be others that are gone, under another name.
    pub succession: Vec<StepId>,
    /// Values that the run did not have until now.
    pub inputs: Data,
    pub secrets: Data,
}

impl Replanned {
    /// What the run starts from with the values that it gains.
    pub fn onto(&self, started: &RunStarted) -> RunStarted {
        let mut started = started.clone();
        started.inputs.extend(self.inputs.clone());
        started.secrets.extend(self.secrets.clone());
        started
    }
}
