//! The two primitives that everything sealed rests on: AES-256-GCM-SIV (RFC 8452) and HMAC-SHA256.

use aes_gcm_siv::aead::{Aead, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::error::StoreError;
use crate::entropy::Entropy;

const NONCE: usize = 12;

/// HMAC-SHA256 over the concatenation of `parts`.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    Keyed::new(key).mac(parts)
}

/// An HMAC whose key is already mixed in.
#[derive(Clone)]
pub(super) struct Keyed(Hmac<Sha256>);

impl Keyed {
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(key);
        Self(Hmac::new(&(*block).into()))
    }

    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

/// Encrypts `plain` under a fresh nonce: base64 of nonce and ciphertext. `place` is authenticated with it.
pub(super) fn encrypt(
    cipher: &Aes256GcmSiv,
    entropy: &dyn Entropy,
    plain: &[u8],
    place: &[u8],
) -> Result<String, StoreError> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce).map_err(StoreError::Entropy)?;
    let payload = Payload { msg: plain, aad: place };
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| StoreError::TooLarge)?;
    Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
}

/// Undoes [`encrypt`]; `None` if the key or the place is another, or a bit was changed.
pub(super) fn decrypt(cipher: &Aes256GcmSiv, sealed: &str, place: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: place };
    cipher.decrypt(&Nonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

pub(super) fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new(&(*key).into())
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

/// `sha256:` and the digest of something public.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}
