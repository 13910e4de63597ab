//! What can happen to the service. State is the fold of these; each line of the journal holds those of one commit.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::books::Entry;
use super::mailbox::Message;
use super::records::{
    AccessToken, Account, ApiKey, Code, Image, MailNote, Member, MemberStatus, Outgoing, RequestNote,
};
use super::stored::moment;
use crate::clock::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    MailboxCreated {
        uid_validity: u32,
    },
    ValuesDrawn {
        count: u64,
    },
    AccountCreated {
        account: Account,
    },
    AccountVerified {
        account: u64,
        code: String,
        #[serde(with = "moment")]
        at: Timestamp,
    },
    /// The account reads so from now on.
    AccountChanged {
        account: Account,
    },
    CodeIssued {
        code: Code,
    },
    ResetIssued {
        reset: Code,
    },
    ResetUsed {
        account: u64,
    },
    TokenIssued {
        token: AccessToken,
    },
    TokensRevoked {
        tokens: Vec<u64>,
    },
    KeyCreated {
        key: ApiKey,
    },
    KeyChanged {
        key: u64,
        name: String,
        notes: Option<String>,
    },
    KeyDeleted {
        key: u64,
    },
    MemberInvited {
        member: Member,
    },
    MemberChanged {
        member: u64,
        role: String,
        permissions: Vec<String>,
        status: MemberStatus,
    },
    ImageRequested {
        image: Image,
    },
    ImagePolled {
        image: u64,
        finished: bool,
    },
    /// Something of money; see `books`.
    Booked {
        entry: Entry,
    },
    /// A mail waits for its time, or for the other server.
    MailQueued {
        mail: Outgoing,
    },
    /// The mail left the outbox: for the inbox, the other server, or nowhere.
    MailLeft {
        mail: u64,
    },
    MailStored {
        message: Message,
    },
    MailNoted {
        note: MailNote,
    },
    FlagsChanged {
        uid: u32,
        flags: BTreeSet<String>,
    },
    Expunged {
        uids: BTreeSet<u32>,
    },
    FaultCounted {
        counter: String,
    },
    Requested {
        request: RequestNote,
    },
}

impl Event {
    /// Whether a client that idles in the inbox must be told.
    pub fn changes_inbox(&self) -> bool {
        matches!(self, Self::MailStored { .. } | Self::FlagsChanged { .. } | Self::Expunged { .. })
    }

    pub fn fills_outbox(&self) -> bool {
        matches!(self, Self::MailQueued { .. })
    }
}
