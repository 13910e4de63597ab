//! Rows that cannot take part, and why.

use serde_json::{Value, json};

use crate::fleet::BadRow;
use crate::report::grid::{Cell, Grid};
use crate::report::look::{Look, Tone};
use crate::report::text::inert;

/// Lines of the table; the rest is counted.
const MOST: usize = 50;

/// One line for each thing that is wrong.
pub fn page(bad: &[BadRow], look: &Look) -> String {
    let of_file = bad.iter().any(|row| row.line.is_some());
    let mut grid = Grid::new(0, if of_file { 2 } else { 1 });
    let head = ["ROW", "LINE", "COLUMN"].into_iter().filter(|title| of_file || *title != "LINE");
    grid.head(head.map(|title| Cell::new(title, Tone::Faint)).collect());
    for row in bad.iter().take(MOST) {
        let line = row.line.map(|line| line.to_string()).unwrap_or_default();
        let column = inert(row.column.as_deref().unwrap_or_default());
        let mut cells = vec![Cell::new(row.number.to_string(), Tone::Plain).right()];
        cells.extend(of_file.then(|| Cell::new(line, Tone::Faint).right()));
        cells.push(Cell::new(column, Tone::Strong));
        grid.row_with(cells, Tone::Plain, reason(row));
    }
    let mut page = grid.render(look);
    let more = bad.len().saturating_sub(MOST);
    if more > 0 {
        page.push_str(&format!("and {more} more\n"));
    }
    page
}

fn reason(row: &BadRow) -> String {
    match &row.found {
        Some(found) => inert(&format!("`{found}`: {}", row.reason)),
        None => inert(&row.reason),
    }
}

/// All of them, for programs.
pub fn json(bad: &[BadRow]) -> Value {
    let document = |row: &BadRow| {
        json!({
            "row": row.number, "line": row.line, "column": row.column, "found": row.found, "reason": row.reason,
        })
    };
    bad.iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::columns;

    fn bad(number: u64, column: &str, found: Option<&str>, reason: &str) -> BadRow {
        BadRow {
            number,
            line: Some(number + 1),
            column: Some(column.to_owned()),
            found: found.map(str::to_owned),
            reason: reason.to_owned(),
        }
    }

    fn rows() -> Vec<BadRow> {
        vec![
            bad(3, "email", Some("ada"), "not an e-mail address: one is written `name@host`"),
            bad(128, "team", None, "missing: a string is wanted"),
            BadRow { column: None, ..bad(200, "", None, "the header has 2 columns, and the row 3") },
        ]
    }

    #[test]
    fn a_wide_terminal_has_one_line_for_each() {
        assert_eq!(
            page(&rows(), &Look::plain(100)),
            "ROW  LINE  COLUMN\n  3     4  email   `ada`: not an e-mail address: one is written `name@host`\n128   129  \
             team    missing: a string is wanted\n200   201          the header has 2 columns, and the row 3\n"
        );
    }

    #[test]
    fn a_narrow_terminal_is_not_exceeded() {
        let page = page(&rows(), &Look::plain(40));
        assert!(page.lines().all(|line| columns(line) <= 40), "{page}");
        assert!(page.contains("`name@host`"), "{page}");
    }

    #[test]
    fn rows_of_a_template_have_no_lines() {
        let rows = [BadRow { line: None, ..bad(3, "email", None, "no") }];
        assert_eq!(page(&rows, &Look::plain(80)), "ROW  COLUMN\n  3  email   no\n");
    }

    #[test]
    fn beyond_fifty_the_rest_is_counted_and_programs_get_all() {
        let rows: Vec<BadRow> = (1..=60).map(|number| bad(number, "email", None, "no")).collect();
        let page = page(&rows, &Look::plain(80));
        assert_eq!((page.lines().count(), page.lines().last()), (52, Some("and 10 more")));
        assert_eq!(json(&rows).as_array().map(Vec::len), Some(60));
        assert_eq!(json(&rows)[2], json!({ "row": 3, "line": 4, "column": "email", "found": null, "reason": "no" }));
    }

    #[test]
    fn what_comes_from_a_file_commands_nobody() {
        let rows = [bad(1, "::error::\u{1b}[2J", Some("##[group]"), "no")];
        let page = page(&rows, &Look::plain(200));
        assert!(!page.contains('\u{1b}') && !page.contains(" ::error") && !page.contains("##["), "{page}");
    }
}
