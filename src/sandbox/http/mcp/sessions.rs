//! Who speaks by MCP.

use std::collections::VecDeque;

use crate::sandbox::seed::Seed;

/// Above this the oldest ends.
const MOST: usize = 1_024;

/// The sessions that are open, oldest first.
#[derive(Default)]
pub struct Sessions {
    open: VecDeque<String>,
    opened: u64,
}

impl Sessions {
    pub fn open(&mut self, seed: Seed) -> String {
        if self.open.len() >= MOST {
            self.open.pop_front();
        }
        self.opened += 1;
        let session = seed.alphanumeric("mcp session", self.opened, 32);
        self.open.push_back(session.clone());
        session
    }

    pub fn is_open(&self, session: &str) -> bool {
        self.open.iter().any(|open| open == session)
    }

    /// Whether there was such a session.
    pub fn end(&mut self, session: &str) -> bool {
        let before = self.open.len();
        self.open.retain(|open| open != session);
        self.open.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_too_many_sessions_ends() {
        let (mut sessions, seed) = (Sessions::default(), Seed::new(7).unwrap());
        let first = sessions.open(seed);
        let second = sessions.open(seed);
        (2..=MOST).for_each(|_| drop(sessions.open(seed)));
        assert!(!sessions.is_open(&first) && sessions.is_open(&second));
        assert!(sessions.end(&second) && !sessions.end(&second));
    }
}
