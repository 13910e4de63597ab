//! Carries what waits in the outbox: late mail into the inbox, all mail to another server if there is one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::lmtp::{self, Refused};
use super::post::Post;
use crate::sandbox::DeliverTo;
use crate::sandbox::service::Service;
use crate::sandbox::state::{Event, MailFate, MailNote, Outgoing};

/// How often the outbox is looked through while something waits in it: the clock that decides may be a manual one.
const ROUND: Duration = Duration::from_millis(10);
/// How long another server is tried for one mail.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(250);

/// Runs until it is aborted.
pub async fn carry(service: Arc<Service>, deliver_to: Option<DeliverTo>) {
    let mut first_tries: HashMap<u64, Instant> = HashMap::new();
    loop {
        let (due, waiting) = look(&service);
        for mail in due {
            match &deliver_to {
                None => store(&service, &mail),
                Some(server) => {
                    let since = first_tries.entry(mail.id).or_insert_with(Instant::now).elapsed();
                    let left = hand_over(&service, server, &mail, since).await;
                    if left {
                        first_tries.remove(&mail.id);
                    }
                }
            }
        }
        if waiting {
            sleep(ROUND).await;
        } else {
            service.outbox_filled.notified().await;
        }
    }
}

/// What is due, and whether anything is in the outbox at all.
fn look(service: &Service) -> (Vec<Outgoing>, bool) {
    let now = service.clock.now();
    let core = service.core();
    let outbox = &core.state().outbox;
    (outbox.values().filter(|mail| mail.due <= now).cloned().collect(), !outbox.is_empty())
}

fn leave(service: &Service, mail: &Outgoing, more: impl FnOnce(&mut Post) -> Event) {
    let now = service.clock.now();
    let mut core = service.core();
    let mut post = Post::new(core.state(), now);
    let events = vec![Event::MailLeft { mail: mail.id }, more(&mut post)];
    if let Err(error) = core.commit(events) {
        tracing::warn!("a mail stays in the sandbox's outbox: {error}");
    }
}

fn store(service: &Service, mail: &Outgoing) {
    leave(service, mail, |post| post.store(&mail.from, &mail.to, &mail.raw));
}

/// Whether the mail has left the outbox.
async fn hand_over(service: &Service, server: &DeliverTo, mail: &Outgoing, since: Duration) -> bool {
    let now = service.clock.now();
    let (fate, reason) = match lmtp::deliver(server, mail).await {
        Ok(()) => (MailFate::Sent, None),
        Err(Refused::Later(_)) if since < PATIENCE => {
            sleep(PAUSE_AFTER_FAILURE).await;
            return false;
        }
        Err(Refused::Later(reason) | Refused::ForGood(reason)) => (MailFate::Lost, Some(reason)),
    };
    if let Some(reason) = reason {
        tracing::warn!("{}:{} did not take a mail: {reason}", server.host, server.port);
    }
    let kind = "lmtp".to_owned();
    let note = MailNote { at: now, account: mail.to.clone(), to: mail.to.clone(), kind, fate };
    leave(service, mail, |_| Event::MailNoted { note });
    true
}
