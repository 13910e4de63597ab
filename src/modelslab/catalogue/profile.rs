//! The account's own profile.

use super::*;

/// Who sees a profile.
const PUBLIC: &str = "everybody who sees the profile";

operations! {
    /// Whose token this is. Profile, preferences and a summary of the wallet.
    get_profile: Get "me", Bearer => Profile, "S3, D" {
        tool: tool("agent-profile", "get"),
    }

    /// Changes the profile. What is not given stays as it is.
    update_profile(UpdateProfile): Patch "me", Bearer => Untold, "S3, D" {
        tool: tool("agent-profile", "update"),
    } with {
        /// The name shown.
        name: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
        /// The name in addresses and for `switch_account`.
        username: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
        /// A text about the account.
        about_me: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
    }

    /// Changes the password.
    update_password(UpdatePassword): Patch "me/password", Bearer => Done, "S3, L, G" {
        effect: Effect::Once,
        probe: Some("a login with the new password tells"),
        undo: UndoRule::Never("a password that was replaced is not set again"),
        tool: tool("agent-profile", "update-password"),
    } with {
        /// The password until now.
        current_password: Secret<String>,
        /// The new password.
        password: Secret<String>,
        /// The new password again.
        password_confirmation: Secret<String>,
    }

    /// Changes the links to other networks. What is not given stays as it is.
    update_socials(UpdateSocials): Patch "me/socials", Bearer => Untold, "S3 three of them, G all" {
        tool: tool("agent-profile", "update-socials"),
    } with {
        /// Facebook.
        facebook: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
        /// GitHub.
        github: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
        /// Twitter.
        twitter: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
        /// Instagram.
        instagram: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
        /// Discord.
        discord: Option<String> [.seen_by(PUBLIC, LEAVE_OUT)],
    }

    /// Changes preferences. What is not given stays as it is.
    update_preferences(UpdatePreferences): Patch "me/preferences", Bearer => Untold, "S3; threshold G" {
        tool: tool("agent-profile", "update-preferences"),
    } with {
        /// Whether images not safe for work may be made.
        nsfw_content: Option<bool>,
        /// Whether a mail comes when the wallet runs low.
        wallet_notification_enabled: Option<bool>,
        /// US dollars in the wallet below which that mail comes.
        wallet_notification_threshold: Option<f64>,
    }
}

answers! {
    /// Who an account is.
    Profile {
        /// Its address.
        email: String = ["email", "user.email"],
        /// The name shown.
        name: Option<String> = ["name", "user.name"],
        /// The name in addresses and for `switch_account`.
        username: Option<String> = ["username", "user.username"],
        /// US dollars in the wallet, where the answer says it.
        wallet_balance: Option<f64> = ["wallet_balance", "wallet.balance"],
        /// When the account was made.
        created_at: Option<Timestamp> = ["created_at", "user.created_at"],
    }
}
