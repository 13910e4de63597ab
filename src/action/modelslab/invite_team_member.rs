//! `modelslab.invite_team_member`: sends an invitation, once.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::rate::AGENT_GENERAL;
use super::{cannot_tell, cannot_undo, client, failed, gone, not_undone, nothing_to_undo, unable, undone};
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::clock::Timestamp;
use crate::modelslab::Member;
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::secret::Data;
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};

/// How far the service's clock may be behind ours.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

pub struct InviteTeamMember;

const EXAMPLE: &str = r#"inputs:
  team: { type: array, items: { format: email }, default: [] }
secrets:
  token: { env: MODELSLAB_TOKEN }
steps:
  invite:
    uses: modelslab.invite_team_member
    strategy: { matrix: { member: "${{ inputs.team }}" }, max-parallel: 4 }
    with: { token: "${{ secrets.token }}", email: "${{ matrix.member }}" }
"#;

impl Action for InviteTeamMember {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.invite_team_member",
            doc: "Invites somebody to the team.",
            effect: EffectRule::Always(Effect::Once),
            probe: Some("the list of members and invitations tells"),
            undo: UndoRule::BuiltIn,
            reach: Reach::to(Contact::Service).counts(AGENT_GENERAL),
            parameters: vec![
                Parameter::required("token", Type::String, "Bearer token of the account.").secret(),
                Parameter::required("email", Type::String, "Whom to invite.").email(),
            ],
            outputs: vec![
                OutputSpec::public("email", Type::String, "Who was invited.").echoes("email"),
                OutputSpec::public("id", Type::String, "The member's id; null if the service did not say."),
                OutputSpec::public("status", Type::String, "Such as `pending`; null if the service did not say."),
            ],
            captures: false,
            errors: super::ERRORS,
            example: EXAMPLE,
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.invite(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }

    fn undo<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.take_back(context).await.unwrap_or_else(not_sent) })
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

    /// Removes who was invited, if it was this run that invited them.
    async fn take_back(&self, context: &Context) -> Result<Outcome, StepError> {
        let (token, email) = (context.require("token")?, context.require("email")?);
        let client = client(context)?;
        let undone_step = context.order.undoes.as_ref();
        let certain = undone_step.is_some_and(|undone| undone.certain);
        let known = undone_step.filter(|_| certain).and_then(|undone| undone.outputs.get("id")?.expose().as_str());
        let what = format!("{email} from the team");
        let id = match known {
            Some(id) => id.to_owned(),
            None => {
                let members = match client.team(token).await {
                    Ok(members) => members,
                    Err(error) => return Ok(not_undone(&error, &what)),
                };
                match members.into_iter().find(|member| member.email.eq_ignore_ascii_case(email)) {
                    None if certain => return Ok(undone()),
                    None => return Ok(nothing_to_undo()),
                    Some(member) => match removable(&member, certain, undone_step.and_then(|step| step.first_sent)) {
                        Ok(id) => id,
                        Err(why) => return Ok(cannot_undo(&why)),
                    },
                }
            }
        };
        Ok(match gone(client.remove_team_member(token, &id).await) {
            Ok(()) => undone(),
            Err(error) => not_undone(&error, &what),
        })
    }

    fn member(&self, email: &str, member: &Member) -> Data {
        let (id, status) = (Value::from(member.id.clone()), Value::from(member.status.clone()));
        outputs(&self.spec(), [("email", email.into()), ("id", id), ("status", status)])
    }
}

/// The id by which `member` is removed. Who was on the list before this run first asked was not invited by it.
fn removable(member: &Member, certain: bool, first_sent: Option<Timestamp>) -> Result<String, String> {
    let id = member.id.clone().ok_or_else(|| format!("the service names no id of {}", member.email))?;
    let ours = match (member.created_at, first_sent) {
        (Some(created), Some(sent)) => created.plus(CLOCKS_DIFFER) >= sent,
        _ => false,
    };
    if certain || ours {
        Ok(id)
    } else {
        Err(format!(
            "{} is on the team, the answer to this run's request was lost, and they may have been there before",
            member.email
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_there_before_is_not_removed() {
        let at = |text: &str| Timestamp::parse(text);
        let member = |created_at| Member { id: Some("7".into()), email: "ada@x.test".into(), status: None, created_at };
        let sent = at("2026-11-22T12:00:00Z");
        let ours = Ok("7".to_owned());
        assert_eq!(removable(&member(at("2026-11-22T12:00:01Z")), false, sent), ours);
        assert_eq!(removable(&member(at("2026-11-22T11:59:30Z")), false, sent), ours, "clocks differ");
        assert!(removable(&member(at("2026-11-21T12:00:00Z")), false, sent).is_err());
        assert!(removable(&member(None), false, sent).is_err());
        assert_eq!(removable(&member(None), true, sent), ours, "the service said that it was us");
        assert!(removable(&Member { id: None, ..member(None) }, true, sent).is_err());
    }
}
