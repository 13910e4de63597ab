//! The table of routes: everything that is true of a route stands in its line.

use super::{Exchange, auth, generation, keys, links, profile, scopes, teams, tokens};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::throttle::LimitClass;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    Open,
    /// A bearer token with this scope, or with any if it is `None`.
    Bearer(Option<&'static str>),
    /// A generation key in the body.
    Key,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

pub struct Route {
    /// What fault rules call it; two spellings of one route share a name.
    pub name: &'static str,
    pub method: Method,
    /// Template, with at most one variable.
    pub path: &'static str,
    pub guard: Guard,
    /// `None`: not throttled.
    pub limit: Option<LimitClass>,
    pub handler: fn(&mut Exchange<'_>) -> Result<Answer, Refusal>,
}

const fn open(
    name: &'static str,
    method: Method,
    path: &'static str,
    limit: Option<LimitClass>,
    handler: fn(&mut Exchange<'_>) -> Result<Answer, Refusal>,
) -> Route {
    Route { name, method, path, guard: Guard::Open, limit, handler }
}

const fn bearer(
    name: &'static str,
    method: Method,
    path: &'static str,
    scope: Option<&'static str>,
    handler: fn(&mut Exchange<'_>) -> Result<Answer, Refusal>,
) -> Route {
    Route { name, method, path, guard: Guard::Bearer(scope), limit: Some(LimitClass::General), handler }
}

const fn with_key(
    name: &'static str,
    path: &'static str,
    handler: fn(&mut Exchange<'_>) -> Result<Answer, Refusal>,
) -> Route {
    Route { name, method: Post, path, guard: Guard::Key, limit: None, handler }
}

use Method::{Delete, Get, Post, Put};
const AUTH: Option<LimitClass> = Some(LimitClass::Auth);
const GENERAL: Option<LimitClass> = Some(LimitClass::General);
const KEYS_READ: Option<&str> = Some("api-keys:read");
const KEYS_WRITE: Option<&str> = Some("api-keys:write");
const TEAMS_READ: Option<&str> = Some("teams:read");
const TEAMS_WRITE: Option<&str> = Some("teams:write");
const TOKENS_READ: Option<&str> = Some("tokens:read");
const TOKENS_WRITE: Option<&str> = Some("tokens:write");

/// Every route of the service.
#[rustfmt::skip]
pub static ROUTES: &[Route] = &[
    open("signup", Post, "/api/agents/v1/auth/signup", AUTH, auth::signup),
    open("login", Post, "/api/agents/v1/auth/login", AUTH, auth::login),
    open("verify_email", Post, "/api/agents/v1/auth/verify-email", AUTH, auth::verify_email),
    open("verify_email", Post, "/api/agents/v1/auth/verify", AUTH, auth::verify_email),
    open("resend_verification", Post, "/api/agents/v1/auth/resend-verification", AUTH, auth::resend_verification),
    open("list_scopes", Get, "/api/agents/v1/auth/scopes", GENERAL, scopes::list),
    bearer("logout", Post, "/api/agents/v1/auth/logout", None, tokens::logout),
    bearer("logout_all", Post, "/api/agents/v1/auth/logout-all", TOKENS_WRITE, tokens::logout_all),
    bearer("list_tokens", Get, "/api/agents/v1/auth/tokens", TOKENS_READ, tokens::list),
    bearer("revoke_token", Delete, "/api/agents/v1/auth/tokens/{id}", TOKENS_WRITE, tokens::revoke),
    bearer("revoke_other_tokens", Post, "/api/agents/v1/auth/tokens/revoke-others", TOKENS_WRITE, tokens::revoke_others),
    bearer("me", Get, "/api/agents/v1/me", Some("profile:read"), profile::me),
    bearer("list_api_keys", Get, "/api/agents/v1/api-keys", KEYS_READ, keys::list),
    bearer("create_api_key", Post, "/api/agents/v1/api-keys", KEYS_WRITE, keys::create),
    bearer("get_api_key", Get, "/api/agents/v1/api-keys/{id}", KEYS_READ, keys::get),
    bearer("update_api_key", Put, "/api/agents/v1/api-keys/{id}", KEYS_WRITE, keys::update),
    bearer("delete_api_key", Delete, "/api/agents/v1/api-keys/{id}", KEYS_WRITE, keys::delete),
    bearer("list_team_members", Get, "/api/agents/v1/teams", TEAMS_READ, teams::list),
    bearer("invite_team_member", Post, "/api/agents/v1/teams", TEAMS_WRITE, teams::invite),
    bearer("get_team_member", Get, "/api/agents/v1/teams/{id}", TEAMS_READ, teams::get),
    bearer("update_team_member", Put, "/api/agents/v1/teams/{id}", TEAMS_WRITE, teams::update),
    bearer("remove_team_member", Delete, "/api/agents/v1/teams/{id}", TEAMS_WRITE, teams::remove),
    bearer("resend_invite", Post, "/api/agents/v1/teams/{id}/resend-invite", TEAMS_WRITE, teams::resend_invite),
    bearer("accept_invite", Post, "/api/agents/v1/teams/invitations/{id}/accept", TEAMS_WRITE, teams::accept_invite),
    with_key("text2img", "/api/v6/images/text2img", generation::text2img),
    with_key("fetch_image", "/api/v6/images/fetch/{id}", generation::fetch_by_path),
    with_key("fetch_image", "/api/v6/images/fetch", generation::fetch_by_body),
    open("verify_link", Get, "/verify/{id}", None, links::verify),
    open("image", Get, "/generations/{id}", None, links::image),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_method_and_path_stands_twice() {
        let mut all: Vec<_> = ROUTES.iter().map(|route| (route.method.as_str(), route.path)).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), ROUTES.len());
    }
}
