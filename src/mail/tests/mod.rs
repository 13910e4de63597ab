//! The service against a server that is told how to behave.

mod faults;
mod inspect;
mod junk;
mod matching;
mod server;
mod tokens;
mod waiting;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use server::Server;

use super::*;
use crate::clock::{Clock, ManualClock, Timestamp};

const NOW: &str = "2026-11-22T12:00:00Z";
const LONG: Duration = Duration::from_secs(20);

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// Limits that make a server's silence short.
fn quick() -> Limits {
    let short = Duration::from_millis(400);
    Limits {
        connect: short,
        command: short,
        check: Duration::from_millis(100),
        first_look: Duration::from_secs(5),
        reconnect: Duration::from_millis(5),
        ..Limits::default()
    }
}

fn mail_with(limits: Limits) -> Mail {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(now()));
    Mail::with_limits(clock, crate::tls::client_config(None).unwrap(), limits)
}

fn mailbox(server: &Server) -> Mailbox {
    Mailbox::parse(&server.url()).unwrap()
}

fn query(to: &str) -> Query {
    let extract = Extract::parse(&serde_json::json!({"link": "/verify/{code}"})).unwrap();
    Query::new(to, extract)
}

fn message(to: &str, token: &str) -> String {
    format!(
        "From: ModelsLab <no-reply@modelslab.test>\r\nTo: {to}\r\nSubject: Verify your address\r\n\
         Content-Type: text/plain\r\n\r\nGo to https://modelslab.test/verify/{token}\r\n"
    )
}

fn code(found: &Found) -> &str {
    found.code.as_ref().unwrap().expose()
}
