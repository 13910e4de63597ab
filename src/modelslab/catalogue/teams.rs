//! The team of an account: members, and invitations that wait.

use super::*;

operations! {
    /// Lists members and invitations.
    list_team_members: Get "teams", Bearer => List<Member>, "S3, D" {
        tool: tool("agent-teams", "list"),
    }

    /// Invites somebody to the team. The answer's shape is undocumented; what it does not say is absent.
    invite_team_member(InviteTeamMember): Post "teams", Bearer => Invited, "S3, D" {
        probe: Some("the list of members and invitations tells"),
        undo: UndoRule::BuiltIn,
        tool: tool("agent-teams", "create"),
    } with {
        /// Whom to invite.
        email: String [.email()],
    }

    /// Tells of one member.
    get_team_member(GetTeamMember): Get "teams/{member_id}", Bearer => Member, "S3, D" {
        tool: tool("agent-teams", "get"),
    } with {
        /// The member's id, as `list_team_members` tells it.
        member_id: String,
    }

    /// Changes what a member may do. Which roles and permissions there are is undocumented.
    update_team_member(UpdateTeamMember): Put "teams/{member_id}", Bearer => Member, "S3, D" {
        tool: tool("agent-teams", "update"),
    } with {
        /// The member's id, as `list_team_members` tells it.
        member_id: String,
        /// The new role.
        role: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
        /// The new permissions.
        permissions: Option<Vec<String>> [.seen_by(TEAM, LEAVE_OUT)],
        /// Whether the invitation counts as accepted.
        invite_status: Option<String> [.one_of(&["pending", "accepted"])],
    }

    /// Removes a member. An invitation that waits is taken back.
    remove_team_member(RemoveTeamMember): Delete "teams/{member_id}", Bearer => Done, "S3, D" {
        undo: UndoRule::Never("who was removed must be invited again, and accept"),
        tool: tool("agent-teams", "delete"),
    } with {
        /// The member's id, as `list_team_members` tells it.
        member_id: String,
    }

    /// Mails an invitation again.
    resend_invite(ResendInvite): Post "teams/{member_id}/resend-invite", Bearer => Done, "S3, D" {
        effect: Effect::Repeat,
        tool: tool("agent-teams", "resend-invite"),
    } with {
        /// The member's id, as `list_team_members` tells it.
        member_id: String,
    }

    /// Accepts an invitation. The token is that of the invited account.
    accept_invite(AcceptInvite): Post "teams/invitations/{invite_id}/accept", Bearer => Untold, "S3, D" {
        effect: Effect::Repeat,
        refused_again: Some(404),
        tool: tool("agent-teams", "accept-invite"),
    } with {
        /// The invitation's UUID, from the mail or the list.
        invite_id: String,
    }
}

answers! {
    /// A member or an invitation that waits.
    Member {
        /// Its id; an integer in most documents.
        id: Option<String>,
        /// The UUID of the invitation, where the answer says it.
        invite_id: Option<String> = ["invite_id", "invite.id", "invitation_id"],
        /// The address.
        email: String = ["email", "user.email"],
        /// Such as `pending`.
        status: Option<String> = ["status", "invite_status"],
        /// The role, where the answer says it.
        role: Option<String>,
        /// When the invitation was made, by the service's clock.
        created_at: Option<Timestamp>,
    }

    /// The answer to an invitation.
    Invited {
        /// The member's id; null if the service did not say.
        id: Option<String>,
        /// Such as `pending`; null if the service did not say.
        status: Option<String> = ["status", "invite_status"],
    }
}
