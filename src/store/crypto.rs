//! The two primitives that everything sealed rests on: AES-256-GCM-SIV (RFC 8452) and HMAC-SHA256.

use aes_gcm_siv::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::error::StoreError;
use crate::entropy::Entropy;
use crate::id::hex;

/// A multiple of 3: in base64 it takes whole characters, and what follows begins with one.
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

/// Encrypts `plain`, where it lies, under a fresh nonce: base64 of nonce and ciphertext. `place` is authenticated with it.
pub(super) fn encrypt(
    cipher: &Aes256GcmSiv,
    entropy: &dyn Entropy,
    mut plain: Zeroizing<Vec<u8>>,
    place: &[u8],
) -> Result<String, StoreError> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce).map_err(StoreError::Entropy)?;
    cipher.encrypt_in_place(&Nonce::from(nonce), place, &mut *plain).map_err(|_| StoreError::TooLarge)?;
    // What is encrypted needs not be wiped.
    let bytes = std::mem::take(&mut *plain);
    let mut sealed = String::with_capacity((NONCE + bytes.len()).div_ceil(3) * 4);
    STANDARD.encode_string(nonce, &mut sealed);
    STANDARD.encode_string(bytes, &mut sealed);
    Ok(sealed)
}

/// Undoes [`encrypt`]; `None` if the key or the place is another, or a bit was changed.
pub(super) fn decrypt(cipher: &Aes256GcmSiv, sealed: &str, place: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (first, rest) = sealed.split_at_checked(NONCE / 3 * 4)?;
    let mut nonce = [0; NONCE];
    STANDARD.decode_slice(first, &mut nonce).ok().filter(|length| *length == NONCE)?;
    let mut bytes = Zeroizing::new(STANDARD.decode(rest).ok()?);
    cipher.decrypt_in_place(&Nonce::from(nonce), place, &mut *bytes).ok()?;
    Some(bytes)
}

pub(super) fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new(&(*key).into())
}

/// `sha256:` and the digest of something public.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}
