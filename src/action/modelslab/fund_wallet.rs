//! `modelslab.fund_wallet`: a payment that the card's holder may have to agree to.

use futures_util::future::BoxFuture;

use super::operation::{Plain, off_session, spec};
use crate::action::{Action, Context};
use crate::modelslab::catalogue;
use crate::run::Outcome;
use crate::workflow::ActionSpec;

pub struct FundWallet;

impl Action for FundWallet {
    fn spec(&self) -> ActionSpec {
        let mut spec = spec(&catalogue::fund_wallet);
        spec.parameters.push(off_session());
        spec
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { Plain(&catalogue::fund_wallet).perform(context).await })
    }
}
