//! The team of an account: members and invites that wait.

use serde_json::{Value, json};

use super::Exchange;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::mail::{Letter, LetterKind};
use crate::sandbox::state::{Event, Member, MemberStatus};

/// The role of whoever is invited without one; the service documents no list.
const DEFAULT_ROLE: &str = "member";

fn shown(x: &Exchange<'_>, member: &Member) -> Value {
    let name = x.state.account_by_email(&member.email).map(|account| &account.name);
    json!({
        "id": member.id, "invite_id": member.invite, "name": name, "email": member.email, "role": member.role,
        "permissions": member.permissions, "status": member.status, "created_at": member.created_at.to_string(),
    })
}

fn own<'a>(x: &Exchange<'a>) -> Result<impl Iterator<Item = &'a Member> + use<'a>, Refusal> {
    let account = x.account()?.id;
    let there = |member: &&Member| member.status != MemberStatus::Removed;
    Ok(x.state.members.values().filter(move |member| member.account == account).filter(there))
}

fn named<'a>(x: &Exchange<'a>) -> Result<&'a Member, Refusal> {
    own(x)?.find(|member| member.id.to_string() == x.path_id).ok_or_else(Refusal::not_found)
}

fn changed(member: &Member) -> Event {
    let Member { id, role, permissions, status, .. } = member.clone();
    Event::MemberChanged { member: id, role, permissions, status }
}

/// `GET /teams`
pub fn list(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let members: Vec<Value> = own(x)?.map(|member| shown(x, member)).collect();
    Ok(x.answer(200, members.into()))
}

/// `POST /teams`: one invite for each address.
pub fn invite(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?;
    let mut check = x.check();
    let email = check.email("email");
    let role = check.optional_text("role", 0, 50).unwrap_or(DEFAULT_ROLE).to_owned();
    if own(x)?.any(|member| member.email == email) {
        check.refuse("email", "This email has already been invited.".into());
    }
    if email == account.email {
        check.refuse("email", "You cannot invite yourself.".into());
    }
    check.done()?;
    let (id, invite) = (x.next_id(), x.draw_uuid("invite"));
    let (permissions, status) = (Vec::new(), MemberStatus::Pending);
    let member = Member { id, account: account.id, invite, email, role, permissions, status, created_at: x.now };
    let data = shown(x, &member);
    mail_invite(x, &member);
    x.emit(Event::MemberInvited { member });
    Ok(x.answer(201, data))
}

fn mail_invite(x: &mut Exchange<'_>, member: &Member) {
    let Some(owner) = x.state.accounts.get(&member.account) else { return };
    x.mail(Letter {
        account: owner.email.clone(),
        to: member.email.clone(),
        name: owner.name.clone(),
        kind: LetterKind::Invite { id: member.invite.clone() },
    });
}

/// `GET /teams/{id}`
pub fn get(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let member = named(x)?;
    Ok(x.answer(200, shown(x, member)))
}

/// `PUT /teams/{id}`
pub fn update(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut member = named(x)?.clone();
    let mut check = x.check();
    if let Some(role) = check.optional_text("role", 0, 50) {
        member.role = role.to_owned();
    }
    if let Some(permissions) = check.texts("permissions", |name| (1..=50).contains(&name.len())) {
        member.permissions = permissions;
    }
    if x.input.contains_key("invite_status") {
        member.status = match check.one_of("invite_status", &["pending", "accepted"]) {
            "accepted" => MemberStatus::Accepted,
            _ => MemberStatus::Pending,
        };
    }
    check.done()?;
    let data = shown(x, &member);
    x.emit(changed(&member));
    Ok(x.answer(200, data))
}

/// `DELETE /teams/{id}`: removes a member with the tokens it got by switching here, or takes an invite back.
pub fn remove(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut member = named(x)?.clone();
    member.status = MemberStatus::Removed;
    let tokens =
        x.state.tokens.values().filter(|token| token.member == Some(member.id)).map(|token| token.id).collect();
    x.emit(changed(&member));
    x.emit(Event::TokensRevoked { tokens });
    Ok(x.message("Team member removed."))
}

/// `POST /teams/{id}/resend-invite`
pub fn resend_invite(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let member = named(x)?.clone();
    if member.status == MemberStatus::Accepted {
        return Err(Refusal::field("id", "The invitation has already been accepted."));
    }
    mail_invite(x, &member);
    Ok(x.message("Invitation sent again."))
}

/// `POST /teams/invitations/{invite}/accept`, by the invited account.
pub fn accept_invite(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?;
    let pending = |member: &&Member| member.status == MemberStatus::Pending && member.email == account.email;
    let member = x.state.members.values().filter(pending).find(|member| member.invite == x.path_id);
    let mut member = member.ok_or_else(Refusal::not_found)?.clone();
    member.status = MemberStatus::Accepted;
    let data = shown(x, &member);
    x.emit(changed(&member));
    Ok(x.answer(200, data))
}
