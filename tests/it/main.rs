//! All integration tests, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

mod actions;
mod again;
mod architecture;
mod call;
mod calls;
mod cancel;
mod cards;
mod cli;
mod copies;
mod doctor;
mod doubt;
mod dovecot;
mod edits;
mod faults;
mod flow;
mod graph;
mod handling;
mod hostile;
mod images;
mod init;
mod inject;
mod kill;
mod mail_clients;
mod mail_dovecot;
mod mail_pymap;
mod mail_styles;
mod mail_wait;
mod mcp;
mod modelslab_cli;
mod origins;
mod payments;
mod plan;
mod profiles;
mod resume;
mod rounds;
mod schema;
mod secrets;
mod shipped;
mod simulation;
mod spend;
mod surroundings;
mod teardown;
mod workflows;
