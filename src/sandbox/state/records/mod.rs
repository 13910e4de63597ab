//! The records of the service. No secret is in them in a readable form: passwords are stretched, tokens, codes and keys
//! are known by their SHA-256. Only the mails themselves hold what was mailed.

mod billing;
mod notes;
mod people;
mod resources;

pub use billing::{
    AutoFunding, Card, Checkout, Direction, KeptAnswer, Payment, PaymentStatus, Purpose, Purse, Setup, Subscription,
    SubscriptionStatus, Transaction,
};
pub use notes::{MailFate, MailNote, Outgoing, RequestNote};
pub use people::{AccessToken, Account, Code, Profile};
pub use resources::{ApiKey, Image, Member, MemberStatus};
