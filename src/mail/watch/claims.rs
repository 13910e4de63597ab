//! Who has which message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Which waiter has which message ([`super::Place::key`], and what it says of itself): one message serves one. Outlives the connection.
#[derive(Debug, Clone, Default)]
pub(in crate::mail) struct Claims(Arc<Mutex<HashMap<String, u64>>>);

impl Claims {
    /// Takes the message of these keys for `waiter`, unless another has it by one of them.
    pub fn claim(&self, keys: &[&str], waiter: u64) -> bool {
        self.with(|holders| {
            let free = keys.iter().all(|key| holders.get(*key).is_none_or(|holder| *holder == waiter));
            if free {
                holders.extend(keys.iter().map(|key| ((*key).to_owned(), waiter)));
            }
            free
        })
    }

    pub fn release(&self, keys: &[&str]) {
        self.with(|holders| {
            for key in keys {
                holders.remove(*key);
            }
        });
    }

    pub(super) fn release_all_of(&self, waiter: u64) {
        self.with(|holders| holders.retain(|_, holder| *holder != waiter));
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, u64>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
