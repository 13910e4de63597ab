//! At most a few logins to a host at once: providers count them.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const AT_ONCE: usize = 5;

/// Logins under way, by host. Clones share them.
#[derive(Debug, Clone, Default)]
pub(in crate::mail) struct Logins(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    hosts: Mutex<HashMap<String, usize>>,
    freed: Condvar,
}

/// A login that may take place; over when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    logins: Logins,
    host: String,
}

impl Logins {
    /// Waits for a place; `None` if `given_up` says so meanwhile.
    pub(super) fn permit(&self, host: &str, given_up: impl Fn() -> bool) -> Option<Permit> {
        let mut hosts = self.hosts();
        while hosts.get(host).is_some_and(|under_way| *under_way >= AT_ONCE) {
            if given_up() {
                return None;
            }
            let waited = self.0.freed.wait_timeout(hosts, Duration::from_millis(200));
            hosts = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *hosts.entry(host.to_owned()).or_default() += 1;
        Some(Permit { logins: self.clone(), host: host.to_owned() })
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut hosts = self.logins.hosts();
        if let Some(under_way) = hosts.get_mut(&self.host) {
            *under_way -= 1;
            if *under_way == 0 {
                hosts.remove(&self.host);
            }
        }
        self.logins.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_login_waits_for_a_place() {
        let logins = Logins::default();
        let mut permits: Vec<_> = (0..AT_ONCE).map(|_| logins.permit("h", || false).unwrap()).collect();
        assert!(logins.permit("h", || true).is_none());
        assert!(logins.permit("other", || true).is_some());
        permits.pop();
        assert!(logins.permit("h", || true).is_some());
    }
}
