//! What is drawn for a run.

use super::OpError;
use crate::entropy::Entropy;

/// Letters and digits that can be read aloud, each worth five bits.
pub(super) fn word(entropy: &dyn Entropy, length: usize) -> Result<String, OpError> {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = vec![0u8; length];
    draw(entropy, &mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

pub(super) fn draw(entropy: &dyn Entropy, bytes: &mut [u8]) -> Result<(), OpError> {
    entropy.fill(bytes).map_err(|error| OpError::Usage(format!("the system gives no random bytes: {error}")))
}
