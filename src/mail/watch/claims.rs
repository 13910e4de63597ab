//! Who has which message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Which waiter has which message ([`super::Place::key`]): one message serves one. Outlives the connection.
#[derive(Debug, Clone, Default)]
pub(in crate::mail) struct Claims(Arc<Mutex<HashMap<String, u64>>>);

impl Claims {
    /// Takes the message for `waiter`, unless another has it.
    pub fn claim(&self, message: &str, waiter: u64) -> bool {
        self.with(|holders| *holders.entry(message.to_owned()).or_insert(waiter) == waiter)
    }

    pub fn release(&self, message: &str) {
        self.with(|holders| holders.remove(message));
    }

    pub(super) fn release_all_of(&self, waiter: u64) {
        self.with(|holders| holders.retain(|_, holder| *holder != waiter));
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, u64>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
