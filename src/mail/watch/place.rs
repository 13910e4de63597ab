//! Where a message lies.

/// One of the two folders that a wait may look into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mail) enum Place {
    /// The mailbox's own folder.
    Inbox,
    /// The server's folder for junk.
    Junk,
}

impl Place {
    /// What a message is called. The folders count apart, so theirs differ.
    pub fn key(self, uid_validity: u32, uid: u32) -> String {
        let lead = if self == Self::Junk { "junk:" } else { "" };
        format!("{lead}{uid_validity}:{uid}")
    }
}
