//! Rate limits as Laravel's: a window opens with the first request and lasts a minute.

use std::collections::HashMap;

use crate::clock::Timestamp;

const WINDOW_MILLIS: i64 = 60_000;
/// Above this many windows the closed ones are swept, and again when as many as remained have come anew.
const SWEEP_ABOVE: usize = 4_096;

/// Which limit a route falls under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitClass {
    Auth,
    Billing,
    General,
}

impl LimitClass {
    /// As the service's documents call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "agent-auth",
            Self::Billing => "agent-billing",
            Self::General => "agent-general",
        }
    }
}

/// Requests a minute for each class, as the service documents them; by address and e-mail or user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    pub auth: u32,
    pub billing: u32,
    pub general: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { auth: 20, billing: 15, general: 120 }
    }
}

impl RateLimits {
    /// Every limit times `factor`, at least one request a minute.
    pub fn scaled(self, factor: f64) -> Self {
        let scale = |limit: u32| (f64::from(limit) * factor).ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
        Self { auth: scale(self.auth), billing: scale(self.billing), general: scale(self.general) }
    }

    fn of(self, class: LimitClass) -> u32 {
        match class {
            LimitClass::Auth => self.auth,
            LimitClass::Billing => self.billing,
            LimitClass::General => self.general,
        }
    }
}

/// What the throttle says to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    /// When the window ends: seconds since the Unix epoch.
    pub reset: i64,
    /// Seconds to wait, if this request is one too many.
    pub retry_after: Option<i64>,
}

struct Window {
    ends: Timestamp,
    used: u32,
}

/// The open windows. They are not kept over a restart.
pub struct Throttle {
    limits: RateLimits,
    windows: HashMap<(LimitClass, String), Window>,
    sweep_above: usize,
}

impl Throttle {
    pub fn new(limits: RateLimits) -> Self {
        Self { limits, windows: HashMap::new(), sweep_above: SWEEP_ABOVE }
    }

    /// Counts a request of `who` at `now`.
    pub fn admit(&mut self, class: LimitClass, who: String, now: Timestamp) -> Allowance {
        if self.windows.len() > self.sweep_above {
            self.windows.retain(|_, window| window.ends > now);
            self.sweep_above = SWEEP_ABOVE.max(2 * self.windows.len());
        }
        let fresh = || Window { ends: Timestamp::from_millis(now.as_millis() + WINDOW_MILLIS), used: 0 };
        let window = self.windows.entry((class, who)).or_insert_with(fresh);
        if window.ends <= now {
            *window = fresh();
        }
        let limit = self.limits.of(class);
        let refused = window.used >= limit;
        window.used = window.used.saturating_add(u32::from(!refused));
        let wait = (window.ends.as_millis() - now.as_millis() + 999) / 1000;
        Allowance {
            limit,
            remaining: limit - window.used.min(limit),
            reset: (window.ends.as_millis() + 999) / 1000,
            retry_after: refused.then_some(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_window_closes_a_minute_after_its_first_request() {
        let mut throttle = Throttle::new(RateLimits { auth: 2, billing: 1, general: 1 });
        let mut admit = |millis| throttle.admit(LimitClass::Auth, "me".into(), at(millis));
        assert_eq!(admit(500), Allowance { limit: 2, remaining: 1, reset: 61, retry_after: None });
        assert_eq!(admit(1_000).retry_after, None);
        assert_eq!(admit(30_500), Allowance { limit: 2, remaining: 0, reset: 61, retry_after: Some(30) });
        assert_eq!(admit(60_500).remaining, 1);
    }

    #[test]
    fn classes_and_people_have_windows_of_their_own() {
        let mut throttle = Throttle::new(RateLimits { auth: 1, billing: 1, general: 1 });
        for (class, who) in [(LimitClass::Auth, "a"), (LimitClass::Auth, "b"), (LimitClass::General, "a")] {
            assert_eq!(throttle.admit(class, who.into(), at(0)).retry_after, None);
        }
        assert!(throttle.admit(LimitClass::Auth, "a".into(), at(0)).retry_after.is_some());
    }

    #[test]
    fn limits_scale_but_never_to_nothing() {
        assert_eq!(RateLimits::default().scaled(10.0).auth, 200);
        assert_eq!(RateLimits::default().scaled(0.0), RateLimits { auth: 1, billing: 1, general: 1 });
    }
}
