//! What the protocols share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::faults::Faults;
use super::mail::Mailer;
use super::seed::Seed;
use super::state::Core;
use super::throttle::Throttle;
use super::tls::Tls;
use crate::clock::Clock;
use crate::secret::Secret;

/// What is fixed once the sandbox listens.
pub struct Site {
    /// `http://127.0.0.1:PORT`
    pub base_url: String,
    pub seed: Seed,
    pub mailer: Mailer,
    pub latency: Duration,
    pub image_polls: u32,
    pub verification_ttl: Duration,
    /// With it cards are made known at Stripe's routes.
    pub publishable_key: String,
    /// `None`: the mail ports speak plain text only.
    pub tls: Option<Tls>,
    /// Who may open the inbox.
    pub inbox_user: String,
    pub inbox_password: Secret<String>,
}

/// The running service. Handlers hold the lock of `core` from their first look to their commit, and never over an await.
pub struct Service {
    pub site: Site,
    pub clock: Arc<dyn Clock>,
    core: Mutex<Core>,
    throttle: Mutex<Throttle>,
    faults: Mutex<Arc<Faults>>,
    pub outbox_filled: Arc<Notify>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere cannot leave the state half changed: it changes by whole commits.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service {
    pub fn new(
        site: Site,
        clock: Arc<dyn Clock>,
        core: Core,
        throttle: Throttle,
        faults: Faults,
        outbox_filled: Arc<Notify>,
    ) -> Self {
        let (core, throttle, faults) = (Mutex::new(core), Mutex::new(throttle), Mutex::new(Arc::new(faults)));
        Self { site, clock, core, throttle, faults, outbox_filled }
    }

    pub fn core(&self) -> MutexGuard<'_, Core> {
        lock(&self.core)
    }

    pub fn throttle(&self) -> MutexGuard<'_, Throttle> {
        lock(&self.throttle)
    }

    pub fn faults(&self) -> Arc<Faults> {
        lock(&self.faults).clone()
    }

    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = Arc::new(faults);
    }
}
