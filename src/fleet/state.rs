//! What became of a fleet: the fold of its own facts and of its rows' entries.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::event::{Happening, RowEvent};
use super::fact::{FleetEntry, FleetFact};
use super::row::{Row, RowId, RowKey};
use super::row_state::{RowPhase, RowState};
use super::waits::StepWaits;
use crate::clock::Timestamp;
use crate::id::RunId;
use crate::run::{RunStarted, RunStatus, derived_seed, input_digest};

#[derive(Debug, Clone, PartialEq)]
pub struct FleetState {
    /// What all rows have in common.
    pub started: RunStarted,
    pub began: Timestamp,
    /// The time of the last fact.
    pub now: Timestamp,
    /// What pins the texts that the workflow has had, the first one first: their versions count from 1.
    pub workflows: Vec<String>,
    /// Another copy of the fleet may have done what is not known here.
    pub wary: bool,
    pub paused: bool,
    /// A command of the user's takes the outputs of its rows.
    pub hands_on: bool,
    /// What its rows made is taken back, or was.
    pub teardown: bool,
    /// As it was set while the fleet was under way.
    pub max_parallel: Option<u32>,
    /// By the step's name.
    pub waits: BTreeMap<String, StepWaits>,
    /// In the order of their numbers.
    pub rows: Vec<RowState>,
    ids: HashMap<RowKey, RowId>,
}

/// How many rows there are of each kind. A withdrawn row that never began counts as withdrawn alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub waiting: usize,
    pub begun: usize,
    pub succeeded: usize,
    pub failed: usize,
    pub in_doubt: usize,
    /// Cancelled or interrupted; a resume goes on with them.
    pub stopped: usize,
    pub withdrawn: usize,
    pub torn_down: usize,
}

impl Tally {
    /// While no process works on the fleet: what has begun and not ended is stopped.
    pub fn at_rest(self) -> Self {
        Self { begun: 0, stopped: self.stopped + self.begun, ..self }
    }
}

/// A fact that cannot follow: the journal was not written by this program, or the program is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IllegalFact(pub String);

impl fmt::Display for IllegalFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a fact of the fleet cannot follow: {}", self.0)
    }
}

impl std::error::Error for IllegalFact {}

impl FleetState {
    /// A fleet without rows. `workflow` pins its text.
    pub fn new(started: RunStarted, workflow: String, at: Timestamp) -> Self {
        Self {
            started,
            began: at,
            now: at,
            workflows: vec![workflow],
            wary: false,
            paused: false,
            hands_on: false,
            teardown: false,
            max_parallel: None,
            waits: BTreeMap::new(),
            rows: Vec::new(),
            ids: HashMap::new(),
        }
    }

    /// With the rows that a checkpoint has.
    pub fn with_rows(mut self, rows: Vec<RowState>) -> Result<Self, IllegalFact> {
        for row in rows {
            self.know(row)?;
        }
        Ok(self)
    }

    pub fn id(&self) -> &RunId {
        &self.started.run
    }

    /// Of the workflow's text that rows begin with now.
    pub fn version(&self) -> u32 {
        u32::try_from(self.workflows.len()).unwrap_or(u32::MAX)
    }

    pub fn row(&self, id: RowId) -> Option<&RowState> {
        self.rows.get(id.index())
    }

    /// The row of a key.
    pub fn find(&self, key: &str) -> Option<RowId> {
        self.ids.get(key).copied()
    }

    /// What a person calls a row: its key, or its run and its label where the key is a digest.
    pub fn name_of(&self, id: RowId) -> String {
        let Some(row) = self.row(id) else { return String::new() };
        match (&row.label, id.run(self.id())) {
            (Some(label), Ok(run)) => format!("{run} {label}"),
            _ => row.key.to_string(),
        }
    }

    /// All rows, with their numbers.
    pub fn numbered(&self) -> impl DoubleEndedIterator<Item = (RowId, &RowState)> {
        self.rows.iter().enumerate().filter_map(|(index, row)| Some((RowId::at(index)?, row)))
    }

    /// What a row's run starts from. `inputs` are the row's, and the secrets that it has of its own.
    pub fn start_of(&self, id: RowId) -> Option<RunStarted> {
        let row = self.row(id)?;
        let run = id.run(self.id()).ok()?;
        let seed = derived_seed(&self.started, row.key.as_str());
        let mut started = RunStarted { run, seed, inputs: row.inputs.clone(), ..self.started.clone() };
        started.secrets.extend(row.secrets.clone());
        Some(started)
    }

