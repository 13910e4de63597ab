//! What could be meant, how much speaks for it, and what follows: one is taken, or none.

use std::collections::BTreeMap;
use std::fmt;

use url::Url;

use crate::diagnostic::escape;

/// Something that speaks for or against a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    pub weight: i32,
    pub name: &'static str,
}

/// One value that a message may mean.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What would be taken. It may be a secret: [`Candidate::masked`] is for messages.
    pub value: String,
    pub signs: Vec<Sign>,
    /// What it is instead, if it is certainly something else.
    pub decoy: Option<&'static str>,
    /// Only an earlier message that this one quotes or forwards says it.
    pub quoted: bool,
}

impl Candidate {
    pub fn score(&self) -> i32 {
        if self.decoy.is_some() { 0 } else { self.signs.iter().map(|sign| sign.weight).sum() }
    }

    /// Enough of it to find it in the message again. A web address shows where it leads, not what it carries.
    pub fn masked(&self) -> String {
        mask(&self.value)
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}{})",
            self.masked(),
            self.score(),
            self.decoy.map(|name| format!(", {name}")).unwrap_or_default()
        )
    }
}

/// What is asked of candidates before one is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bar {
    /// At this score it is credible.
    pub enough: i32,
    /// At this score it is doubtful, and worth to be named.
    pub doubtful: i32,
    /// A credible one so little behind the best is a rival.
    pub rival: i32,
}

/// Why nothing was taken from a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mail) enum NotTaken {
    Nothing,
    /// More than one candidate, or one that is doubtful; each masked.
    Ambiguous(Vec<String>),
}

/// So many candidates are named.
const NAMED: usize = 8;

/// The one credible candidate. What an earlier message says counts only if this one says nothing.
pub(super) fn choose(candidates: &[Candidate], bar: Bar) -> Result<String, NotTaken> {
    let credible =
        |quoted: bool| candidates.iter().filter(move |one| one.quoted == quoted && one.score() >= bar.enough);
    let mut best: Vec<&Candidate> = credible(false).collect();
    if best.is_empty() {
        best = credible(true).collect();
    }
    let top = best.iter().map(|one| one.score()).max().unwrap_or_default();
    best.retain(|one| one.score() + bar.rival >= top);
    match best.as_slice() {
        [one] => Ok(one.value.clone()),
        [] => {
            let doubtful: Vec<_> = candidates.iter().filter(|one| one.score() >= bar.doubtful).collect();
            Err(if doubtful.is_empty() { NotTaken::Nothing } else { NotTaken::Ambiguous(named(&doubtful)) })
        }
        rivals => Err(NotTaken::Ambiguous(named(rivals))),
    }
}

fn named(candidates: &[&Candidate]) -> Vec<String> {
    candidates.iter().take(NAMED).map(|one| one.masked()).collect()
}

/// Candidates by value: of each the occurrence that most speaks for, in the order of their scores.
#[derive(Default)]
pub(super) struct Gathered(BTreeMap<String, Candidate>);

impl Gathered {
    pub fn add(&mut self, candidate: Candidate) {
        match self.0.get_mut(&candidate.value) {
            None => drop(self.0.insert(candidate.value.clone(), candidate)),
            Some(known) => {
                let quoted = known.quoted && candidate.quoted;
                let better = known.decoy.is_some() && candidate.decoy.is_none()
                    || known.decoy.is_some() == candidate.decoy.is_some() && candidate.score() > known.score();
                if better {
                    *known = candidate;
                }
                known.quoted = quoted;
            }
        }
    }

    pub fn each(&mut self) -> impl Iterator<Item = &mut Candidate> {
        self.0.values_mut()
    }

    pub fn finish(self) -> Vec<Candidate> {
        let mut all: Vec<Candidate> = self.0.into_values().collect();
        all.sort_by_key(|one| (one.decoy.is_some(), std::cmp::Reverse(one.score())));
        all
    }
}

fn mask(value: &str) -> String {
    let length = value.chars().count();
    let origin = Url::parse(value).ok().and_then(|url| Some(format!("{}://{}/", url.scheme(), url.host_str()?)));
    let shown: String = match origin {
        Some(origin) => origin,
        None => value.chars().take(if length >= 12 { 3 } else { 1 }).collect(),
    };
    format!("{}… ({length} characters)", escape(&shown))
}
