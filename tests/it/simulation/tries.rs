//! What must become of one task by itself, and of the items of a step among themselves; in milliseconds since their beginning.

use onramp::workflow::Effect;

use super::graph::{Retry, Step};
use super::script::{Script, Try};

/// A late request lands within this time, in milliseconds.
pub const SETTLE: u64 = 5000;
const LONGEST_REST: u64 = 300_000;
const LOOKS: u32 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Succeeded,
    Failed,
    /// Failed with the error that `on-error` knows.
    Lost,
    Doubt,
}

#[derive(Debug, Clone, Copy)]
pub struct Tried {
    pub end: End,
    pub tries: u32,
    /// When, and whether by a look: one comes after the answers of the same moment.
    at: (u64, bool),
}

/// One task from its first try to its end. Without a step, that of a remedy: four tries for whatever passes, in any time.
pub fn task(effect: Effect, step: Option<&Step>, script: &Script) -> Tried {
    let policy = step.map(|step| &step.retry);
    let timeout = step.and_then(|step| step.timeout);
    let (mut now, mut tries) = (0, 0);
    loop {
        tries += 1;
        let (what, latency) = script.nth(tries);
        let mine = step.and_then(|step| step.attempt_timeout).map(|limit| now + limit);
        let until = [mine, timeout].into_iter().flatten().min();
        let in_time = until.is_none_or(|until| now + latency <= until);
        now = if in_time { now + latency } else { until.unwrap_or(now) };
        let mut at = (now, false);
        let (named, rest) = match what {
            _ if !in_time => (policy.is_none_or(|policy| policy.timeout), None),
            Try::Succeeds => return Tried { end: End::Succeeded, tries, at },
            Try::Refused | Try::Wrong => return Tried { end: End::Failed, tries, at },
            Try::Lost => return Tried { end: End::Lost, tries, at },
            Try::Throttled(rest) => (policy.is_none_or(|policy| policy.throttled), rest),
            Try::Broken { retry_after, .. } => (policy.is_none_or(|policy| policy.server), retry_after),
            Try::CutOff { .. } => (policy.is_none_or(|policy| policy.network), None),
        };
        let mut rest = rest.map(|seconds| seconds * 1000);
        let unknown = !in_time || !matches!(what, Try::Throttled(_));
        if effect == Effect::Once && unknown {
            now += SETTLE;
            at = (now, true);
            match look(script) {
                true if what.has_effect() => return Tried { end: End::Succeeded, tries, at },
                true => {}
                false => return Tried { end: End::Doubt, tries, at },
            }
            rest = rest.map(|rest| rest.saturating_sub(SETTLE));
        }
        let failed = Tried { end: End::Failed, tries, at };
        let most = policy.map_or(4, |policy| policy.max_attempts);
        if !named || tries >= most || rest.is_some_and(|rest| rest > LONGEST_REST) {
            return failed;
        }
        now += rest.unwrap_or_else(|| policy.map_or(0, |policy| delay(policy, tries)));
        let elapsed = policy.and_then(|policy| policy.max_elapsed).is_some_and(|most| now > most);
        if elapsed || timeout.is_some_and(|limit| now >= limit) {
            return failed;
        }
    }
}

/// Whether a look tells in the end.
fn look(script: &Script) -> bool {
    script.blind.is_some_and(|blind| blind < LOOKS)
}

fn delay(policy: &Retry, tries: u32) -> u64 {
    (policy.delay * u64::from(policy.factor).pow(tries - 1)).min(policy.max_delay)
}

/// Those of `count` items that begin: one after the other as places become free, and none after a failure where that counts.
pub fn items(step: &Step, count: usize) -> Vec<Tried> {
    let matrix = step.matrix.as_ref();
    let places = matrix.and_then(|matrix| matrix.max_parallel).map_or(count, |most| most as usize);
    let fail_fast = matrix.is_some_and(|matrix| matrix.fail_fast);
    let (mut ended, mut running, mut now) = (Vec::new(), Vec::<Tried>::new(), 0);
    loop {
        let failed = ended.iter().any(|tried: &Tried| matches!(tried.end, End::Failed | End::Lost));
        while running.len() < places && ended.len() + running.len() < count && !(fail_fast && failed) {
            let mut tried = task(step.effect, Some(step), step.script(ended.len() + running.len()));
            tried.at.0 += now;
            running.push(tried);
        }
        let Some(next) = running.iter().map(|tried| tried.at).min() else { return ended };
        ended.extend(running.extract_if(.., |tried| tried.at == next));
        now = next.0;
    }
}
