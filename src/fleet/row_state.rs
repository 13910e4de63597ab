//! What became of a row: the fold of what its entries mean for the fleet.

use std::time::Duration;

use super::event::{Happening, RowEvent, RowTrouble};
use super::row::{Row, RowKey};
use crate::clock::Timestamp;
use crate::run::RunStatus;
use crate::secret::Data;

/// What is known of a row without looking at its run.
#[derive(Debug, Clone, PartialEq)]
pub struct RowState {
    pub key: RowKey,
    /// Its place in what was given when it was added, from 1.
    pub number: u64,
    /// By what a person knows it where its key is a digest. No secret.
    pub label: Option<String>,
    /// Of its inputs, to tell whether it is given with others later.
    pub digest: String,
    /// Until it has begun: then its run has them, and the secrets.
    pub inputs: Data,
    pub secrets: Data,
    pub found: Vec<String>,
    pub phase: RowPhase,
    /// Of the workflow's text that it began with; 0 until then.
    pub version: u32,
    /// It is not in what was given last.
    pub withdrawn: bool,
    pub handed_on: bool,
    /// What it made is taken back, or was.
    pub teardown: bool,
    /// Nothing is left of it that could be undone.
    pub torn_down: bool,
    pub attempts: u32,
    pub began: Option<Timestamp>,
    /// Of its last entry.
    pub last: Option<Timestamp>,
    /// How long processes worked on it: what it rested between them is left out.
    pub worked: Duration,
    /// Why it failed, or what is in doubt.
    pub trouble: Option<Box<RowTrouble>>,
    /// Where in the journal its first and its last entries stand: of these commits the first bytes.
    pub from: u64,
    pub to: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPhase {
    Waiting,
    /// It has begun, and has not ended.
    Begun,
    Ended(RunStatus),
}

impl RowState {
    pub(super) fn new(row: Row, digest: String) -> Self {
        Self {
            key: row.key,
            number: row.number,
            label: row.label,
            digest,
            inputs: row.inputs,
            secrets: row.secrets,
            found: row.found,
            phase: RowPhase::Waiting,
            version: 0,
            withdrawn: false,
            handed_on: false,
            teardown: false,
            torn_down: false,
            attempts: 0,
            began: None,
            last: None,
            worked: Duration::ZERO,
            trouble: None,
            from: 0,
            to: 0,
        }
    }

    /// Whether there is something left to do without anybody's asking.
    pub fn is_open(&self) -> bool {
        match self.phase {
            RowPhase::Waiting => !self.withdrawn,
            // What it made is being taken back: it does not go on.
            _ if self.teardown => false,
            RowPhase::Begun => true,
            RowPhase::Ended(status) => {
                matches!(status, RunStatus::Interrupted | RunStatus::Cancelled | RunStatus::Running)
            }
        }
    }

    /// Whether it has succeeded, and no command of the user's has taken its outputs.
    pub fn is_untaken(&self) -> bool {
        self.phase == RowPhase::Ended(RunStatus::Succeeded) && !self.handed_on && !self.teardown
    }

    /// How it stands. Where something that it made could not be taken back it has failed, whatever its run came to.
    pub fn standing(&self) -> RowPhase {
        match (&self.trouble, self.phase) {
            (Some(trouble), RowPhase::Ended(_)) if self.teardown => {
                RowPhase::Ended(match trouble.error.code.as_str() {
                    RowTrouble::IN_DOUBT => RunStatus::InDoubt,
                    _ => RunStatus::Failed,
                })
            }
            (_, phase) => phase,
        }
    }

    /// In one word; `is_live` if a process works on the fleet. Without one nothing runs.
    pub fn status(&self, is_live: bool) -> &'static str {
        match self.standing() {
            _ if self.torn_down => "torn_down",
            RowPhase::Waiting if self.withdrawn => "withdrawn",
            RowPhase::Waiting => "waiting",
            RowPhase::Begun | RowPhase::Ended(RunStatus::Running) if is_live => "running",
            RowPhase::Begun | RowPhase::Ended(RunStatus::Running) => "interrupted",
            RowPhase::Ended(RunStatus::Succeeded) => "succeeded",
            RowPhase::Ended(RunStatus::Failed) => "failed",
            RowPhase::Ended(RunStatus::InDoubt) => "in_doubt",
            RowPhase::Ended(RunStatus::Cancelled) => "cancelled",
            RowPhase::Ended(RunStatus::Interrupted) => "interrupted",
        }
    }

    pub(super) fn apply(&mut self, RowEvent { at, what }: RowEvent) {
        if self.phase == RowPhase::Begun && !what.takes_over() {
            self.worked += self.last.map_or(Duration::ZERO, |last| at.since(last));
        }
        self.last = Some(at);
        match what {
            Happening::Began => {
                self.began = Some(at);
                self.phase = RowPhase::Begun;
                (self.inputs, self.secrets, self.found) = (Data::new(), Data::new(), Vec::new());
            }
            Happening::Resumed | Happening::Answered => {
                // What nobody could tell is not told again by a run that still does not know.
                let is_unanswered = self.phase == RowPhase::Ended(RunStatus::InDoubt) && what == Happening::Resumed;
                self.phase = RowPhase::Begun;
                self.handed_on = false;
                self.trouble = self.trouble.take().filter(|_| is_unanswered);
            }
            Happening::TeardownBegan => self.teardown = true,
            Happening::Attempted => self.attempts += 1,
            Happening::Troubled(trouble) => self.trouble = Some(trouble),
            Happening::Ended(status) => {
                self.phase = RowPhase::Ended(status);
                if status == RunStatus::Succeeded && !self.teardown {
                    self.trouble = None;
                }
            }
            Happening::Waited(..) | Happening::Else => {}
        }
    }
}
