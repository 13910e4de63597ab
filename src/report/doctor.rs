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
        grid.row_with(vec![health, Cell::new(check.name, Tone::Strong)], Tone::Plain, inert(&check.found));
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
