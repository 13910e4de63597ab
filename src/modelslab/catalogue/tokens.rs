//! Tokens of an account, and what they may do.

use super::*;

operations! {
    /// Lists the tokens of the account.
    list_tokens: Get "auth/tokens", Bearer => List<Token>, "S3, D" {
        errors: &["service.insufficient_scope"],
        tool: tool("agent-tokens", "list"),
    }

    /// Revokes one token.
    revoke_token(RevokeToken): Delete "auth/tokens/{token_id}", Bearer => Done, "S3, D" {
        errors: &["service.insufficient_scope"],
        tool: tool("agent-tokens", "revoke"),
    } with {
        /// The token's id, as `list_tokens` tells it.
        token_id: String,
    }

    /// Revokes all tokens but its own.
    revoke_other_tokens: Post "auth/tokens/revoke-others", Bearer => Done, "S3, D" {
        effect: Effect::Repeat,
        errors: &["service.insufficient_scope"],
        tool: tool("agent-tokens", "revoke-others"),
    }

    /// Gives a token for a team's account. Its scopes are those that the caller's token has as well. The public command line
    /// sends other names, which contradict the documents.
    switch_account(SwitchAccount): Post "auth/switch-account", Bearer => Session, "S3, D; scopes D+" {
        effect: Effect::Repeat,
        errors: &["service.insufficient_scope"],
        tool: tool_without("agent-tokens", "switch-account", &["scopes"]),
    } with {
        /// The username of the account to switch to.
        account_username: String,
        /// The token's name.
        device_name: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
        /// How long the token lives; one month if not given.
        token_expiry: Option<String> [.one_of(EXPIRIES)],
        /// What the token may do; more than the caller's token has is refused.
        scopes: Option<Vec<String>>,
    }

    /// Lists the scopes a token may have.
    list_scopes: Get "auth/scopes", Nothing => Untold, "D+" {
        limit: None,
    }
}

answers! {
    /// A token, as lists show it: never the token itself.
    Token {
        /// Its id.
        id: String,
        /// The device it was issued to.
        name: Option<String>,
        /// When it was used last.
        last_used_at: Option<Timestamp>,
        /// When it was issued.
        created_at: Option<Timestamp>,
    }
}
