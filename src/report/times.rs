//! Times as every page, table and line has them.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::workflow::Rate;

/// A length of time for people: `120 ms`, `2.1 s`, `3m 05s`, `2h 07m`, `3d 04h`.
pub fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{}.{} s", seconds, millis % 1000 / 100),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// `20 a minute`, `5 in 1.5 s`.
pub fn rate(rate: Rate) -> String {
    match rate.per.as_secs() {
        60 if rate.per.subsec_nanos() == 0 => format!("{} a minute", rate.count),
        _ => format!("{} in {}", rate.count, time(rate.per)),
    }
}

/// `00:01.234`, and `1:00:01.234` from an hour on.
pub fn stopwatch(elapsed: Duration) -> String {
    let (seconds, millis) = (elapsed.as_secs(), elapsed.subsec_millis());
    let hours = if seconds < 3600 { String::new() } else { format!("{}:", seconds / 3600) };
    format!("{hours}{:02}:{:02}.{millis:03}", seconds / 60 % 60, seconds % 60)
}

/// Of a clock that runs: tenths of a second from the start, so that its width does not jump.
pub fn running(duration: Duration) -> String {
    if duration < Duration::from_secs(1) { format!("0.{} s", duration.as_millis() / 100) } else { time(duration) }
}

/// `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// `11-22 01:34Z`: year and seconds are in the ids of runs.
pub fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(5..16).map_or(text.clone(), |minute| format!("{}Z", minute.replace('T', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_suits_them() {
        let shown = [0, 999, 1_000, 59_999, 60_000, 3_599_000, 7_620_000, 273_600_000];
        let shown = shown.map(|millis| time(Duration::from_millis(millis)));
        assert_eq!(shown, ["0 ms", "999 ms", "1.0 s", "59.9 s", "1m 00s", "59m 59s", "2h 07m", "3d 04h"]);
    }

    #[test]
    fn moments_are_as_exact_as_there_is_room() {
        let at = Timestamp::from_millis(1_795_311_245_067);
        assert_eq!((day(at), minute(at)), ("2026-11-22".to_owned(), "11-22 01:34Z".to_owned()));
        assert_eq!(running(Duration::from_millis(370)), "0.3 s");
    }
}
