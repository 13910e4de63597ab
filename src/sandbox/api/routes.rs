//! The table of routes: everything that is true of a route stands in its line.

use super::route::{Route, asks, at_stripe, bearer, open, spends, with_key};
use super::{
    auth, billing, checkout, contract, coupons, generation, keys, links, models, profile, recovery, scopes, sessions,
    stripe, subscriptions, teams, tokens, usage, wallet,
};
use crate::sandbox::throttle::LimitClass;

use crate::modelslab::catalogue::Verb::{Delete, Get, Patch, Post, Put};
const AUTH: Option<LimitClass> = Some(LimitClass::Auth);
const GENERAL: Option<LimitClass> = Some(LimitClass::General);
const PROFILE_READ: Option<&str> = Some("profile:read");
const PROFILE_WRITE: Option<&str> = Some("profile:write");
const MODELS_READ: Option<&str> = Some("models:read");
const USAGE_READ: Option<&str> = Some("usage:read");
const BILLING_READ: Option<&str> = Some("billing:read");
const BILLING_WRITE: Option<&str> = Some("billing:write");
const WALLET_READ: Option<&str> = Some("wallet:read");
const WALLET_WRITE: Option<&str> = Some("wallet:write");
const SUBS_READ: Option<&str> = Some("subscriptions:read");
const SUBS_WRITE: Option<&str> = Some("subscriptions:write");
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
    bearer("get_profile", Get, "/api/agents/v1/me", PROFILE_READ, profile::me),
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
    bearer("billing_overview", Get, "/api/agents/v1/billing/overview", BILLING_READ, billing::overview),
    bearer("stripe_config", Get, "/api/agents/v1/billing/stripe-config", BILLING_READ, billing::stripe_config),
    spends("create_setup_intent", Post, "/api/agents/v1/billing/setup-intent", BILLING_WRITE, billing::setup_intent),
    spends("create_payment_link", Post, "/api/agents/v1/billing/payment-link", BILLING_WRITE, billing::payment_link),
    bearer("list_payment_methods", Get, "/api/agents/v1/billing/payment-methods", BILLING_READ, billing::list),
    spends("add_payment_method", Post, "/api/agents/v1/billing/payment-methods", BILLING_WRITE, billing::add),
    spends("set_default_card", Put, "/api/agents/v1/billing/payment-methods/{id}/default", BILLING_WRITE, billing::set_default),
    spends("remove_payment_method", Delete, "/api/agents/v1/billing/payment-methods/{id}", BILLING_WRITE, billing::remove),
    bearer("get_billing_info", Get, "/api/agents/v1/billing/info", BILLING_READ, billing::info),
    spends("update_billing_info", Put, "/api/agents/v1/billing/info", BILLING_WRITE, billing::update_info),
    bearer("list_invoices", Get, "/api/agents/v1/billing/invoices", BILLING_READ, billing::invoices),
    bearer("get_invoice", Get, "/api/agents/v1/billing/invoices/{id}", BILLING_READ, billing::get_invoice),
    bearer("get_invoice_pdf", Get, "/api/agents/v1/billing/invoices/{id}/pdf", BILLING_READ, billing::invoice_pdf),
    bearer("wallet_balance", Get, "/api/agents/v1/wallet/balance", WALLET_READ, wallet::balance),
    bearer("list_transactions", Get, "/api/agents/v1/wallet/transactions", WALLET_READ, wallet::transactions),
    spends("fund_wallet", Post, "/api/agents/v1/wallet/fund", WALLET_WRITE, wallet::fund),
    asks("confirm_funding", Post, "/api/agents/v1/wallet/confirm-checkout", WALLET_WRITE, wallet::confirm_checkout),
    spends("set_auto_funding", Put, "/api/agents/v1/wallet/auto-funding", WALLET_WRITE, wallet::set_auto_funding),
    spends("disable_auto_funding", Delete, "/api/agents/v1/wallet/auto-funding", WALLET_WRITE, wallet::disable_auto_funding),
    spends("withdraw", Post, "/api/agents/v1/wallet/withdraw", WALLET_WRITE, wallet::withdraw),
    asks("validate_coupon", Get, "/api/agents/v1/wallet/coupons/validate", WALLET_READ, coupons::validate),
    spends("redeem_coupon", Post, "/api/agents/v1/wallet/coupons/redeem", WALLET_WRITE, coupons::redeem),
    bearer("payment_status", Get, "/api/agents/v1/payments/{id}/status", BILLING_READ, wallet::payment_status),
    bearer("list_plans", Get, "/api/agents/v1/subscriptions/plans", SUBS_READ, subscriptions::plans),
    bearer("list_subscriptions", Get, "/api/agents/v1/subscriptions", SUBS_READ, subscriptions::list),
    spends("create_subscription", Post, "/api/agents/v1/subscriptions", SUBS_WRITE, subscriptions::create),
    asks("confirm_subscription", Post, "/api/agents/v1/subscriptions/confirm-checkout", SUBS_WRITE, subscriptions::confirm_checkout),
    spends("charge_amount", Post, "/api/agents/v1/subscriptions/charge-amount", SUBS_WRITE, wallet::charge_amount),
    bearer("subscription_status", Get, "/api/agents/v1/subscriptions/{id}/status", SUBS_READ, subscriptions::status),
    spends("update_subscription", Put, "/api/agents/v1/subscriptions/{id}", SUBS_WRITE, subscriptions::update),
    spends("pause_subscription", Post, "/api/agents/v1/subscriptions/{id}/pause", SUBS_WRITE, subscriptions::pause),
    spends("resume_subscription", Post, "/api/agents/v1/subscriptions/{id}/resume", SUBS_WRITE, subscriptions::resume),
    spends("reset_cycle", Post, "/api/agents/v1/subscriptions/{id}/reset-cycle", SUBS_WRITE, subscriptions::reset_cycle),
    spends("fix_payment", Post, "/api/agents/v1/subscriptions/{id}/fix-payment", SUBS_WRITE, subscriptions::fix_payment),
    at_stripe("stripe_payment_method", "/v1/payment_methods", stripe::create_payment_method),
    at_stripe("stripe_setup_intent", "/v1/setup_intents/{id}/confirm", stripe::confirm_setup_intent),
    open("payment_page", Get, "/pay/{id}", None, checkout::page),
    open("pay", Post, "/pay/{id}", None, checkout::pay_page),
    open("invoice_file", Get, "/invoices/{id}", None, checkout::invoice),
    with_key("text2img", Post, "/api/v6/images/text2img", generation::text2img),
    with_key("text_to_image", Post, "/api/v7/images/text-to-image", generation::text_to_image),
    with_key("fetch_image", Post, "/api/v6/images/fetch/{id}", generation::fetch_by_path),
    with_key("fetch_image", Post, "/api/v6/images/fetch", generation::fetch_by_body),
    with_key("fetch_image", Post, "/api/v7/images/fetch/{id}", generation::fetch_by_path),
    with_key("request_count", Get, "/api/v6/processing/request_count", generation::request_count),
    with_key("request_count", Post, "/api/v6/processing/request_count", generation::request_count),
    with_key("search_models", Get, "/api/v6/model-search", models::search),
    with_key("search_model_filters", Get, "/api/v6/model-search/filters", models::filters),
    with_key("search_model_tags", Get, "/api/v6/model-search/tags", models::tags),
    with_key("search_model_providers", Get, "/api/v6/model-search/providers", models::providers),
    with_key("search_model", Get, "/api/v6/model-search/{id}", models::detail),
    with_key("credit_balance", Post, "/api/wallet_balance", generation::credit_balance),
    with_key("subscribed_products", Post, "/api/subscribed_products", generation::subscribed_products),
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
