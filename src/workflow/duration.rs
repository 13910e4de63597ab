//! Durations as people write them: `30s`, `5m`, `1h30m`, `250ms`, `1.5s`.

use std::time::Duration;

/// Longer than any wait that makes sense, and far from any overflow.
const MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Reads a duration. Each unit (`d`, `h`, `m`, `s`, `ms`) may stand once, the larger first; at most 366 days.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    let mut last = f64::INFINITY;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return None,
        };
        let starts_with_digit = number.starts_with(|c: char| c.is_ascii_digit());
        if seconds >= last || !starts_with_digit || number.ends_with('.') {
            return None;
        }
        last = seconds;
        total = total.checked_add(Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?)?;
        rest = tail;
    }
    (!text.is_empty() && total <= MAX).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_written() {
        for (text, millis) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            ("1.5s", 1500),
            ("0s", 0),
            ("1d", 86_400_000),
        ] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "30", "s", "5 m", "-1s", "1s1s", "1m1h", "1e3s", "1.s", ".5s", "1.2.3s", "10000000d", "1S", "٣s"]
        {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
