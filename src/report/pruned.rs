//! `onramp prune`: what became of old runs.

use serde_json::{Value, json};

use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::stand::run_sign;
use super::text::inert;
use super::times::day;
use crate::clock::Timestamp;
use crate::run::RunStatus;

/// A run, or a fleet, that is old enough to be pruned.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub run: String,
    pub is_fleet: bool,
    pub workflow: String,
    /// `None` if the run cannot be read.
    pub status: Option<RunStatus>,
    pub ended: Option<Timestamp>,
    pub kept: bool,
    /// What was done, or why nothing was.
    pub what: String,
}

/// One line for each run, in the order given.
pub fn page(rows: &[Row], look: &Look) -> String {
    let mut grid = Grid::new(0, 1);
    let head = ["RUN", "WORKFLOW", "STATE", "ENDED"];
    grid.head(head.iter().map(|title| Cell::new(*title, Tone::Faint)).collect());
    for row in rows {
        let (tone, state) = row.status.map_or((Tone::Bad, "unreadable"), |status| {
            let (_, tone, word) = run_sign(status);
            (tone, word)
        });
        let cells = vec![
            Cell::new(format!("{}{}", if row.is_fleet { "fleet " } else { "" }, row.run), Tone::Plain),
            Cell::new(inert(&row.workflow), Tone::Plain),
            Cell::new(state, tone),
            Cell::new(row.ended.map(day).unwrap_or_default(), Tone::Faint),
        ];
        grid.row_with(cells, if row.kept { Tone::Care } else { Tone::Plain }, inert(&row.what));
    }
    grid.render(look).trim_end().to_owned()
}

/// The same as one JSON document.
pub fn json(rows: &[Row]) -> Value {
    let document = |row: &Row| {
        let id = if row.is_fleet { "fleet" } else { "run_id" };
        json!({
            id: row.run, "workflow": row.workflow, "status": row.status.map(RunStatus::as_str),
            "ended": row.ended.map(|at| at.to_string()), "kept": row.kept, "what": row.what,
        })
    };
    rows.iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |run: &str, status, kept, what: &str| Row {
            run: run.to_owned(),
            is_fleet: false,
            workflow: "bootstrap".to_owned(),
            status,
            ended: Some(Timestamp::from_millis(1_795_311_245_067)),
            kept,
            what: what.to_owned(),
        };
        vec![
            row("20261122-013405-k7qz2m", Some(RunStatus::Succeeded), false, "forgotten, with its sandbox"),
            row("20261122-013405-aaaaaa", Some(RunStatus::InDoubt), true, "kept: in doubt\n::error::\u{1b}[2J"),
            Row { ended: None, workflow: String::new(), ..row("b", None, true, "kept: cannot be read") },
        ]
    }

    #[test]
    fn every_run_has_a_line_that_says_what_became_of_it() {
        insta::assert_snapshot!(page(&rows(), &Look { cuts: false, ..Look::plain(80) }), @r"
        RUN                     WORKFLOW   STATE       ENDED
        20261122-013405-k7qz2m  bootstrap  succeeded   2026-11-22  forgotten, with its sandbox
        20261122-013405-aaaaaa  bootstrap  in doubt    2026-11-22  kept: in doubt \u{3a}:error::\u{1b}[2J
        b                                  unreadable              kept: cannot be read
        ");
    }

    #[test]
    fn on_a_narrow_terminal_it_stands_below() {
        insta::assert_snapshot!(page(&rows()[..1], &Look::plain(80)), @r"
        RUN                     WORKFLOW   STATE      ENDED
        20261122-013405-k7qz2m  bootstrap  succeeded  2026-11-22
          │ forgotten, with its sandbox
        ");
        insta::assert_snapshot!(page(&rows()[..1], &Look::plain(40)), @r"
        20261122-013405-k7qz2m
          bootstrap  succeeded  2026-11-22
          │ forgotten, with its sandbox
        ");
    }

    #[test]
    fn the_document_has_the_same() {
        let document = json(&rows());
        assert_eq!((&document[0]["status"], &document[0]["kept"]), (&"succeeded".into(), &false.into()));
        assert_eq!((&document[2]["status"], &document[2]["ended"]), (&Value::Null, &Value::Null));
    }
}
