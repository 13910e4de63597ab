//! The delay before another try.

use std::time::Duration;

use crate::workflow::RetryPolicy;

/// A service that asks for a longer rest than this is not waited for: the step fails and can be resumed later.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The delay after `tries` tries (from 1): `delay * factor^(tries-1)`, at most `max-delay`, times `fraction` if jittered.
/// `fraction` is from 0 to below 1.
pub fn backoff(policy: &RetryPolicy, tries: u32, fraction: f64) -> Duration {
    let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX);
    let full = policy.delay.as_secs_f64() * policy.factor.powi(exponent);
    let capped = full.min(policy.max_delay.as_secs_f64()).max(0.0);
    let drawn = if policy.jitter { capped * fraction } else { capped };
    Duration::try_from_secs_f64(drawn).unwrap_or(policy.max_delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(jitter: bool) -> RetryPolicy {
        RetryPolicy {
            delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(3),
            jitter,
            ..Default::default()
        }
    }

    #[test]
    fn delays_double_up_to_the_maximum() {
        let delays: Vec<u128> = (1..6).map(|tries| backoff(&policy(false), tries, 0.5).as_millis()).collect();
        assert_eq!(delays, [500, 1000, 2000, 3000, 3000]);
    }

    #[test]
    fn full_jitter_draws_from_zero_to_the_whole_delay() {
        assert_eq!(backoff(&policy(true), 2, 0.0), Duration::ZERO);
        assert_eq!(backoff(&policy(true), 2, 0.25), Duration::from_millis(250));
    }

    #[test]
    fn huge_exponents_stay_at_the_maximum() {
        assert_eq!(backoff(&policy(false), u32::MAX, 0.0), Duration::from_secs(3));
    }
}
