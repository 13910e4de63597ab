use std::sync::Arc;

use onramp::action::Registry;
use onramp::clock::{ManualClock, Timestamp};
use onramp::entropy::SystemEntropy;
use onramp::ops::Workspace;
use onramp::store::KeySource;

use super::TestContext;

/// What use cases are given, for a test that asks them without a command line. The clock stands at `now`.
pub fn workspace(context: &TestContext, now: &str) -> Workspace {
    Workspace {
        store: context.store(),
        key: KeySource::Default(context.key_file()),
        sandboxes: None,
        witnesses: Some(context.path("state")),
        terms: Some(context.path("terms")),
        registry: Arc::new(Registry::builtin()),
        clock: Arc::new(ManualClock::at(Timestamp::parse(now).unwrap())),
        entropy: Arc::new(SystemEntropy),
        command: "test".into(),
        rate_scale: 1.0,
        ca_file: None,
        tokens: Default::default(),
    }
}
