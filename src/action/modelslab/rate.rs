//! What the service counts together. Its documentation of the agent control plane names three classes; what concerns money
//! (15 a minute) is asked for by no action.

use std::time::Duration;

use crate::workflow::{Rate, RateClass};

const MINUTE: Duration = Duration::from_secs(60);

/// Signup, login, verification, and asking for another mail.
pub(super) const AGENT_AUTH: RateClass =
    RateClass { name: "agent-auth", rate: Rate { count: 20, per: MINUTE }, per: "IP address and e-mail" };

/// Everything else that is asked for with a token.
pub(super) const AGENT_GENERAL: RateClass =
    RateClass { name: "agent-general", rate: Rate { count: 120, per: MINUTE }, per: "IP address and user" };
