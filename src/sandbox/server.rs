//! The sandbox as a whole: started, asked, stopped.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::http::{Hangups, Listening, Peer, router};
use super::mail::{Mailer, carry};
use super::ports::Listeners;
use super::seed::Seed;
use super::service::{Service, Site};
use super::state::{Core, Event, Ports, StateFolder, ledger};
use super::throttle::Throttle;
use super::tls::Tls;
use super::{Options, SandboxError, imap, smtp};
use crate::secret::Secret;

/// Where a running sandbox is found. It names the inbox's password, which opens nothing but this sandbox.
#[derive(Clone, Serialize)]
pub struct Ready {
    /// `http://127.0.0.1:PORT`
    pub base_url: String,
    /// `imap://USER:PASSWORD@127.0.0.1:PORT/INBOX`, the catch-all inbox.
    pub mailbox: String,
    /// `smtp://127.0.0.1:PORT`; what is sent there to anybody arrives in the inbox.
    pub smtp: String,
    /// `http://127.0.0.1:PORT/_sandbox/ledger`
    pub ledger: String,
    /// `imaps://USER:PASSWORD@127.0.0.1:PORT/INBOX`, the same inbox over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imaps: Option<String>,
    /// PEM file of the CA that signed what the mail ports show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

/// A running sandbox. Dropped, it stops as [`Sandbox::stop`] does, without waiting.
pub struct Sandbox {
    ready: Ready,
    service: Arc<Service>,
    hangups: Hangups,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Binds the ports, reads the state, and serves from then on, on the runtime it is called on.
    pub async fn start(options: Options) -> Result<Sandbox, SandboxError> {
        let folder = options.state.as_deref().map(StateFolder::lock).transpose()?;
        let kept = folder.as_ref().map(StateFolder::read).transpose()?.flatten();
        let seed = match (&kept, options.state.as_ref()) {
            (Some(kept), Some(path)) if options.seed != 0 && kept.seed != options.seed => {
                return Err(SandboxError::OtherSeed { path: path.clone() });
            }
            (Some(kept), _) => Seed::new(kept.seed)?,
            (None, _) => Seed::new(options.seed)?,
        };
        let listeners = Listeners::bind(&options, kept.as_ref().map(|kept| kept.ports)).await?;
        let ports = listeners.ports()?;
        let state = kept.as_ref().map(|kept| kept.state.clone()).unwrap_or_default();
        let journal = match folder {
            Some(folder) => Some(folder.open(seed.number(), ports, kept.as_ref(), &state)?),
            None => None,
        };
        let tls = if options.tls { Some(Tls::prepare(options.state.as_deref())?) } else { None };
        let outbox_filled = Arc::new(Notify::new());
        let core = Core::new(state, journal, outbox_filled.clone());
        let site = site(&options, seed, ports, tls);
        Self::serve(options, site, listeners, ports, core, outbox_filled)
    }

    fn serve(
        options: Options,
        site: Site,
        listeners: Listeners,
        ports: Ports,
        mut core: Core,
        outbox_filled: Arc<Notify>,
    ) -> Result<Sandbox, SandboxError> {
        create_inbox(&options, &mut core)?;
        let ready = ready(&site, ports);
        let throttle = Throttle::new(options.rate_limits);
        let service = Service::new(site, options.clock, core, throttle, options.faults, outbox_filled);
        let service = Arc::new(service);
        let hangups = Hangups::default();
        let mut tasks = JoinSet::new();
        let app = router(service.clone()).into_make_service_with_connect_info::<Peer>();
        let listening = Listening::new(listeners.http, hangups.clone());
        tasks.spawn(async move { drop(axum::serve(listening, app).await) });
        tasks.spawn(imap::listen(service.clone(), listeners.imap, false));
        if let Some(imaps) = listeners.imaps {
            tasks.spawn(imap::listen(service.clone(), imaps, true));
        }
        tasks.spawn(smtp::listen(service.clone(), listeners.smtp));
        tasks.spawn(carry(service.clone(), options.deliver_to));
        Ok(Sandbox { ready, service, hangups, tasks })
    }

    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The ledger, as `GET /_sandbox/ledger` gives it.
    pub fn ledger(&self) -> serde_json::Value {
        ledger(self.service.core().state())
    }

    /// Closes the ports and resets what is connected. What was answered is kept.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.hangups.all();
        self.service.core().close();
    }
}

fn create_inbox(options: &Options, core: &mut Core) -> Result<(), SandboxError> {
    if core.state().mailbox.uid_validity != 0 {
        return Ok(());
    }
    // The time of its making: an inbox made anew on the same port is told from the one before.
    let seconds = u32::try_from(options.clock.now().as_millis() / 1_000).unwrap_or(1).max(1);
    let failed = |source| SandboxError::StateFolder { path: options.state.clone().unwrap_or_default(), source };
    core.commit(vec![Event::MailboxCreated { uid_validity: seconds }]).map_err(failed)
}

fn site(options: &Options, seed: Seed, ports: Ports, tls: Option<Tls>) -> Site {
    let base_url = format!("http://127.0.0.1:{}", ports.http);
    let mailer = Mailer { style: options.mail_style, base_url: base_url.clone(), remote: options.deliver_to.is_some() };
    Site {
        base_url,
        seed,
        mailer,
        latency: options.latency,
        image_polls: options.image_polls,
        verification_ttl: options.verification_ttl,
        publishable_key: format!("pk_test_{}", seed.alphanumeric("publishable key", 0, 24)),
        tls,
        inbox_user: format!("inbox-{}", seed.digits("inbox user", 0, 6)),
        inbox_password: Secret::new(seed.alphanumeric("inbox password", 0, 24)),
    }
}

fn ready(site: &Site, ports: Ports) -> Ready {
    let (user, password) = (&site.inbox_user, site.inbox_password.expose());
    Ready {
        base_url: site.base_url.clone(),
        mailbox: format!("imap://{user}:{password}@127.0.0.1:{}/INBOX", ports.imap),
        smtp: format!("smtp://127.0.0.1:{}", ports.smtp),
        ledger: format!("{}/_sandbox/ledger", site.base_url),
        imaps: ports.imaps.map(|port| format!("imaps://{user}:{password}@127.0.0.1:{port}/INBOX")),
        ca: site.tls.as_ref().map(|tls| tls.ca.clone()),
    }
}
