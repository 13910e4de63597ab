//! `onramp mail`: what was taken from a message, and why; or what was seen instead.

use serde_json::{Value, json};

use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::table::objects;
use super::text::inert;
use crate::clock::Timestamp;
use crate::secret::Secret;

/// What came of a wait.
#[derive(Debug, Clone)]
pub struct Waited {
    /// `code` or `link`.
    pub gives: &'static str,
    pub taken: Option<Secret<String>>,
    pub from: Option<String>,
    pub subject: Option<String>,
    pub received_at: Option<Timestamp>,
    /// It lay in the junk folder.
    pub junk: bool,
    pub error: Option<NotTaken>,
}

/// Why nothing was taken.
#[derive(Debug, Clone)]
pub struct NotTaken {
    /// As a step's error has it: `mail.timeout`.
    pub code: &'static str,
    pub message: String,
    /// A table of what was seen, what its columns are called first.
    pub details: Vec<Vec<String>>,
}

/// The wait as one JSON document.
pub fn waited_json(waited: &Waited) -> Value {
    let taken = |gives: &str| waited.taken.as_ref().filter(|_| waited.gives == gives).map(|taken| taken.expose());
    let error = waited
        .error
        .as_ref()
        .map(|error| json!({ "code": error.code, "message": error.message, "details": objects(&error.details) }));
    json!({
        "outcome": if waited.taken.is_some() { "taken" } else { "failed" }, "code": taken("code"), "link": taken("link"),
        "from": waited.from, "subject": waited.subject, "received_at": waited.received_at.map(|at| at.to_string()),
        "junk": waited.junk, "error": error,
    })
}

/// What became of a message.
#[derive(Debug, Clone)]
pub struct Extracted {
    /// `code` or `link`.
    pub gives: &'static str,
    pub taken: Option<Secret<String>>,
    /// Those that none was chosen of, masked.
    pub refused: Vec<String>,
    /// At this score a candidate is credible.
    pub enough: i32,
    pub candidates: Vec<Considered>,
}

/// One candidate.
#[derive(Debug, Clone)]
pub struct Considered {
    /// Masked, unless the user asked for it in the clear.
    pub shown: String,
    pub score: i32,
    /// What it is instead.
    pub decoy: Option<&'static str>,
    pub quoted: bool,
    pub signs: Vec<(i32, &'static str)>,
}

impl Extracted {
    /// Why nothing was taken, and what to do. What was looked at may be `explained` already.
    pub fn complaint(&self, explained: bool) -> String {
        let gives = self.gives;
        let own = "say which is meant, as in --extract '{\"regex\": \"Code: (\\\\d+)\"}'";
        match self.refused.as_slice() {
            [] if explained => format!("there is no {gives} in this message"),
            [] => format!("there is no {gives} in this message; --explain says what was looked at"),
            [one] => format!("the only candidate for the {gives} is doubtful, and none is guessed: {one}; {own}"),
            many => format!("{} candidates for the {gives}, none is guessed: {}; {own}", many.len(), many.join(", ")),
        }
    }
}

/// A row for each candidate with its score, and below it what speaks for and against it.
pub fn table(extracted: &Extracted, look: &Look) -> String {
    if extracted.candidates.is_empty() {
        return format!("no candidates for the {}", extracted.gives);
    }
    let mut grid = Grid::new(0, 1);
    grid.head(vec![Cell::new("SCORE", Tone::Faint).right(), Cell::new("CANDIDATE", Tone::Faint)]);
    for one in &extracted.candidates {
        let tone = if one.decoy.is_none() && one.score >= extracted.enough { Tone::Good } else { Tone::Plain };
        grid.row(vec![Cell::new(one.score.to_string(), tone).right(), Cell::new(inert(&one.shown), tone)]);
        grid.detail(2, Tone::Faint, &reasons(one));
    }
    format!("{}credible from {} on", grid.render(look), extracted.enough)
}

fn reasons(one: &Considered) -> String {
    let mut reasons: Vec<String> = match one.decoy {
        Some(decoy) => vec![decoy.to_owned()],
        None => one.signs.iter().map(|(weight, name)| format!("{weight:+} {name}")).collect(),
    };
    reasons.extend(one.quoted.then(|| "in an earlier message, which this one quotes or forwards".to_owned()));
    if reasons.is_empty() { "nothing speaks for it".to_owned() } else { reasons.join(", ") }
}

/// The same as one JSON document.
pub fn json(extracted: &Extracted) -> Value {
    let taken = |gives: &str| extracted.taken.as_ref().filter(|_| extracted.gives == gives).map(|taken| taken.expose());
    let outcome = match (&extracted.taken, extracted.refused.is_empty()) {
        (Some(_), _) => "taken",
        (None, true) => "nothing",
        (None, false) => "refused",
    };
    let candidate = |one: &Considered| {
        let signs: Vec<Value> =
            one.signs.iter().map(|(weight, name)| json!({ "weight": weight, "sign": name })).collect();
        json!({ "candidate": one.shown, "score": one.score, "decoy": one.decoy, "quoted": one.quoted, "signs": signs })
    };
    json!({
        "outcome": outcome, "code": taken("code"), "link": taken("link"), "enough": extracted.enough,
        "candidates": extracted.candidates.iter().map(candidate).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extracted(refused: &[&str]) -> Extracted {
        let one = Considered {
            shown: "4… (6 characters)".into(),
            score: 8,
            decoy: None,
            quoted: true,
            signs: vec![(7, "beside"), (1, "six")],
        };
        let date = Considered {
            shown: "2… (4 characters)".into(),
            score: 0,
            decoy: Some("a date"),
            quoted: false,
            signs: vec![],
        };
        let refused = refused.iter().map(|name| (*name).to_owned()).collect();
        Extracted { gives: "code", taken: None, refused, enough: 7, candidates: vec![one, date] }
    }

    #[test]
    fn candidates_stand_with_their_reasons() {
        assert_eq!(
            table(&extracted(&[]), &Look::plain(80)),
            "SCORE  CANDIDATE\n    8  4… (6 characters)\n  │ +7 beside, +1 six, in an earlier message, which this one quotes or forwards\n    \
             0  2… (4 characters)\n  │ a date\ncredible from 7 on"
        );
    }

    #[test]
    fn a_refusal_names_what_was_refused() {
        assert!(extracted(&[]).complaint(false).ends_with("--explain says what was looked at"));
        assert_eq!(extracted(&[]).complaint(true), "there is no code in this message");
        assert!(extracted(&["4…"]).complaint(false).contains("doubtful, and none is guessed: 4…;"));
        assert!(
            extracted(&["4…", "7…"])
                .complaint(false)
                .starts_with("2 candidates for the code, none is guessed: 4…, 7…;")
        );
        assert_eq!(json(&extracted(&["4…"]))["outcome"], "refused");
    }
}
