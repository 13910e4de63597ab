//! Steps of the ModelsLab agent control plane. Each operation of the catalogue is one; those that have a probe, an undo or an
//! answer to check are told in files of their own.

mod add_payment_method;
mod card;
mod create_api_key;
mod fund_wallet;
mod gallery;
mod invite_team_member;
mod login;
mod operation;
mod outcome;
mod pause;
mod refresh_token;
mod session;
mod set_password;
mod signup;
mod subscribe;
mod text2img;
mod verify_email;
mod wait_for_payment;

use std::sync::Arc;

use url::Url;

use super::{Action, Context};
use crate::modelslab::{Client, Transport, catalogue};
use crate::run::{ErrorKind, StepError};

pub(super) fn all() -> Vec<Arc<dyn Action>> {
    let own: [Arc<dyn Action>; 16] = [
        Arc::new(signup::Signup),
        Arc::new(login::Login),
        Arc::new(verify_email::VerifyEmail),
        Arc::new(refresh_token::RefreshToken),
        Arc::new(set_password::RESET),
        Arc::new(set_password::UPDATE),
        Arc::new(create_api_key::CreateApiKey),
        Arc::new(invite_team_member::InviteTeamMember),
        Arc::new(card::CreatePaymentMethod),
        Arc::new(card::ConfirmSetupIntent),
        Arc::new(add_payment_method::AddPaymentMethod),
        Arc::new(fund_wallet::FundWallet),
        Arc::new(wait_for_payment::WaitForPayment),
        Arc::new(subscribe::CREATE),
        Arc::new(subscribe::UPDATE),
        Arc::new(text2img::Text2Img),
    ];
    let plain = catalogue::operations().map(|operation| Arc::new(operation::Plain(operation)) as Arc<dyn Action>);
    // A registry keeps the last of a name.
    plain.chain(own).collect()
}

/// The codes that any of these steps can end with.
const ERRORS: &[&str] = &[
    "config.parameter",
    "network.timeout",
    "network.unreachable",
    "network.broken",
    "service.401",
    "service.403",
    "service.challenge",
    "service.404",
    "service.422",
    "service.429",
    "service.5xx",
    "service.validation_error",
    "service.unreadable",
];

fn client(context: &Context) -> Result<Client, StepError> {
    let services = &context.services;
    let base = services.base.clone();
    let base = base.map_err(|error| StepError::new(ErrorKind::Config, "config.base_url", error.message))?;
    let client = Client::at(base, context.http.clone(), services.clock.clone(), services.limits.clone());
    Ok(client.with_deadline(context.deadline()).with_transport(transport(context)?))
}

/// The parameter that says how the service is asked.
const TRANSPORT: &str = "transport";

const REST: &str = "rest";

const MCP: &str = "mcp";

fn transport(context: &Context) -> Result<Transport, StepError> {
    match context.text(TRANSPORT) {
        None | Some(REST) => Ok(Transport::Rest),
        Some(MCP) => Ok(Transport::Mcp),
        Some(_) => {
            let message = format!("`{TRANSPORT}` must be `{REST}` or `{MCP}`");
            Err(StepError::new(ErrorKind::Config, "config.parameter", message))
        }
    }
}

/// Where a card goes, for a service at `base_url`.
pub fn stripe_root(base_url: &str) -> Option<Url> {
    crate::modelslab::stripe_root(&Url::parse(base_url).ok()?)
}
