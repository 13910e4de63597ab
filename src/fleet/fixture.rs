//! What fleets of tests start from.

use std::time::Duration;

use super::row::{Row, RowKey};
use crate::id::RunId;
use crate::run::{RunStarted, Settings};
use crate::secret::{Data, Secret};

pub fn started() -> RunStarted {
    let settings = Settings {
        base_url: "http://127.0.0.1:1".into(),
        sandbox: false,
        settle: Duration::ZERO,
        allow_hosts: Vec::new(),
        typed_origins: Vec::new(),
        allow_spend: None,
    };
    let (run, seed) = (RunId::new("q4").unwrap(), Secret::new(vec![7; 32]));
    let workflow = "bootstrap".to_owned();
    RunStarted { run, workflow, seed, inputs: Data::new(), secrets: Data::new(), settings, until: None }
}

/// The first row, of that key, with nothing else.
pub fn row(key: &str) -> Row {
    let (key, inputs, secrets) = (RowKey::new(key).unwrap(), Data::new(), Data::new());
    Row { key, number: 1, inputs, secrets, label: None, found: Vec::new() }
}
