//! Whether the service counts together what its documents count apart: a decision on values.

use std::time::Duration;

use super::Subject;
use crate::clock::Timestamp;

/// So many subjects, all refused within a period though each had room by its own count, are no coincidence.
const SUBJECTS: usize = 3;

/// Who was refused of late, of one class.
#[derive(Debug, Default)]
pub(super) struct Refused {
    of_late: Vec<(Subject, Timestamp)>,
    is_common: bool,
}

impl Refused {
    /// Notes a refusal. Whether it is this one that shows it.
    pub fn note(&mut self, subject: &Subject, now: Timestamp, period: Duration) -> bool {
        if self.is_common {
            return false;
        }
        self.of_late.retain(|(other, at)| other != subject && at.plus(period) > now);
        self.of_late.push((subject.clone(), now));
        self.is_common = self.of_late.len() >= SUBJECTS;
        self.is_common
    }

    /// Whether all calls of the class are counted together: then until the process ends.
    pub fn is_common(&self) -> bool {
        self.is_common
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(60);

    fn shown(refusals: &[(&str, u64)]) -> Vec<bool> {
        let mut refused = Refused::default();
        let at = |seconds: u64| Timestamp::default().plus(Duration::from_secs(seconds));
        refusals.iter().map(|(who, when)| refused.note(&Subject::Email((*who).into()), at(*when), PERIOD)).collect()
    }

    #[test]
    fn three_within_a_period_show_it_once() {
        assert_eq!(shown(&[("ada", 0), ("lin", 30), ("eve", 59), ("bob", 60)]), [false, false, true, false]);
    }

    #[test]
    fn one_who_is_refused_again_and_again_shows_nothing() {
        assert_eq!(shown(&[("ada", 0), ("ada", 1), ("lin", 2), ("ada", 3)]), [false; 4]);
    }

    #[test]
    fn refusals_that_lie_apart_show_nothing() {
        assert_eq!(shown(&[("ada", 0), ("lin", 1), ("eve", 61), ("bob", 121)]), [false; 4]);
    }
}
