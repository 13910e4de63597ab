//! Getting back into an account whose password is lost.

use super::Exchange;
use super::auth::{LINK_TOKEN, new_password};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::mail::{Letter, LetterKind};
use crate::sandbox::password::PasswordHash;
use crate::sandbox::seed::fingerprint;
use crate::sandbox::state::{Account, Code, Event};

/// `POST /auth/forgot-password`: mails a link, which ends the one before. The answer tells nobody who has an account.
pub fn forgot_password(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let email = check.email("email");
    check.done()?;
    if let Some(account) = x.state.account_by_email(&email) {
        let secret = x.draw("reset token", LINK_TOKEN);
        let expires_at = x.now.plus(x.site.verification_ttl);
        x.emit(Event::ResetIssued {
            reset: Code { account: account.id, fingerprint: fingerprint(&secret), expires_at },
        });
        x.mail(Letter {
            account: account.email.clone(),
            to: account.email.clone(),
            name: account.name.clone(),
            kind: LetterKind::Reset { secret },
        });
    }
    Ok(x.message("If there is an account with this email, a password reset link is on its way."))
}

/// `POST /auth/reset-password`: uses the token up, and ends every access token of the account.
pub fn reset_password(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let email = check.email("email");
    let secret = check.text("token", 0, 255);
    let password = new_password(&mut check, true);
    check.done()?;
    let account = x.state.account_by_email(&email).filter(|account| is_good(x, account, secret));
    let refused = || Refusal::field("token", "This password reset token is invalid.");
    let account = account.ok_or_else(refused)?.clone();
    let tokens = x.state.tokens.values().filter(|token| token.account == account.id).map(|token| token.id).collect();
    x.emit(Event::ResetUsed { account: account.id });
    x.emit(Event::TokensRevoked { tokens });
    let password = PasswordHash::new(password, x.draw("salt", 22));
    x.emit(Event::AccountChanged { account: Account { password, ..account } });
    Ok(x.message("Your password has been reset."))
}

fn is_good(x: &Exchange<'_>, account: &Account, secret: &str) -> bool {
    let reset = x.state.resets.get(&account.id);
    reset.is_some_and(|reset| reset.fingerprint == fingerprint(secret) && reset.expires_at > x.now)
}
