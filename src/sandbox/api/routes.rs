//! The table of routes: everything that is true of a route stands in its line.

use super::route::{Method, Route, bearer, open, with_key};
use super::{
    auth, contract, generation, keys, links, models, profile, recovery, scopes, sessions, teams, tokens, usage,
};
use crate::sandbox::throttle::LimitClass;

use Method::{Delete, Get, Patch, Post, Put};
const AUTH: Option<LimitClass> = Some(LimitClass::Auth);
const GENERAL: Option<LimitClass> = Some(LimitClass::General);
const PROFILE_READ: Option<&str> = Some("profile:read");
const PROFILE_WRITE: Option<&str> = Some("profile:write");
const MODELS_READ: Option<&str> = Some("models:read");
const USAGE_READ: Option<&str> = Some("usage:read");
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
    open("forgot_password", Post, "/api/agents/v1/auth/forgot-password", AUTH, recovery::forgot_password),
    open("reset_password", Post, "/api/agents/v1/auth/reset-password", AUTH, recovery::reset_password),
    open("list_scopes", Get, "/api/agents/v1/auth/scopes", GENERAL, scopes::list),
    bearer("logout", Post, "/api/agents/v1/auth/logout", None, sessions::logout),
    bearer("logout_all", Post, "/api/agents/v1/auth/logout-all", TOKENS_WRITE, sessions::logout_all),
    bearer("refresh_token", Post, "/api/agents/v1/auth/refresh", None, sessions::refresh),
    bearer("switch_account", Post, "/api/agents/v1/auth/switch-account", TOKENS_WRITE, sessions::switch_account),
    bearer("list_tokens", Get, "/api/agents/v1/auth/tokens", TOKENS_READ, tokens::list),
    bearer("revoke_token", Delete, "/api/agents/v1/auth/tokens/{id}", TOKENS_WRITE, tokens::revoke),
    bearer("revoke_other_tokens", Post, "/api/agents/v1/auth/tokens/revoke-others", TOKENS_WRITE, tokens::revoke_others),
    bearer("me", Get, "/api/agents/v1/me", PROFILE_READ, profile::me),
    bearer("update_profile", Patch, "/api/agents/v1/me", PROFILE_WRITE, profile::update),
    bearer("update_password", Patch, "/api/agents/v1/me/password", PROFILE_WRITE, profile::update_password),
    bearer("update_socials", Patch, "/api/agents/v1/me/socials", PROFILE_WRITE, profile::update_socials),
    bearer("update_preferences", Patch, "/api/agents/v1/me/preferences", PROFILE_WRITE, profile::update_preferences),
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
    bearer("usage_summary", Get, "/api/agents/v1/usage/summary", USAGE_READ, usage::summary),
    bearer("usage_products", Get, "/api/agents/v1/usage/products", USAGE_READ, usage::products),
    bearer("usage_history", Get, "/api/agents/v1/usage/history", USAGE_READ, usage::history),
    bearer("list_models", Get, "/api/agents/v1/models", MODELS_READ, models::search),
    bearer("list_model_filters", Get, "/api/agents/v1/models/filters", MODELS_READ, models::filters),
    bearer("list_model_tags", Get, "/api/agents/v1/models/tags", MODELS_READ, models::tags),
    bearer("list_model_providers", Get, "/api/agents/v1/models/providers", MODELS_READ, models::providers),
    bearer("get_model", Get, "/api/agents/v1/models/{id}", MODELS_READ, models::detail),
    open("get_openapi", Get, "/api/agents/v1/openapi.json", GENERAL, contract::openapi),
    open("get_openapi", Get, "/agents-openapi.json", None, contract::openapi),
    open("get_changelog", Get, "/api/agents/v1/changelog", GENERAL, contract::changelog),
    open("oauth_metadata", Get, "/.well-known/oauth-authorization-server", None, contract::oauth_metadata),
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
