//! `modelslab.invite_team_member`: sends an invitation, once.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{cannot_tell, client, failed, unable};
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::modelslab::Member;
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::secret::Data;
use crate::workflow::{ActionSpec, Effect, EffectRule, OutputSpec, Parameter, Type, UndoRule};

pub struct InviteTeamMember;

impl Action for InviteTeamMember {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.invite_team_member",
            doc: "Invites somebody to the account's team. In doubt, the list of members and invitations tells.",
            effect: EffectRule::Always(Effect::Once),
            undo: UndoRule::BuiltIn,
            parameters: vec![
                Parameter::required("token", Type::String, "Bearer token of the account.").secret(),
                Parameter::required("email", Type::String, "Whom to invite."),
            ],
            outputs: vec![
                OutputSpec::public("email", Type::String, "Who was invited.").echoes("email"),
                OutputSpec::public("id", Type::String, "The member's id; null if the service did not say."),
                OutputSpec::public("status", Type::String, "Such as `pending`; null if the service did not say."),
            ],
            captures: false,
            errors: super::ERRORS,
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.invite(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl InviteTeamMember {
    async fn invite(&self, context: &Context) -> Result<Outcome, StepError> {
        let (token, email) = (context.require("token")?, context.require("email")?);
        Ok(match client(context)?.invite(token, email, &context.order.idempotency_key).await {
            Ok(member) => Outcome::succeeded(self.member(email, &member)),
            Err(error) => failed(&error),
        })
    }

    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let (token, email) = (context.require("token")?, context.require("email")?);
        Ok(match client(context)?.team(token).await {
            Ok(members) => match members.iter().find(|member| member.email.eq_ignore_ascii_case(email)) {
                Some(member) => ProbeAnswer::Done(self.member(email, member)),
                None => ProbeAnswer::NotDone,
            },
            Err(error) => cannot_tell(&error),
        })
    }

    fn member(&self, email: &str, member: &Member) -> Data {
        let (id, status) = (Value::from(member.id.clone()), Value::from(member.status.clone()));
        outputs(&self.spec(), [("email", email.into()), ("id", id), ("status", status)])
    }
}
