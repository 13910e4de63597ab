//! What the service knows: records, the events that change them, and the journal that keeps the events.

mod apply;
mod books;
mod core;
mod event;
mod journal;
mod ledger;
mod ledger_money;
mod mailbox;
mod records;
mod stored;
mod whole;

pub use self::core::Core;
pub use books::Entry;
pub use event::Event;
pub use journal::{Ports, StateFolder};
pub use ledger::ledger;
pub use mailbox::{Folder, Mailbox, Message, Scope, account_of};
pub use records::{
    AccessToken, Account, ApiKey, AutoFunding, Card, Checkout, Code, Direction, Image, KeptAnswer, MailFate, MailNote,
    Member, MemberStatus, Outgoing, Payment, PaymentStatus, Profile, Purpose, RequestNote, Setup, Subscription,
    SubscriptionStatus, Transaction,
};
pub use whole::State;
