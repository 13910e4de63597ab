//! Random-looking values that a seed makes repeatable.

use sha2::{Digest, Sha256};

use super::SandboxError;
use crate::id::hex;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DIGITS: &[u8] = b"0123456789";

/// What every token, key, code and fault draw derives from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(u64);

impl Seed {
    /// Takes `number`, or draws a seed if it is 0.
    pub fn new(number: u64) -> Result<Self, SandboxError> {
        match number {
            0 => {
                getrandom::u64().map(|n| Self(n.max(1))).map_err(|error| SandboxError::NoRandomness(error.to_string()))
            }
            n => Ok(Self(n)),
        }
    }

    pub fn number(self) -> u64 {
        self.0
    }

    fn block(self, label: &str, counter: u64, block: u64) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0.to_be_bytes());
        hash.update(counter.to_be_bytes());
        hash.update(block.to_be_bytes());
        hash.update(label.as_bytes());
        hash.finalize().into()
    }

    fn text(self, label: &str, counter: u64, alphabet: &[u8], length: usize) -> String {
        let fair = 256 / alphabet.len() * alphabet.len();
        let bytes = (0..).flat_map(|block| self.block(label, counter, block)).map(usize::from);
        let drawn = bytes.filter(|byte| *byte < fair).filter_map(|byte| alphabet.get(byte % alphabet.len()));
        drawn.take(length).map(|byte| char::from(*byte)).collect()
    }

    /// `length` letters and digits.
    pub fn alphanumeric(self, label: &str, counter: u64, length: usize) -> String {
        self.text(label, counter, LETTERS_AND_DIGITS, length)
    }

    pub fn digits(self, label: &str, counter: u64, length: usize) -> String {
        self.text(label, counter, DIGITS, length)
    }

    /// A version 4 UUID.
    pub fn uuid(self, label: &str, counter: u64) -> String {
        let block = self.block(label, counter, 0);
        let hex = |range: std::ops::Range<usize>| hex(block.get(range).unwrap_or_default());
        let (version, variant) = (&hex(6..8)[1..], b"89ab"[usize::from(block[8] % 4)]);
        format!("{}-{}-4{version}-{}{}-{}", hex(0..4), hex(4..6), char::from(variant), &hex(9..11)[1..], hex(11..17))
    }

    /// A fraction from 0 to just under 1.
    pub fn fraction(self, label: &str, counter: u64) -> f64 {
        let [a, b, c, d, ..] = self.block(label, counter, 0);
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The SHA-256 of a secret, by which it is stored and found again.
pub fn fingerprint(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_depend_on_seed_label_and_counter_alone() {
        let (a, b) = (Seed::new(7).unwrap(), Seed::new(8).unwrap());
        assert_eq!(a.alphanumeric("token", 1, 40), a.alphanumeric("token", 1, 40));
        let others = [b.alphanumeric("token", 1, 40), a.alphanumeric("key", 1, 40), a.alphanumeric("token", 2, 40)];
        assert!(others.iter().all(|other| *other != a.alphanumeric("token", 1, 40)));
        assert_eq!(a.digits("code", 1, 6).len(), 6);
    }

    #[test]
    fn a_seed_of_zero_is_drawn() {
        assert!(Seed::new(0).unwrap() != Seed::new(0).unwrap());
    }

    #[test]
    fn uuids_have_their_version_and_variant() {
        for counter in 0..50 {
            let uuid = Seed::new(7).unwrap().uuid("invite", counter);
            let groups: Vec<&str> = uuid.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
            assert!(groups[2].starts_with('4') && groups[3].starts_with(['8', '9', 'a', 'b']), "{uuid}");
        }
    }
}
