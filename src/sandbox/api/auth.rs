//! Signing up, verifying, logging in.

use serde_json::json;

use super::Exchange;
use super::tokens::{TokenWish, user, welcome};
use crate::sandbox::http::{Answer, Check, Refusal};
use crate::sandbox::mail::{Letter, LetterKind};
use crate::sandbox::password::PasswordHash;
use crate::sandbox::seed::fingerprint;
use crate::sandbox::state::{Account, Code, Event, Profile};

/// Digits of a code that is typed; a token in a link has `LINK_TOKEN` letters and digits.
const TYPED_CODE: usize = 6;
pub const LINK_TOKEN: usize = 64;
/// In characters; the service documents no rule.
const MIN_PASSWORD: usize = 8;
const MAX_PASSWORD: usize = 72;

/// `password`, which must be repeated in `password_confirmation` if `confirmed`, and may be otherwise.
pub fn new_password<'a>(check: &mut Check<'a>, confirmed: bool) -> &'a str {
    let password = check.text("password", MIN_PASSWORD, MAX_PASSWORD);
    if confirmed {
        check.require("password_confirmation");
    }
    if check.optional_text("password_confirmation", 0, 255).is_some_and(|again| again != password) {
        check.refuse("password", "The password field confirmation does not match.".into());
    }
    password
}

/// `POST /auth/signup`: makes an account and mails a code. It gives no token (conflict C-1: clients must not need one).
pub fn signup(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let email = check.email("email");
    let password = new_password(&mut check, false);
    let name = check.optional_text("name", 0, 255);
    if x.state.account_by_email(&email).is_some() {
        check.refuse("email", "The email has already been taken.".into());
    }
    check.done()?;
    let local_part = email.split('@').next().unwrap_or_default();
    let (id, salt) = (x.next_id(), x.draw("salt", 22));
    let account = Account {
        id,
        name: name.unwrap_or(local_part).to_owned(),
        username: format!("{local_part}{id}"),
        email,
        password: PasswordHash::new(password, salt),
        created_at: x.now,
        verified_at: None,
        verified_by: None,
        profile: Profile::default(),
    };
    x.emit(Event::AccountCreated { account: account.clone() });
    mail_code(x, &account);
    let message = "Account created. Check your email for the verification code.";
    Ok(x.answer(201, json!({ "message": message, "user": user(&account, false) })))
}

/// `POST /auth/resend-verification`: a further code; earlier ones stay good. The answer tells nobody who has an account.
pub fn resend_verification(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let email = check.email("email");
    check.done()?;
    if let Some(account) = x.state.account_by_email(&email).filter(|account| account.verified_at.is_none()) {
        mail_code(x, &account.clone());
    }
    Ok(x.message("If the account needs verification, an email is on its way."))
}

fn mail_code(x: &mut Exchange<'_>, account: &Account) {
    let secret = loop {
        let counter = x.next_draw();
        let secret = match x.site.mailer.style.is_code() {
            true => x.site.seed.digits("verification code", counter, TYPED_CODE),
            false => x.site.seed.alphanumeric("verification token", counter, LINK_TOKEN),
        };
        if !x.state.codes.contains_key(&fingerprint(&secret)) {
            break secret;
        }
    };
    let expires_at = x.now.plus(x.site.verification_ttl);
    x.emit(Event::CodeIssued { code: Code { account: account.id, fingerprint: fingerprint(&secret), expires_at } });
    x.mail(Letter {
        account: account.email.clone(),
        to: account.email.clone(),
        name: account.name.clone(),
        kind: LetterKind::Verification { secret },
    });
}

/// `POST /auth/verify-email` and `/auth/verify`: takes the code alone, so whoever has it is let in.
pub fn verify_email(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let secret = check.text("verification_code", 0, 255);
    check.done()?;
    let account = redeem(x, secret)?;
    let mut data = welcome(x, &account, true, TokenWish::standard());
    data["message"] = json!("Email verified.");
    Ok(x.answer(200, data))
}

/// Uses `code` up. One that is unknown, used or expired gets the same answer.
pub fn redeem(x: &mut Exchange<'_>, secret: &str) -> Result<Account, Refusal> {
    let good = x.state.codes.get(&fingerprint(secret)).filter(|code| code.expires_at > x.now);
    let account = good.and_then(|code| x.state.accounts.get(&code.account));
    let refused = || Refusal::field("verification_code", "The verification code is invalid or has expired.");
    let account = account.ok_or_else(refused)?.clone();
    x.emit(Event::AccountVerified { account: account.id, code: fingerprint(secret), at: x.now });
    Ok(account)
}

/// `POST /auth/login`: refused with `email_not_verified` or `access_denied` only if the password is right.
pub fn login(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let email = check.email("email");
    let password = check.text("password", 0, 255);
    let wish = TokenWish::read(&mut check, "agent-control-plane");
    check.done()?;
    let account = x.state.account_by_email(&email).filter(|account| account.password.matches(password));
    let refused = || Refusal::coded(401, "invalid_credentials", "The provided credentials are incorrect.");
    let account = account.ok_or_else(refused)?.clone();
    if x.verdict.blocked {
        return Err(Refusal::coded(403, "access_denied", "Your account has been blocked. Please contact support."));
    }
    if account.verified_at.is_none() {
        return Err(Refusal::coded(403, "email_not_verified", "Your email address is not verified."));
    }
    let data = welcome(x, &account, true, wish);
    Ok(x.answer(200, data))
}
