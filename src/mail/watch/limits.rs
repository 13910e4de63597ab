//! How long and how much.

use std::time::Duration;

/// Bounds on what a server may make us spend. The defaults suit real providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to the end of the login.
    pub connect: Duration,
    /// For the answer to each command after that.
    pub command: Duration,
    /// How often the mailbox is checked beside IDLE, while somebody waits: some servers tell nothing for half a minute. A
    /// third as often once nobody has begun to wait within half a minute.
    pub check: Duration,
    /// How long a wait that may look into the folder for junk looks into the inbox alone, but for no more than half of its
    /// time; and after that, how often it looks there.
    pub junk: Duration,
    /// How long a connection without waiters is kept.
    pub linger: Duration,
    /// What a wait whose time is over still allows for its first look into the mailbox.
    pub first_look: Duration,
    /// The first wait before a new connection; it grows to 30 s, with jitter.
    pub reconnect: Duration,
    /// For how long a refused login is not tried again.
    pub refused_login: Duration,
    /// The largest message that is read, in bytes.
    pub message_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            command: Duration::from_secs(30),
            check: Duration::from_millis(900),
            junk: Duration::from_secs(10),
            linger: Duration::from_secs(60),
            first_look: Duration::from_secs(30),
            reconnect: Duration::from_millis(500),
            refused_login: Duration::from_secs(30),
            message_bytes: 10 << 20,
        }
    }
}
