//! How fast attempts may begin: the workflow's `max-parallel` and `rate`.

use super::entry::Fact;
use super::state::RunState;
use super::words::Alarm;
use crate::clock::Timestamp;
use crate::plan::Plan;

/// How many attempts may begin now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Tasks that may come under way.
    pub parallel: usize,
    /// Attempts that the rate still allows.
    pub rate: usize,
}

impl Room {
    pub fn of(plan: &Plan, state: &RunState) -> Self {
        let limits = &plan.workflow.limits;
        let places = limits.max_parallel.map_or(usize::MAX, |most| most as usize);
        let rate = limits.rate.map_or(usize::MAX, |rate| {
            let recent = state.paced.iter().filter(|began| state.now.since(**began) < rate.per).count();
            (rate.count as usize).saturating_sub(recent)
        });
        Self { parallel: places.saturating_sub(state.agenda.all_busy), rate }
    }

    pub fn is_spent(&self) -> bool {
        self.parallel == 0 || self.rate == 0
    }
}

/// Takes note that an attempt began.
pub(super) fn began(plan: &Plan, state: &mut RunState, at: Timestamp) {
    if let Some(rate) = plan.workflow.limits.rate {
        let paced = &mut state.recorded.paced;
        paced.push_back(at);
        while paced.len() > rate.count as usize {
            paced.pop_front();
        }
    }
}

/// Sets the timer after which the rate has room again, if it is not set yet.
pub(super) fn wait(plan: &Plan, state: &RunState, facts: &mut Vec<Fact>) {
    let Some(rate) = plan.workflow.limits.rate else { return };
    // The first attempts of all are not in the state before they are applied.
    let oldest = state.paced.front().copied().unwrap_or(state.now);
    let alarm = Fact::AlarmSet { alarm: Alarm::Rate, due: oldest.plus(rate.per) };
    if !state.alarms.contains_key(&Alarm::Rate) && !facts.contains(&alarm) {
        facts.push(alarm);
    }
}
