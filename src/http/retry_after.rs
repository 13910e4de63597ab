//! `Retry-After`, in both its forms, and the header that ModelsLab sends beside it.

use std::time::{Duration, UNIX_EPOCH};

use crate::clock::Timestamp;

/// How long the service asks to be left alone: `Retry-After` as seconds or as a date, else `X-RateLimit-Reset`. A date is
/// compared with the answer's own `Date`, so that two clocks need not agree; else with `now`.
pub fn retry_after<'a>(header: impl Fn(&str) -> Option<&'a str>, now: Timestamp) -> Option<Duration> {
    let Some(text) = header("retry-after").map(str::trim) else { return rate_limit_reset(header, now) };
    let seconds = text.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| Some(http_date(text)?.since(served(&header, now))))
}

/// How long it is until `X-RateLimit-Reset`, Unix seconds of the service's clock.
pub fn rate_limit_reset<'a>(header: impl Fn(&str) -> Option<&'a str>, now: Timestamp) -> Option<Duration> {
    let reset: i64 = header("x-ratelimit-reset")?.trim().parse().ok()?;
    Some(Timestamp::from_millis(reset.checked_mul(1000)?).since(served(&header, now)))
}

fn served<'a>(header: &impl Fn(&str) -> Option<&'a str>, now: Timestamp) -> Timestamp {
    header("date").and_then(http_date).unwrap_or(now)
}

fn http_date(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(headers: &[(&str, &'static str)]) -> Option<Duration> {
        let header = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        retry_after(header, Timestamp::parse("2026-11-22T01:00:00Z").unwrap())
    }

    #[test]
    fn seconds_are_read_as_they_are() {
        assert_eq!(parse(&[("retry-after", " 17 ")]), Some(Duration::from_secs(17)));
    }

    #[test]
    fn a_date_is_compared_with_the_servers_own_clock() {
        let date = ("retry-after", "Sun, 22 Nov 2026 03:00:10 GMT");
        assert_eq!(parse(&[date, ("date", "Sun, 22 Nov 2026 03:00:00 GMT")]), Some(Duration::from_secs(10)));
        assert_eq!(parse(&[date]), Some(Duration::from_secs(7210)));
    }

    #[test]
    fn a_date_in_the_past_asks_for_nothing() {
        assert_eq!(parse(&[("retry-after", "Sun, 22 Nov 2015 03:00:10 GMT")]), Some(Duration::ZERO));
    }

    #[test]
    fn the_rate_limits_reset_counts_when_nothing_else_is_said() {
        assert_eq!(parse(&[("x-ratelimit-reset", "1795309230")]), Some(Duration::from_secs(30)));
        assert_eq!(parse(&[("x-ratelimit-reset", "1795309230"), ("retry-after", "2")]), Some(Duration::from_secs(2)));
    }

    #[test]
    fn nonsense_asks_for_nothing() {
        assert_eq!(parse(&[("retry-after", "soon")]), None);
        assert_eq!(parse(&[("x-ratelimit-reset", "99999999999999999999")]), None);
        assert_eq!(parse(&[]), None);
    }
}
