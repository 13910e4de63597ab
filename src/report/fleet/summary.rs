//! What there is to say of a fleet at one moment.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::diagnostic::{command_line, quoted};
use crate::fleet::{FleetState, RowId, RowPhase, RowState, RowTrouble, StepWaits, Tally};
use crate::id::{Role, RunId};
use crate::report::text::count;
use crate::run::RunStatus;

/// Rows that took longest are named, so many of them.
const SLOWEST: usize = 5;

/// So many rows that were not handed on are named.
const EXAMPLES: usize = 5;

pub struct FleetSummary {
    pub fleet: RunId,
    pub workflow: String,
    pub tally: Tally,
    pub rows: usize,
    pub paused: bool,
    /// What its rows made is taken back.
    pub teardown: bool,
    /// A process works on it now.
    pub is_live: bool,
    pub began: Timestamp,
    /// When something last became of a row; while a process works on it, of the fleet.
    pub last: Timestamp,
    /// Rows that did not succeed, by where and why; the largest group first.
    pub causes: Vec<Cause>,
    /// The longest first: how long each was worked on.
    pub slowest: Vec<(RowName, Duration)>,
    /// What steps waited for their turns; the longest in all first.
    pub waits: Vec<(String, StepWaits)>,
    /// Rows that have succeeded, and whose outputs the user's command (`--each`) has not taken.
    pub untaken: Option<Untaken>,
    pub dir: String,
    store: Option<String>,
}

/// What a row is called: by programs and in commands, and by people.
pub struct RowName {
    pub key: String,
    pub shown: String,
}

impl RowName {
    fn of(state: &FleetState, id: RowId) -> Self {
        let key = state.row(id).map(|row| row.key.to_string()).unwrap_or_default();
        Self { key, shown: state.name_of(id) }
    }
}

/// Rows that have yet to be handed on.
pub struct Untaken {
    pub rows: usize,
    /// The first of them.
    pub examples: Vec<RowName>,
    /// What hands them on, with the user's command for `CMD`.
    pub command: String,
}

/// Rows that failed in the same way.
pub struct Cause {
    pub step: String,
    /// What the step had made could not be taken back.
    pub undoes: bool,
    pub code: String,
    pub rows: usize,
    /// One of them, and what it was told.
    pub example: RowName,
    pub message: String,
    /// What does them again, or gives either answer for them: lines for a shell.
    pub commands: Vec<String>,
}

impl Cause {
    /// `key`, or `undo:key`.
    pub fn place(&self) -> String {
        if self.undoes { format!("undo:{}", self.step) } else { self.step.clone() }
    }
}

impl FleetSummary {
    pub fn new(state: &FleetState, is_live: bool, dir: String, store: Option<String>) -> Self {
        let summary = Self {
            fleet: state.id().clone(),
            workflow: state.started.workflow.clone(),
            tally: if is_live { state.tally() } else { state.tally().at_rest() },
            rows: state.rows.len(),
            paused: state.paused,
            teardown: state.teardown,
            is_live,
            began: state.began,
            last: state.rows.iter().filter_map(|row| row.last).max().filter(|_| !is_live).unwrap_or(state.now),
            causes: Vec::new(),
            slowest: slowest(state),
            waits: waits(state),
            untaken: None,
            dir,
            store,
        };
        Self { causes: summary.causes_of(state), untaken: summary.untaken_of(state), ..summary }
    }

    fn causes_of(&self, state: &FleetState) -> Vec<Cause> {
        let mut groups: BTreeMap<(bool, &str, &str), (usize, RowId, &RowTrouble)> = BTreeMap::new();
        let has_failed = |row: &RowState| {
            !row.torn_down && matches!(row.standing(), RowPhase::Ended(status) if status != RunStatus::Succeeded)
        };
        for (id, row) in state.numbered().filter(|(_, row)| has_failed(row)) {
            let Some(trouble) = row.trouble.as_deref() else { continue };
            let RowTrouble { task, error } = trouble;
            groups.entry((task.role == Role::Undo, task.step.as_str(), &error.code)).or_insert((0, id, trouble)).0 += 1;
        }
        let mut causes: Vec<Cause> = groups
            .into_iter()
            .map(|((undoes, step, code), (rows, row, trouble))| Cause {
                step: step.to_owned(),
                undoes,
                code: code.to_owned(),
                rows,
                example: RowName::of(state, row),
                message: trouble.error.sentence().to_owned(),
                commands: self.commands_for(step, code, undoes),
            })
            .collect();
        causes.sort_by_key(|cause| Reverse(cause.rows));
        causes
    }

