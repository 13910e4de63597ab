//! From a run's state to a host that can drive it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cancel::heeding;
use super::{OpError, Workspace};
use crate::action::Services;
use crate::clock::{Clock, SteadyClock, Timestamp};
use crate::engine::{HostError, Launcher, LocalHost, Log, StopSignal, learn_given, learn_state};
use crate::http::Http;
use crate::mail::Mail;
use crate::modelslab::{Base, Limits};
use crate::plan::Plan;
use crate::report::Reporter;
use crate::run::{Entry, RunStarted, RunState};
use crate::secret::Mask;
use crate::store::EntryWriter;

/// How a run is watched and stopped.
pub struct Console {
    pub reporters: Vec<Box<dyn Reporter>>,
    pub stop: StopSignal,
    /// Learns every secret of the run, so that the log can leave them out.
    pub mask: Mask,
}

/// The journal and checkpoint of a run as the engine's log.
pub(super) struct RunLog(pub EntryWriter);

impl Log for RunLog {
    async fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), HostError> {
        self.0.append(entries, sync).map_err(|error| HostError(error.to_string()))
    }

    fn checkpoint(&mut self, state: &RunState, last: bool) {
        if (last || self.0.checkpoint_due())
            && let Err(error) = self.0.checkpoint(state, last)
        {
            tracing::warn!(%error, "no checkpoint could be written; the journal has everything");
        }
    }
}

pub(super) fn host(
    workspace: &Workspace,
    plan: Arc<Plan>,
    state: &RunState,
    writer: EntryWriter,
    console: Console,
    file: Option<PathBuf>,
) -> Result<LocalHost<RunLog>, OpError> {
    learn_state(&console.mask, &workspace.registry, &plan, state);
    host_of(workspace, plan, (&state.started, state.now), writer, console, file)
}

/// The same for a run that starts from something else than its state says.
pub(super) fn host_of(
    workspace: &Workspace,
    plan: Arc<Plan>,
    (started, now): (&RunStarted, Timestamp),
    writer: EntryWriter,
    console: Console,
    file: Option<PathBuf>,
) -> Result<LocalHost<RunLog>, OpError> {
    let Console { reporters, stop, mask } = console;
    let stop = heeding(stop, workspace.cancel_requests(&started.run)?);
    learn_given(&mask, started);
    let services = services(workspace, (started, now), &mask, file.as_deref())?;
    let clock = services.clock.clone();
    let launcher = Launcher::new(workspace.registry.clone(), Arc::new(services), mask);
    Ok(LocalHost::new(plan, RunLog(writer), clock, launcher, reporters, stop))
}

/// What the actions of a run share.
pub(super) fn services(
    workspace: &Workspace,
    (started, now): (&RunStarted, Timestamp),
    mask: &Mask,
    file: Option<&Path>,
) -> Result<Services, OpError> {
    let settings = started.settings.clone();
    let tls = workspace.tls()?;
    let http = Http::new(&tls, settings.sandbox).map_err(|error| OpError::Usage(error.to_string()))?;
    // The machine's clock may be set while a run goes on; its timers must not notice.
    let clock: Arc<dyn Clock> = Arc::new(SteadyClock::starting_at(workspace.clock.now().max(now)));
    let mail = workspace.mail(tls, &http, mask, settings.sandbox);
    Ok(Services {
        http,
        clock: clock.clone(),
        trusted_mailboxes: trusted_mailboxes(&mail, started),
        mail,
        base: Base::parse(&settings.base_url),
        settings,
        entropy: workspace.entropy.clone(),
        folder: folder_of(file),
        limits: Arc::new(Limits::new(clock).scaled(workspace.rate_scale)),
    })
}

/// A call has no file: it writes below the current folder.
fn folder_of(file: Option<&Path>) -> PathBuf {
    let folder = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The origins of the mailboxes that the user named: as a secret, or as an input.
pub(super) fn trusted_mailboxes(mail: &Mail, started: &RunStarted) -> Vec<String> {
    let texts = started.secrets.values().filter_map(|datum| datum.expose().as_str());
    let of_secrets = texts.filter_map(|text| mail.mailbox(text).ok()).map(|mailbox| mailbox.origin());
    of_secrets.chain(started.settings.typed_origins.iter().cloned()).collect()
}
