//! The kinds of steps, one file each, and the registry that knows them by name.

mod assert;
mod context;
mod files;
mod http;
mod mail_mark;
mod mail_query;
mod mail_wait;
pub mod mail_words;
mod mailbox;
mod missing;
mod modelslab;
mod random_password;
mod registry;
mod sleep;
mod trust;

use std::sync::Arc;

pub use crate::http::Waits;
pub use context::{Action, Context, Services, not_sent, seal_echoes};
pub use mail_query::mail_query;
pub use mailbox::mailbox_secrets;
pub(crate) use missing::Missing;
pub use modelslab::stripe_root;
pub use registry::Registry;
pub use trust::Trust;

fn builtin() -> Vec<Arc<dyn Action>> {
    let general: [Arc<dyn Action>; 6] = [
        Arc::new(http::HttpRequest),
        Arc::new(mail_mark::MailMark),
        Arc::new(mail_wait::MailWait),
        Arc::new(assert::Assert),
        Arc::new(sleep::Sleep),
        Arc::new(random_password::RandomPassword),
    ];
    general.into_iter().chain(modelslab::all()).collect()
}
