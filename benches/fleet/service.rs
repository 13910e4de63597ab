//! A sandbox in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub struct Service {
    process: Child,
    pub base_url: String,
    pub mailbox: String,
    ledger: String,
}

impl Service {
    pub fn start(folder: &Path) -> Self {
        let mut command = Command::new(crate::ONRAMP);
        command.args(["sandbox", "--latency", "50ms", "--rate-scale", "1000000"]);
        command.env_clear().env("HOME", folder).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        let (base_url, mailbox, ledger) = (text("base_url"), text("mailbox"), text("ledger"));
        std::fs::write(folder.join("mailbox"), &mailbox).unwrap();
        Self { process, base_url, mailbox, ledger }
    }

    /// The mailbox of the service that was started last.
    pub fn last_mailbox(folder: &Path) -> String {
        std::fs::read_to_string(folder.join("mailbox")).unwrap()
    }

    /// How many accounts were made.
    pub fn accounts(&self) -> usize {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ledger = async { crate::client().get(&self.ledger).send().await.unwrap().bytes().await.unwrap() };
        let document: Value = serde_json::from_slice(&runtime.block_on(ledger)).unwrap();
        document["accounts"].as_array().unwrap().len()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
