//! The program under test as its users have it: the real binary, a home folder of its own, and a sandbox beside it.

mod bootstrap;
mod context;
mod crowd;
pub mod dovecot;
mod echo;
mod http;
mod journal;
mod leaks;
mod ledger;
mod mails;
mod net;
mod oauth;
pub mod postfix;
mod process;
mod sandbox;
pub mod smtp;
mod till;
mod wait;
mod witness;
mod workspace;

pub use bootstrap::{WORKFLOW, adapted, brisk, by_mcp, quick, quick_but_for_mail};
pub use context::{Invocation, Output, TestContext};
pub use crowd::side_by_side;
pub use echo::{answers, echo, serve, stumbles};
pub use http::{get_json, post, post_as};
pub use journal::Journal;
pub use leaks::{leaks, spellings};
pub use ledger::{Account, Ledger};
pub use net::{free_ports, until_greeted};
pub use oauth::OAuth;
pub use process::Running;
pub use sandbox::SandboxProcess;
pub use till::{Asked, till};
pub use wait::{LONG, eventually};
pub use witness::{Witness, stub};
pub use workspace::workspace;
