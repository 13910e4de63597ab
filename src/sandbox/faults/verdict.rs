//! Which faults strike a request: a function of the rules, the seed and what was counted so far.

use std::collections::BTreeMap;
use std::time::Duration;

use super::rule::{Effect, FaultKind, FaultRule, Faults, RetryAfter};
use crate::sandbox::seed::{Seed, fingerprint};

const DEFAULT_HANG: Duration = Duration::from_secs(60);

/// The request that is judged.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub name: &'a str,
    pub method: &'a str,
    /// The route's template.
    pub path: &'a str,
    /// Its account's e-mail, empty if there is none.
    pub account: &'a str,
}

/// How a request ends that is not answered as it should be.
#[derive(Debug, Clone, PartialEq)]
pub enum Strike {
    Answer { status: u16, retry_after: Option<RetryAfter>, effect: Effect },
    Drop(Effect),
    Hang(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailFault {
    #[default]
    None,
    Late(Duration),
    Lost,
    Twice,
    OldFirst,
    Junk,
}

/// What befalls a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    pub delay: Duration,
    pub strike: Option<Strike>,
    pub mail: MailFault,
    /// The status of a refusal for want of credits.
    pub no_credits: Option<u16>,
    /// Whether a generation ends without an image.
    pub image_failed: bool,
    /// Whether an image is none.
    pub not_an_image: bool,
    /// Whether the account is blocked.
    pub blocked: bool,
    /// The faults that struck, as the ledger names them.
    pub names: Vec<String>,
    /// Counters that this request moves on by one, whether or not it was struck.
    pub counters: Vec<String>,
}

/// Judges a request; `counts` are the counters so far.
pub fn judge(faults: &Faults, seed: Seed, counts: &BTreeMap<String, u64>, subject: Subject<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    for (place, rule) in faults.rules().iter().enumerate() {
        if rule.is_about(subject.name, subject.method, subject.path) {
            weigh(rule, place, seed, counts, subject, &mut verdict);
        }
    }
    verdict
}

fn weigh(
    rule: &FaultRule,
    place: usize,
    seed: Seed,
    counts: &BTreeMap<String, u64>,
    subject: Subject<'_>,
    v: &mut Verdict,
) {
    let text = serde_json::to_string(rule).unwrap_or_default();
    let rule_id = format!("{place}-{}", fingerprint(&text).get(..12).unwrap_or_default());
    let account = fingerprint(subject.account);
    let account = account.get(..12).unwrap_or_default();
    // The draws of one account do not depend on what others do meanwhile.
    let draw = format!("{rule_id}/{}/{account}", subject.name);
    let matched = if rule.per_account { format!("{rule_id}//{account}") } else { rule_id };
    let count = |counter: &str| counts.get(counter).copied().unwrap_or(0);
    let (seen, occurrence) = (count(&matched), count(&draw));
    v.counters.extend([matched, draw.clone()]);
    let in_turn = seen >= rule.after && rule.times.is_none_or(|times| seen - rule.after < times);
    if in_turn && seed.fraction(&draw, occurrence) < rule.probability {
        strike(rule, v);
    }
}

fn strike(rule: &FaultRule, verdict: &mut Verdict) {
    let ms = Duration::from_millis(rule.ms.unwrap_or(0));
    let answer = |status, retry_after, effect| Some(Strike::Answer { status, retry_after, effect });
    let retry = rule.retry_after.clone();
    let ending = match rule.fault {
        FaultKind::Latency => {
            verdict.delay += ms;
            None
        }
        FaultKind::TooManyRequests => answer(429, retry.or(Some(RetryAfter::Seconds(1))), Effect::None),
        FaultKind::ServerError => answer(500, retry, rule.effect),
        FaultKind::BadGateway => answer(502, retry, rule.effect),
        FaultKind::Unavailable => answer(503, retry, rule.effect),
        FaultKind::DropBefore => Some(Strike::Drop(Effect::None)),
        FaultKind::DropAfter => Some(Strike::Drop(Effect::Done)),
        FaultKind::Hang => Some(Strike::Hang(rule.ms.map_or(DEFAULT_HANG, Duration::from_millis))),
        FaultKind::MailLate => mail(verdict, MailFault::Late(ms)),
        FaultKind::MailLost => mail(verdict, MailFault::Lost),
        FaultKind::MailTwice => mail(verdict, MailFault::Twice),
        FaultKind::MailOldFirst => mail(verdict, MailFault::OldFirst),
        FaultKind::MailJunk => mail(verdict, MailFault::Junk),
        FaultKind::Blocked => {
            verdict.blocked = true;
            None
        }
        FaultKind::ImageFailed => {
            verdict.image_failed = true;
            None
        }
        FaultKind::NotAnImage => {
            verdict.not_an_image = true;
            None
        }
        FaultKind::NoCredits => {
            verdict.no_credits = Some(rule.http_status.unwrap_or(402));
            None
        }
    };
    if ending.is_some() && verdict.strike.is_some() {
        return;
    }
    verdict.strike = ending.or(verdict.strike.take());
    let name = serde_json::to_value(rule.fault).ok();
    verdict.names.extend(name.and_then(|name| name.as_str().map(str::to_owned)));
}

fn mail(verdict: &mut Verdict, fault: MailFault) -> Option<Strike> {
    if verdict.mail == MailFault::None {
        verdict.mail = fault;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(account: &str) -> Subject<'_> {
        Subject { name: "signup", method: "POST", path: "/api/agents/v1/auth/signup", account }
    }

    /// Which of `n` requests of `account` are struck.
    fn struck(rules: &str, seed: u64, counts: &mut BTreeMap<String, u64>, account: &str, n: usize) -> Vec<bool> {
        let faults = Faults::from_json(rules).unwrap();
        let one = |_| {
            let verdict = judge(&faults, Seed::new(seed).unwrap(), counts, subject(account));
            verdict.counters.into_iter().for_each(|counter| *counts.entry(counter).or_default() += 1);
            verdict.strike.is_some()
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn after_and_times_cut_a_window_out_of_the_matching_requests() {
        let rules = r#"[{"on":"signup","fault":"500","after":1,"times":2}]"#;
        assert_eq!(struck(rules, 1, &mut BTreeMap::new(), "a", 5), [false, true, true, false, false]);
    }

    #[test]
    fn a_window_can_be_counted_for_each_account() {
        let shared = r#"[{"on":"signup","fault":"500","times":1}]"#;
        let each = r#"[{"on":"signup","fault":"500","times":1,"per_account":true}]"#;
        for (rules, second) in [(shared, false), (each, true)] {
            let mut counts = BTreeMap::new();
            assert_eq!(struck(rules, 1, &mut counts, "a", 2), [true, false]);
            assert_eq!(struck(rules, 1, &mut counts, "b", 1), [second]);
        }
    }

    #[test]
    fn draws_depend_on_the_seed_and_not_on_other_accounts() {
        let rules = r#"[{"on":"*","fault":"500","probability":0.5}]"#;
        let alone = struck(rules, 1, &mut BTreeMap::new(), "a", 64);
        let mut counts = BTreeMap::new();
        struck(rules, 1, &mut counts, "b", 9);
        assert_eq!(struck(rules, 1, &mut counts, "a", 64), alone);
        assert_ne!(struck(rules, 2, &mut BTreeMap::new(), "a", 64), alone);
        let hits = alone.iter().filter(|hit| **hit).count();
        assert!((16..48).contains(&hits), "{hits}");
    }

    #[test]
    fn the_first_ending_wins_and_delays_add_up() {
        let rules = r#"[{"on":"*","fault":"latency","ms":5},{"on":"*","fault":"503"},{"on":"*","fault":"drop-after"},
                        {"on":"*","fault":"latency","ms":7},{"on":"*","fault":"mail-lost"}]"#;
        let verdict = judge(&Faults::from_json(rules).unwrap(), Seed::new(1).unwrap(), &BTreeMap::new(), subject("a"));
        assert_eq!(verdict.delay, Duration::from_millis(12));
        assert!(matches!(verdict.strike, Some(Strike::Answer { status: 503, .. })));
        assert_eq!(verdict.mail, MailFault::Lost);
        assert_eq!(verdict.names, ["latency", "503", "latency", "mail-lost"]);
    }
}
