//! A line of a journal that is not what was written there: what a crash of the machine left, or damage.

use std::path::PathBuf;

use serde::Deserialize;

use super::error::StoreError;

/// What a line says about itself, whether or not it is what was written.
#[derive(Deserialize)]
pub(super) struct Claim {
    pub commit: Option<u64>,
    pub synced: Option<u64>,
}

pub(super) fn claim(line: &[u8]) -> Claim {
    serde_json::from_slice(line).unwrap_or(Claim { commit: None, synced: None })
}

/// A wrong line in the place of commit `due`; 0 is the header.
pub(super) struct WrongLine<'a> {
    pub due: u64,
    pub line: &'a [u8],
}

impl WrongLine<'_> {
    /// Whether it is what a crash of the machine left of lines that were never synced: a hole of zeros, and among the lines of
    /// `rest` none that knows this one to be on stable storage.
    pub fn is_lost(&self, rest: &[u8]) -> bool {
        let mut later = rest.split(|byte| *byte == b'\n');
        let is_hole = self.due > 0 && self.line.contains(&0);
        is_hole && !later.any(|line| claim(line).synced.is_some_and(|synced| synced >= self.due))
    }

    /// The journal of `whom`, "run" or "fleet", is damaged.
    pub fn damage(&self, journal: PathBuf, whom: &str) -> StoreError {
        let due = self.due;
        let what = match claim(self.line).commit {
            _ if due == 0 => "the journal's first line is not what was written there".to_owned(),
            Some(found) if found > due => {
                format!("commit {due} belongs here, but this is commit {found}: lines are missing or were moved")
            }
            Some(found) if found < due => format!("commit {due} belongs here, but this is commit {found} once more"),
            _ => format!("commit {due} is not what was written here: the line was changed"),
        };
        let number = usize::try_from(due.saturating_add(1)).unwrap_or(usize::MAX);
        StoreError::damaged(journal, number, format!("{what}. Nothing was done with this {whom}; put the line back"))
    }
}
