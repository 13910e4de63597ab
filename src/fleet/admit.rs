//! Which rows may begin: a decision on values.

use super::row::RowId;

/// How a fleet is driven. What is not there is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Rows that are under way at a time.
    pub max_parallel: u32,
    /// So many rows first; the others when all of these have succeeded.
    pub canary: Option<u32>,
    pub stop_after: Option<StopAfter>,
}

/// After how many rows that failed, or stopped in doubt, no more begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopAfter {
    Count(u32),
    /// Of the rows that have ended, in hundredths; not before twenty have.
    Percent(u32),
}

/// What this process has done with the fleet's rows so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Not begun by this process yet.
    pub waiting: u32,
    pub under_way: u32,
    pub succeeded: u32,
    /// Failed, or stopped in doubt.
    pub failed: u32,
    /// The first row to which the service denied access.
    pub denied: Option<RowId>,
}

/// Why no more rows begin, though some wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// `--stop-after`
    Failures { failed: u32 },
    /// A row of `--canary` did not succeed.
    Canary { failed: u32, of: u32 },
    /// The service denied access to this row, or asked for a human: whoever goes on would evade that.
    AccessDenied { row: RowId },
}

/// How many of the waiting rows begin now, the first ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Begin(u32),
    /// None ever again: those under way are waited for.
    Stop(StopReason),
}

/// So many rows must have ended before a share of them says anything.
const FEWEST_FOR_A_SHARE: u32 = 20;

pub fn admit(flow: &Flow, paused: bool, progress: &Progress) -> Admission {
    let Progress { waiting, under_way, succeeded, failed, denied } = *progress;
    if let Some(row) = denied {
        return Admission::Stop(StopReason::AccessDenied { row });
    }
    let ended = succeeded.saturating_add(failed);
    let begun = ended.saturating_add(under_way);
    let too_many = match flow.stop_after {
        None => false,
        Some(StopAfter::Count(most)) => failed >= most.max(1),
        Some(StopAfter::Percent(share)) => {
            ended >= FEWEST_FOR_A_SHARE && u64::from(failed) * 100 >= u64::from(share) * u64::from(ended)
        }
    };
    if too_many {
        return Admission::Stop(StopReason::Failures { failed });
    }
    let mut room = flow.max_parallel.max(1).saturating_sub(under_way);
    if let Some(canary) = flow.canary.filter(|canary| succeeded < *canary) {
        if failed > 0 {
            return Admission::Stop(StopReason::Canary { failed, of: canary });
        }
        room = room.min(canary.saturating_sub(begun));
    }
    Admission::Begin(if paused { 0 } else { room.min(waiting) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: Flow = Flow { max_parallel: 4, canary: None, stop_after: None };

    fn at(waiting: u32, under_way: u32, succeeded: u32, failed: u32) -> Progress {
        Progress { waiting, under_way, succeeded, failed, denied: None }
    }

    #[test]
    fn rows_begin_as_long_as_there_is_room() {
        assert_eq!(admit(&FLOW, false, &at(10, 0, 0, 0)), Admission::Begin(4));
        assert_eq!(admit(&FLOW, false, &at(10, 3, 5, 2)), Admission::Begin(1));
        assert_eq!(admit(&FLOW, false, &at(2, 0, 5, 2)), Admission::Begin(2));
        assert_eq!(admit(&Flow { max_parallel: 0, ..FLOW }, false, &at(2, 0, 0, 0)), Admission::Begin(1));
    }

    #[test]
    fn none_begins_in_a_pause_nor_above_a_bound_that_was_lowered() {
        assert_eq!(admit(&FLOW, true, &at(10, 0, 0, 0)), Admission::Begin(0));
        assert_eq!(admit(&FLOW, false, &at(10, 9, 0, 0)), Admission::Begin(0));
    }

    #[test]
    fn the_others_wait_for_the_canaries() {
        let flow = Flow { canary: Some(2), ..FLOW };
        assert_eq!(admit(&flow, false, &at(10, 0, 0, 0)), Admission::Begin(2));
        assert_eq!(admit(&flow, false, &at(8, 1, 1, 0)), Admission::Begin(0));
        assert_eq!(admit(&flow, false, &at(8, 0, 2, 0)), Admission::Begin(4));
        let stopped = Admission::Stop(StopReason::Canary { failed: 1, of: 2 });
        assert_eq!(admit(&flow, false, &at(8, 0, 1, 1)), stopped);
        // Later failures are no canary's.
        assert_eq!(admit(&flow, false, &at(8, 0, 2, 1)), Admission::Begin(4));
    }

    #[test]
    fn one_row_that_is_denied_access_stops_it() {
        let row = RowId::new(3).unwrap();
        let progress = Progress { denied: Some(row), ..at(8, 1, 5, 0) };
        assert_eq!(admit(&FLOW, false, &progress), Admission::Stop(StopReason::AccessDenied { row }));
    }

    #[test]
    fn failures_stop_it_by_number_or_by_share() {
        let stopped = |failed| Admission::Stop(StopReason::Failures { failed });
        let flow = Flow { stop_after: Some(StopAfter::Count(3)), ..FLOW };
        assert_eq!(admit(&flow, false, &at(8, 0, 0, 2)), Admission::Begin(4));
        assert_eq!(admit(&flow, false, &at(8, 0, 0, 3)), stopped(3));
        let flow = Flow { stop_after: Some(StopAfter::Percent(10)), ..FLOW };
        assert_eq!(admit(&flow, false, &at(8, 0, 0, 19)), Admission::Begin(4));
        assert_eq!(admit(&flow, false, &at(8, 0, 19, 1)), Admission::Begin(4));
        assert_eq!(admit(&flow, false, &at(8, 0, 18, 2)), stopped(2));
    }
}
