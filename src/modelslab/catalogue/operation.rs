//! One operation of the service, as a value.

use std::time::Duration;

use serde_json::Value;

use super::Tool;
use super::answer::Values;
use crate::modelslab::ApiError;
use crate::workflow::{Effect, OutputSpec, Parameter, Rate, RateClass, Spends, UndoRule};

/// What one operation is, from which its client method, its action, its documentation and the sandbox's coverage derive.
pub struct Operation {
    /// Of the client's method: `create_api_key`.
    pub name: &'static str,
    /// As a step says it in `uses:`: `modelslab.create_api_key`.
    pub action: &'static str,
    /// Sentences; the first says in a line what it does.
    pub doc: &'static str,
    /// Which documents name it, as the [catalogue](super) calls them.
    pub source: &'static str,
    pub verb: Verb,
    /// Below `/api/agents/v1/`, or below the base URL if it begins with a slash. `{name}` stands for the parameter of that name.
    pub path: &'static str,
    /// Another spelling that some documents have. It is asked only if the service does not know the first.
    pub also: Option<(Verb, &'static str)>,
    pub credential: Credential,
    /// What each call counts against; `None` if no document says so.
    pub limit: Option<RateClass>,
    pub effect: Effect,
    /// With which status the service refuses what it did before: a deletion finds nothing, a token that was revoked is none.
    pub refused_again: Option<u16>,
    /// How one looks whether it took place, as a sentence; `None` if nobody can.
    pub probe: Option<&'static str>,
    pub undo: UndoRule,
    pub spends: Option<Spends>,
    /// The service's own codes that this operation is documented to fail with, beside those that any may; as a step has them.
    pub errors: &'static [&'static str],
    /// Tool and action of the service's MCP server that do the same.
    pub tool: Option<Tool>,
    pub parameters: fn() -> Vec<Parameter>,
    pub outputs: fn() -> Vec<OutputSpec>,
    /// The outputs that an answer's data has.
    pub read: fn(&Value) -> Result<Values, ApiError>,
}

/// How HTTP is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a call shows to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    Nothing,
    /// A token in `Authorization`.
    Bearer,
    /// A generation key, as `key` in the body and nowhere else.
    Key,
}

const MINUTE: Duration = Duration::from_secs(60);

/// Signup, login, verification, and asking for another mail.
pub const AGENT_AUTH: RateClass =
    RateClass { name: "agent-auth", rate: Rate { count: 20, per: MINUTE }, per: "IP address and e-mail" };

/// What concerns money.
pub const AGENT_BILLING: RateClass =
    RateClass { name: "agent-billing", rate: Rate { count: 15, per: MINUTE }, per: "IP address and user" };

/// Everything else that is asked for with a token.
pub const AGENT_GENERAL: RateClass =
    RateClass { name: "agent-general", rate: Rate { count: 120, per: MINUTE }, per: "IP address and user" };

impl Operation {
    /// What is so unless the table says otherwise: a GET reads, a POST is never sent twice blindly, the rest may be repeated.
    pub(super) const fn of(verb: Verb, path: &'static str, credential: Credential) -> Self {
        Self {
            name: "",
            action: "",
            doc: "",
            source: "",
            verb,
            path,
            also: None,
            credential,
            limit: match credential {
                Credential::Nothing => Some(AGENT_AUTH),
                Credential::Bearer => Some(AGENT_GENERAL),
                Credential::Key => None,
            },
            effect: match verb {
                Verb::Get => Effect::Read,
                Verb::Post => Effect::Once,
                Verb::Put | Verb::Patch | Verb::Delete => Effect::Repeat,
            },
            refused_again: match verb {
                Verb::Delete => Some(404),
                _ => None,
            },
            probe: None,
            undo: UndoRule::Nothing,
            spends: None,
            errors: &[],
            tool: None,
            parameters: Vec::new,
            outputs: Vec::new,
            read: |_| Ok(Vec::new()),
        }
    }
}
