//! `onramp doctor`: what was looked at, how it stands, and what to do.

use serde_json::{Value, json};

use super::grid::{Cell, Grid};
use super::look::{Look, Sign, Tone};
use super::text::inert;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Ok,
    /// A run may do all the same.
    Warning,
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub name: &'static str,
    pub health: Health,
    pub found: String,
    pub advice: Option<String>,
}

impl Health {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }

    const fn sign(self) -> (Sign, Tone) {
        match self {
            Self::Ok => (Sign::Done, Tone::Good),
            Self::Warning => (Sign::Doubt, Tone::Care),
            Self::Failed => (Sign::Failed, Tone::Bad),
        }
    }
}

/// A line for each check, and below it what to do.
pub fn page(checks: &[Check], look: &Look) -> String {
    let mut grid = Grid::new(0, 1);
    for check in checks {
        let (sign, tone) = check.health.sign();
        let health = Cell::new(check.health.as_str(), tone).sign(look.sign(sign), tone);
        let mut found = check.found.lines();
        let first = inert(found.next().unwrap_or_default());
        grid.row_with(vec![health, Cell::new(check.name, Tone::Strong)], Tone::Plain, first);
        found.for_each(|line| grid.detail(2, Tone::Plain, line));
        if let Some(advice) = &check.advice {
            grid.detail(2, Tone::Plain, advice);
        }
    }
    grid.render(look).trim_end().to_owned()
}

/// The same as one JSON document.
pub fn json(checks: &[Check]) -> Value {
    let document = |check: &Check| {
        json!({
            "check": check.name, "status": check.health.as_str(), "found": check.found, "advice": check.advice,
        })
    };
    json!({ "ok": is_well(checks), "checks": checks.iter().map(document).collect::<Vec<_>>() })
}

/// Nothing failed.
pub fn is_well(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.health != Health::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_in_many_lines_is_shown_in_as_many() {
        let found = "mine.toml:2:1: one\n\u{1b}[2Jmine.toml:3:1: two".to_owned();
        let check = Check { name: "onramp.toml", health: Health::Failed, found, advice: Some("mend it".into()) };
        let page = page(&[check], &Look::plain(80));
        let ends = ["onramp.toml  mine.toml:2:1: one", " \\u{1b}[2Jmine.toml:3:1: two", " mend it"];
        assert!(page.lines().zip(ends).all(|(line, end)| line.ends_with(end)), "{page}");
        assert_eq!(page.lines().count(), 3, "{page}");
    }
}
