use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The journal of the one run of a store.
#[derive(Clone)]
pub struct Journal {
    runs: PathBuf,
}

impl Journal {
    pub fn in_store(store: &Path) -> Self {
        Self { runs: store.join("runs") }
    }

    /// The run's folder; `None` before the run appears.
    pub fn run_dir(&self) -> Option<PathBuf> {
        let folders = fs::read_dir(&self.runs).ok()?.map(|entry| entry.unwrap().path());
        folders.into_iter().find(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
    }

    pub fn path(&self) -> Option<PathBuf> {
        Some(self.run_dir()?.join("journal.jsonl"))
    }

    /// Whole lines; the first is the header, each other is a commit.
    pub fn lines(&self) -> usize {
        let bytes = self.path().and_then(|path| fs::read(path).ok()).unwrap_or_default();
        bytes.iter().filter(|byte| **byte == b'\n').count()
    }

    /// Its whole lines: a process may be writing the next one, or have been killed while it did.
    pub fn whole(&self) -> String {
        let bytes = fs::read(self.path().expect("there is no run")).unwrap();
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        String::from_utf8(bytes[..end].to_vec()).unwrap()
    }

    /// All entries, in order.
    pub fn entries(&self) -> Vec<Value> {
        let text = self.whole();
        let commits = text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        commits.flat_map(|commit| commit["entries"].as_array().unwrap().clone()).collect()
    }

    /// How often a fact of this kind was recorded of `task`.
    pub fn count(&self, fact: &str, task: &str) -> usize {
        self.entries().iter().filter(|entry| entry["fact"] == fact && entry["task"] == task).count()
    }
}
