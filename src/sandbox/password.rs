//! Passwords as they are kept: salted and stretched, PBKDF2 with HMAC-SHA-256 (RFC 8018).

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::id::hex;

/// Low for a password store: it must not make a fleet's logins slow, and guards only what a test typed.
const ROUNDS: u32 = 500;

/// A password that can be compared and not be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordHash {
    salt: String,
    hash: String,
}

impl PasswordHash {
    pub fn new(password: &str, salt: String) -> Self {
        let hash = hex(&stretch(password, &salt));
        Self { salt, hash }
    }

    pub fn matches(&self, password: &str) -> bool {
        let given = hex(&stretch(password, &self.salt));
        let differences = given.bytes().zip(self.hash.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        given.len() == self.hash.len() && differences == 0
    }
}

fn stretch(password: &str, salt: &str) -> [u8; 32] {
    #[allow(clippy::expect_used)] // HMAC takes keys of every length
    let keyed: Hmac<Sha256> = Hmac::new_from_slice(password.as_bytes()).expect("a key of any length");
    let mac = |data: &[u8]| -> [u8; 32] { keyed.clone().chain_update(data).finalize().into_bytes().into() };
    let mut block = mac(&[salt.as_bytes(), &1u32.to_be_bytes()].concat());
    let mut sum = block;
    for _ in 1..ROUNDS {
        block = mac(&block);
        sum.iter_mut().zip(block).for_each(|(s, b)| *s ^= b);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_matches() {
        let kept = PasswordHash::new("correct horse", "salt".into());
        assert!(kept.matches("correct horse"));
        assert!(!kept.matches("correct horse ") && !kept.matches(""));
        assert!(!serde_json::to_string(&kept).unwrap().contains("correct"));
    }

    #[test]
    fn the_salt_makes_equal_passwords_differ() {
        assert_ne!(PasswordHash::new("same", "a".into()).hash, PasswordHash::new("same", "b".into()).hash);
    }
}
