//! Every operation of the service that its documents name, in one table.
//!
//! What stands here once becomes a method of [`Client`], an action `modelslab.NAME`, its documentation, its part of the schema,
//! and what the sandbox must serve. Letters name the sources of a fact: S3 the account management document, S0 the
//! authentication document, D the public documentation, D+ its later page on scopes, L llms.txt, G the live MCP schemas, C the
//! public command line, K the skills repository. None was checked against the live service.

mod all;
mod answer;
mod argument;
mod auth;
mod billing;
mod contract;
mod keys;
mod list;
mod models;
mod operation;
mod profile;
mod subscriptions;
mod table;
mod teams;
mod tokens;
mod tool;
mod usage;
mod wallet;

use serde_json::{Map, Value};

pub use all::operations;
pub use answer::{Answer, Told, Values};
pub use argument::Argument;
pub use auth::*;
pub use billing::*;
pub use contract::*;
pub use keys::*;
pub use list::{List, Untold};
pub use models::*;
pub use operation::{AGENT_AUTH, AGENT_BILLING, AGENT_GENERAL, Credential, Operation, Verb};
pub use profile::*;
pub use subscriptions::*;
pub use teams::*;
pub use tokens::*;
pub use tool::{Tool, tools};
pub use usage::*;
pub use wallet::*;

use super::{ApiError, Client};
use crate::clock::Timestamp;
use crate::secret::Secret;
use crate::workflow::{Bound, Bounds, Effect, OutputSpec, Parameter, Spends, Type, UndoRule};
use table::{answers, operations};
use tool::{tool, tool_without};

/// Who reads the names and notes of an account, and what to do about secrets there.
const TEAM: &str = "everybody in the account's team sees it";
const LEAVE_OUT: &str = "leave the secret out";

/// How long a token may be asked to live. Later clients also know `6_months` and `1_year`, which the service refuses.
const EXPIRIES: &[&str] = &["1_week", "1_month", "3_months", "never"];

answers! {
    /// An answer that says nothing beyond that it was done.
    Done {
        /// What the service says about it.
        message: Option<String>,
    }
}
