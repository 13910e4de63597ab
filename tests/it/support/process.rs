use std::fs;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{Output, eventually};

/// A command that runs. Dropping it kills it.
pub struct Running {
    child: Child,
    printed: PathBuf,
    ended: Option<ExitStatus>,
}

impl Running {
    pub(super) fn new(child: Child, printed: PathBuf) -> Self {
        Self { child, printed, ended: None }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().unwrap();
        }
        self.ended.is_some()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// SIGKILL. `false` if the process had ended by itself before.
    pub fn kill(&mut self) -> bool {
        if self.has_ended() {
            return false;
        }
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        self.ended = Some(status);
        status.code().is_none()
    }

    /// `None` if it goes on for longer than `patience`.
    pub fn wait(&mut self, patience: Duration) -> Option<Output> {
        eventually(patience, || self.has_ended().then_some(()))?;
        let code = self.ended.and_then(|status| status.code());
        Some(Output { code, stdout: self.stdout(), stderr: self.stderr() })
    }

    pub fn stdout(&self) -> String {
        fs::read_to_string(self.printed.with_extension("out")).unwrap()
    }

    pub fn stderr(&self) -> String {
        fs::read_to_string(self.printed.with_extension("err")).unwrap()
    }

    /// Waits until the command has said `text` on stderr.
    #[track_caller]
    pub fn until_it_says(&mut self, text: &str) {
        let said = eventually(super::LONG, || (self.stderr().contains(text) || self.has_ended()).then_some(()));
        assert!(said.is_some() && self.stderr().contains(text), "it never said {text:?}:\n{}", self.stderr());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