    fn untaken_of(&self, state: &FleetState) -> Option<Untaken> {
        let rows = state.untaken().count();
        let examples = state.untaken().take(EXAMPLES).map(|id| RowName::of(state, id)).collect();
        // Whatever stands behind `--` is the command's.
        let command = format!("{} --each -- CMD", self.command("fleet resume", ""));
        (rows > 0).then_some(Untaken { rows, examples, command })
    }

    fn commands_for(&self, step: &str, code: &str, undoes: bool) -> Vec<String> {
        let condition = quoted(&format!("error.code == \"{code}\" && error.step == \"{step}\""));
        let resolve = |answer: &str, meant: &str| {
            let command = self.command("fleet resolve", &format!(" --where {condition} {answer}"));
            format!("{command}  # {meant}")
        };
        match code {
            _ if undoes => vec![self.command("fleet teardown", &format!(" --where {condition}"))],
            RowTrouble::IN_DOUBT => {
                vec![resolve("--done", "where it took place"), resolve("--redo", "where it did not")]
            }
            _ => vec![self.command("fleet resume", &format!(" --failed --where {condition}"))],
        }
    }

    /// `onramp VERB FLEET`, with flags that begin with a blank.
    pub fn command(&self, verb: &str, flags: &str) -> String {
        command_line(verb, self.fleet.as_str(), flags, self.store.as_deref())
    }

    /// What to do where nothing goes on without somebody's asking.
    pub fn rests(&self) -> String {
        let gone_wrong = self.causes.iter().filter(|cause| !cause.undoes);
        let (doubts, failures): (Vec<_>, Vec<_>) = gone_wrong.partition(|cause| cause.code == RowTrouble::IN_DOUBT);
        let [in_doubt, failed] = [doubts, failures].map(|causes| causes.iter().map(|cause| cause.rows).sum::<usize>());
        let answer = quoted(&format!("error.code == \"{}\"", RowTrouble::IN_DOUBT));
        let answer = self.command("fleet resolve", &format!(" --where {answer} --done"));
        let asked = format!("{} for an answer: `{answer}`, or `--redo`", count(in_doubt, "row waits", "rows wait"));
        let again = self.command("fleet resume", " --failed");
        let failed = (failed > 0).then(|| format!("{failed} failed: `{again}` goes on with them"));
        let left: Vec<String> = (in_doubt > 0).then_some(asked).into_iter().chain(failed).collect();
        if left.is_empty() {
            "nothing is left to do".to_owned()
        } else {
            format!("nothing goes on by itself; {}", left.join("; "))
        }
    }

    /// Whether something is left to do without anybody's asking.
    pub fn is_open(&self) -> bool {
        let Tally { waiting, begun, succeeded, failed, in_doubt, stopped, .. } = self.tally;
        match self.teardown {
            true => begun + succeeded + failed + in_doubt + stopped > 0,
            false => waiting + begun + stopped > 0,
        }
    }
}

fn slowest(state: &FleetState) -> Vec<(RowName, Duration)> {
    let ended = state.numbered().filter(|(_, row)| matches!(row.phase, RowPhase::Ended(_)));
    let mut took: Vec<(RowId, Duration)> = ended.map(|(id, row)| (id, row.worked)).collect();
    let by_time = |a: &(RowId, Duration), b: &(RowId, Duration)| b.1.cmp(&a.1);
    if took.len() > SLOWEST {
        took.select_nth_unstable_by(SLOWEST, by_time);
        took.truncate(SLOWEST);
    }
    took.sort_by(by_time);
    took.into_iter().map(|(id, took)| (RowName::of(state, id), took)).collect()
}

fn waits(state: &FleetState) -> Vec<(String, StepWaits)> {
    let mut waits: Vec<(String, StepWaits)> = state.waits.iter().map(|(step, waits)| (step.clone(), *waits)).collect();
    waits.sort_by_key(|(_, waits)| Reverse(waits.total));
    waits
}
