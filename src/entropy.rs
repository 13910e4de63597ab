//! Where random bytes come from. Handed in, so that a simulation can repeat itself.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
    }
}

/// Takes small draws, such as nonces, from larger ones of another source: to ask the operating system costs as much for a few bytes as for
/// hundreds, and every sealed value has a nonce.
#[derive(Debug, Default)]
pub struct BufferedEntropy<E> {
    source: E,
    ahead: Mutex<Zeroizing<Vec<u8>>>,
}

/// Bytes that are drawn ahead.
const AHEAD: usize = 512;

/// Longer draws go to the source: keys and passwords do not lie about before they are used.
const SMALL: usize = 12;

impl<E: Entropy> Entropy for BufferedEntropy<E> {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        if bytes.len() > SMALL {
            return self.source.fill(bytes);
        }
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if ahead.len() < bytes.len() {
            let mut drawn = Zeroizing::new(vec![0; AHEAD]);
            self.source.fill(&mut drawn)?;
            *ahead = drawn;
        }
        let rest = ahead.len() - bytes.len();
        bytes.copy_from_slice(&ahead[rest..]);
        ahead[rest..].zeroize();
        ahead.truncate(rest);
        Ok(())
    }
}

/// The same bytes for the same seed. For simulations; never for what is worth keeping.
#[derive(Debug, Default)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        for chunk in bytes.chunks_mut(32) {
            let mut block = Hmac::<Sha256>::new_from_slice(&self.seed.to_le_bytes()).map_err(io::Error::other)?;
            block.update(&self.drawn.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&block.finalize().into_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn small_draws_are_no_two_alike_and_take_few_of_the_source() {
        let entropy = BufferedEntropy { source: SeededEntropy::new(1), ahead: Mutex::default() };
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            let (mut nonce, mut key) = ([0; 12], [0; 32]);
            entropy.fill(&mut nonce).unwrap();
            assert!(seen.insert(nonce.to_vec()));
            entropy.fill(&mut key).unwrap();
            assert!(seen.insert(key.to_vec()));
        }
        // The source makes 32 bytes at a time.
        let blocks = entropy.source.drawn.load(Ordering::Relaxed);
        assert_eq!(blocks, 1000 + (1000 / (AHEAD as u64 / 12) + 1) * (AHEAD as u64 / 32));
    }

    struct Broken;

    impl Entropy for Broken {
        fn fill(&self, _bytes: &mut [u8]) -> io::Result<()> {
            Err(io::Error::other("no entropy"))
        }
    }

    #[test]
    fn a_source_that_fails_is_told_of_and_gives_nothing() {
        let entropy = BufferedEntropy { source: Broken, ahead: Mutex::default() };
        for length in [12, 12, 32] {
            assert!(entropy.fill(&mut vec![0; length]).is_err());
        }
    }
}