    /// By which what a row is given is compared with what the same key is given later.
    pub fn digest_of(&self, row: &Row) -> String {
        let mut given = row.inputs.clone();
        given.extend(row.secrets.iter().map(|(name, secret)| (format!("secrets.{name}"), secret.clone())));
        input_digest(&self.started, row.key.as_str(), &given)
    }

    /// Rows whose outputs the user's command is yet to take, if there is one.
    pub fn untaken(&self) -> impl Iterator<Item = RowId> {
        let awaited = self.hands_on && !self.teardown;
        self.numbered().filter(move |(_, row)| awaited && row.is_untaken()).map(|(id, _)| id)
    }

    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for row in &self.rows {
            let count = match row.standing() {
                _ if row.torn_down => &mut tally.torn_down,
                RowPhase::Waiting if row.withdrawn => &mut tally.withdrawn,
                RowPhase::Waiting => &mut tally.waiting,
                RowPhase::Begun | RowPhase::Ended(RunStatus::Running) => &mut tally.begun,
                RowPhase::Ended(RunStatus::Succeeded) => &mut tally.succeeded,
                RowPhase::Ended(RunStatus::Failed) => &mut tally.failed,
                RowPhase::Ended(RunStatus::InDoubt) => &mut tally.in_doubt,
                RowPhase::Ended(RunStatus::Cancelled | RunStatus::Interrupted) => &mut tally.stopped,
            };
            *count += 1;
        }
        tally
    }

    /// Takes in what an entry of a row's run means, which stands in the commit that begins at `offset`.
    pub fn apply_row(&mut self, id: RowId, event: RowEvent, offset: u64) -> Result<(), IllegalFact> {
        let version = self.version();
        let waited = match &event.what {
            Happening::Waited(step, waited) => Some((step.to_string(), *waited)),
            _ => None,
        };
        let row = self.row_mut(id)?;
        if row.began.is_none() != (event.what == Happening::Began) {
            return Err(IllegalFact(format!("row {id} begins once, and before all else")));
        }
        if row.began.is_none() {
            row.from = offset;
            row.version = version;
        }
        row.to = offset;
        let at = event.at;
        row.apply(event);
        if let Some((step, waited)) = waited {
            self.waits.entry(step).or_default().add(waited);
        }
        self.now = self.now.max(at);
        Ok(())
    }

    /// Takes a fact of the fleet in.
    pub fn apply(&mut self, entry: &FleetEntry) -> Result<(), IllegalFact> {
        match &entry.fact {
            FleetFact::Started(_) => return Err(IllegalFact("the fleet has begun already".to_owned())),
            FleetFact::Resumed { wary, trusted } => self.wary = (self.wary || *wary) && !trusted,
            FleetFact::Replanned { workflow } => self.workflows.push(workflow.clone()),
            FleetFact::RowsAdded(rows) => {
                for row in rows {
                    let digest = self.digest_of(row);
                    self.know(RowState::new(row.clone(), digest))?;
                }
            }
            FleetFact::RowsWithdrawn(ids) => self.each(ids, |row| row.withdrawn = true)?,
            FleetFact::RowsReturned(ids) => self.each(ids, |row| row.withdrawn = false)?,
            FleetFact::HandsOn => self.hands_on = true,
            FleetFact::HandedOn(id) => {
                self.hands_on = true;
                self.row_mut(*id)?.handed_on = true;
            }
            FleetFact::TeardownStarted => self.teardown = true,
            FleetFact::TornDown(id) => self.row_mut(*id)?.torn_down = true,
            FleetFact::Paused(paused) => self.paused = *paused,
            FleetFact::ParallelSet(most) => self.max_parallel = Some(*most),
        }
        self.now = self.now.max(entry.at);
        Ok(())
    }

    fn each(&mut self, ids: &[RowId], change: impl Fn(&mut RowState)) -> Result<(), IllegalFact> {
        ids.iter().try_for_each(|id| self.row_mut(*id).map(&change))
    }

    fn know(&mut self, row: RowState) -> Result<(), IllegalFact> {
        let id = RowId::at(self.rows.len()).ok_or_else(|| IllegalFact("there are too many rows".to_owned()))?;
        if self.ids.insert(row.key.clone(), id).is_some() {
            return Err(IllegalFact(format!("there is a row {:?} already", row.key)));
        }
        self.rows.push(row);
        Ok(())
    }

    fn row_mut(&mut self, id: RowId) -> Result<&mut RowState, IllegalFact> {
        self.rows.get_mut(id.index()).ok_or_else(|| IllegalFact(format!("there is no row {id}")))
    }
}
