//! Signing up, verifying, logging in and out, and passwords that were forgotten.

use super::*;

operations! {
    /// Creates a ModelsLab account. The service then sends a verification mail. Status and shape of the answer are
    /// undocumented, and sources disagree whether a token comes with it.
    signup(Signup): Post "auth/signup", Nothing => SignedUp, "S3, D" {
        probe: Some("a login tells whether the account exists"),
        undo: UndoRule::Never("no documented operation deletes an account"),
        tool: tool("agent-auth", "signup"),
    } with {
        /// The address of the account.
        email: String [.email()],
        /// Its password. No document tells the rules for it.
        password: Secret<String>,
        /// The name shown for the account.
        name: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
    }

    /// Logs in and gives a bearer token. Each login makes a token of its own.
    login(Login): Post "auth/login", Nothing => Session, "S3, D; scopes D+" {
        effect: Effect::Repeat,
        errors: &["service.invalid_credentials", "service.email_not_verified", "service.access_denied"],
        tool: tool_without("agent-auth", "login", &["scopes"]),
    } with {
        /// The address of the account.
        email: String [.email()],
        /// Its password.
        password: Secret<String>,
        /// The token's name; `onramp` if not given.
        device_name: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
        /// How long the token lives; one month if not given. The service may shorten it: `expires_at` tells.
        token_expiry: Option<String> [.one_of(EXPIRIES)],
        /// What the token may do, such as `api-keys:write`; all of it if not given.
        scopes: Option<Vec<String>>,
    }

    /// Verifies an address by a mailed code. It gives a bearer token. The code may be good for one use.
    verify_email(VerifyEmail): Post "auth/verify-email", Nothing => Session, "D, S3 as `verify-email`; L, G as `verify`" {
        also: Some((Verb::Post, "auth/verify")),
        probe: Some("a login tells whether the address is verified, if the password is given"),
        tool: tool("agent-auth", "verify"),
    } with {
        /// The token in the mail's link.
        verification_code: Secret<String>,
    }

    /// Sends the verification mail again.
    resend_verification(ResendVerification): Post "auth/resend-verification", Nothing => Done, "S3, D" {
        effect: Effect::Repeat,
        tool: tool("agent-auth", "resend-verification"),
    } with {
        /// The address that signed up.
        email: String [.email()],
    }

    /// Gives a new token for an old one. The old one is revoked, so that a lost answer is a lost token. Some documents do
    /// not know this operation.
    refresh_token(RefreshToken): Post "auth/refresh", Bearer => Session, "S3, D; not L, G" {
        probe: Some("the old token tells whether it is still good; a login gives another, if the password is given"),
    } with {
        /// How long the new token lives; one month if not given.
        token_expiry: Option<String> [.one_of(EXPIRIES)],
        /// The new token's name; that of the old one if not given.
        device_name: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
    }

    /// Revokes the token it is given.
    logout: Post "auth/logout", Bearer => Done, "S3, D" {
        effect: Effect::Repeat,
        refused_again: Some(401),
        tool: tool("agent-auth", "logout"),
    }

    /// Revokes all tokens of the account. The one that asks is among them.
    logout_all: Post "auth/logout-all", Bearer => Done, "S3, D" {
        effect: Effect::Repeat,
        refused_again: Some(401),
        errors: &["service.insufficient_scope"],
        tool: tool("agent-auth", "logout-all"),
    }

    /// Sends a mail to reset a password.
    forgot_password(ForgotPassword): Post "auth/forgot-password", Nothing => Done, "S3, D" {
        effect: Effect::Repeat,
        tool: tool("agent-auth", "forgot-password"),
    } with {
        /// The address of the account.
        email: String [.email()],
    }

    /// Sets a password by a mailed token.
    reset_password(ResetPassword): Post "auth/reset-password", Nothing => Done, "S3, D" {
        probe: Some("a login with the new password tells"),
        undo: UndoRule::Never("the old password is not known"),
        tool: tool("agent-auth", "reset-password"),
    } with {
        /// The address of the account.
        email: String [.email()],
        /// The token in the mail's link.
        token: Secret<String>,
        /// The new password.
        password: Secret<String>,
        /// The new password again.
        password_confirmation: Secret<String>,
    }
}

answers! {
    /// The answer to signup. Nothing may depend on a token in it.
    SignedUp {
        /// A bearer token, if the service gives one before the address is verified.
        access_token: Option<Secret<String>> = ["access_token", "token"],
    }

    /// The answer to login, verification and refreshing.
    Session {
        /// Bearer token of the control plane.
        access_token: Secret<String> = ["access_token", "token"],
        /// When the token ends, ISO 8601; null if it does not say, as for a token that never does.
        expires_at: Option<String>,
        /// The account's default key, or null.
        api_key: Option<Secret<String>>,
        /// The account's address, where the answer says it.
        email: Option<String> = ["user.email"],
        /// What the token may do, where the answer says it.
        scopes: Vec<String>,
    }
}
