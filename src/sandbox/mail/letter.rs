//! What a mail says, before it is written down.

use crate::sandbox::seed::Seed;

/// Why a mail is sent.
#[derive(Clone)]
pub enum LetterKind {
    /// `secret` is the code itself: the token in the link, or the digits.
    Verification { secret: String },
    /// `secret` is the token in the link.
    Reset { secret: String },
    /// `id` is the UUID of the invite.
    Invite { id: String },
}

/// One mail to one person.
#[derive(Clone)]
pub struct Letter {
    /// E-mail of the account it is sent for.
    pub account: String,
    pub to: String,
    /// Who is greeted, or who invites.
    pub name: String,
    pub kind: LetterKind,
}

impl Letter {
    /// As the ledger calls it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            LetterKind::Verification { .. } => "verification",
            LetterKind::Reset { .. } => "password_reset",
            LetterKind::Invite { .. } => "invite",
        }
    }

    /// The same letter with a code that was never good.
    pub fn stale(&self, seed: Seed, draw: u64) -> Self {
        let kind = match &self.kind {
            LetterKind::Verification { secret } if secret.bytes().all(|b| b.is_ascii_digit()) => {
                // Another last digit: of a million codes a drawn one might be the right one.
                let (head, last) = secret.split_at(secret.len().saturating_sub(1));
                let other = if last == "7" { "3" } else { "7" };
                LetterKind::Verification { secret: format!("{head}{other}") }
            }
            LetterKind::Verification { secret } => {
                LetterKind::Verification { secret: seed.alphanumeric("stale token", draw, secret.len()) }
            }
            LetterKind::Reset { secret } => {
                LetterKind::Reset { secret: seed.alphanumeric("stale token", draw, secret.len()) }
            }
            LetterKind::Invite { .. } => LetterKind::Invite { id: seed.uuid("stale invite", draw) },
        };
        Self { kind, ..self.clone() }
    }
}
