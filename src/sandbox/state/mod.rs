//! What the service knows: records, the events that change them, and the journal that keeps the events.

mod apply;
mod core;
mod event;
mod journal;
mod ledger;
mod mailbox;
mod records;
mod stored;
mod whole;

pub use self::core::Core;
pub use event::Event;
pub use journal::{Ports, StateFolder};
pub use ledger::ledger;
pub use mailbox::{Mailbox, Message};
pub use records::{
    AccessToken, Account, ApiKey, Code, Image, MailFate, MailNote, Member, MemberStatus, Outgoing, Profile, RequestNote,
};
pub use whole::State;
