//! Runs a workflow with the library, as a program without a store would.

use std::sync::Arc;
use std::time::Duration;

use onramp::action::{Registry, Services};
use onramp::clock::{Clock as _, SystemClock};
use onramp::diagnostic::Source;
use onramp::engine::{HostError, Launcher, LocalHost, Log, drive};
use onramp::entropy::SystemEntropy;
use onramp::http::Http;
use onramp::id::RunId;
use onramp::mail::Mail;
use onramp::modelslab::{Base, Limits};
use onramp::plan;
use onramp::run::{Entry, RunStarted, RunState, RunStatus, Settings};
use onramp::secret::{Data, Mask, Secret};
use onramp::tls;
use tokio::sync::mpsc;

/// Keeps no entries: the state has all that the run needs.
struct Nowhere;

impl Log for Nowhere {
    async fn append(&mut self, _: &[Entry], _: bool) -> Result<(), HostError> {
        Ok(())
    }

    fn checkpoint(&mut self, _: &RunState, _: bool) {}
}

pub fn run(file: &str, base_url: &str) {
    let registry = Arc::new(Registry::builtin());
    let source = Source::new(file, &std::fs::read_to_string(file).unwrap());
    let plan = Arc::new(plan::load(source, &registry.catalogue()).plan.unwrap());
    let settings = Settings {
        base_url: base_url.to_owned(),
        sandbox: false,
        settle: Duration::ZERO,
        allow_hosts: vec![],
        typed_origins: vec![],
        allow_spend: None,
    };
    let started = RunStarted {
        run: RunId::new("bench").unwrap(),
        workflow: plan.workflow.name.clone(),
        seed: Secret::new(vec![7; 32]),
        inputs: Data::new(),
        secrets: Data::new(),
        settings: settings.clone(),
        until: None,
    };
    let clock = Arc::new(SystemClock);
    let tls = tls::client_config(None).unwrap();
    let services = Services {
        http: Http::new(&tls, false).unwrap(),
        mail: Mail::new(clock.clone(), tls),
        clock: clock.clone(),
        base: Base::parse(base_url),
        settings,
        trusted_mailboxes: vec![],
        entropy: Arc::new(SystemEntropy),
        folder: std::path::PathBuf::new(),
        limits: Arc::new(Limits::new(clock.clone())),
    };
    let mut state = RunState::new(&plan, started, clock.now());
    let launcher = Launcher::new(registry, Arc::new(services), Mask::default());
    let (_keep, stop) = mpsc::unbounded_channel();
    let mut host = LocalHost::new(plan.clone(), Nowhere, clock, launcher, vec![], stop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let status = runtime.block_on(drive(&plan, &mut state, &mut host)).unwrap();
    assert_eq!(status, RunStatus::Succeeded);
}
