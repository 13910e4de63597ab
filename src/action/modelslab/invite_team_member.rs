//! `modelslab.invite_team_member`: sends an invitation, once.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::operation::spec;
use super::outcome::{cannot_tell, cannot_undo, failed, gone, not_undone, nothing_to_undo, unable, undone};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::clock::Timestamp;
use crate::modelslab::catalogue::{self, InviteTeamMember as Request, Member, RemoveTeamMember};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::secret::Data;
use crate::workflow::{ActionSpec, OutputSpec, Type};

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
        let table = spec(&catalogue::invite_team_member);
        let email = OutputSpec::public("email", Type::String, "Who was invited.").echoes("email");
        ActionSpec { outputs: [email].into_iter().chain(table.outputs).collect(), example: EXAMPLE.into(), ..table }
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
        let client = client(context)?.with_idempotency_key(&context.order.idempotency_key);
        Ok(match client.invite_team_member(token, &Request { email: email.to_owned() }).await {
            Ok(made) => Outcome::succeeded(invited(context, email, made.id, made.status)),
            Err(error) => failed(&error),
        })
    }

    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let (token, email) = (context.require("token")?, context.require("email")?);
        Ok(match client(context)?.list_team_members(token).await {
            Ok(members) => match members.items.into_iter().find(|member| member.email.eq_ignore_ascii_case(email)) {
                Some(member) => ProbeAnswer::Done(invited(context, email, member.id, member.status)),
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
                let members = match client.list_team_members(token).await {
                    Ok(members) => members.items,
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
        Ok(match gone(client.remove_team_member(token, &RemoveTeamMember { member_id: id }).await) {
            Ok(()) => undone(),
            Err(error) => not_undone(&error, &what),
        })
    }
}

fn invited(context: &Context, email: &str, id: Option<String>, status: Option<String>) -> Data {
    context.outputs([("email", Value::from(email)), ("id", id.into()), ("status", status.into())])
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
        let member = |created_at| Member {
            id: Some("7".into()),
            invite_id: None,
            email: "ada@x.test".into(),
            status: None,
            role: None,
            created_at,
        };
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
