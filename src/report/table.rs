//! A table that belongs to an error: rows of cells, what the columns are called first.

use serde_json::Value;

use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::text::{columns, inert};

/// As wide as it must be, or as the look lets it.
pub fn table(rows: &[Vec<String>], look: &Look) -> String {
    grid(rows).render(look)
}

pub(super) fn grid(rows: &[Vec<String>]) -> Grid {
    let width = |column: &usize| rows.iter().filter_map(|row| row.get(*column)).map(|cell| columns(cell)).max();
    let widest = (0..rows.first().map_or(0, Vec::len)).max_by_key(width).unwrap_or(0);
    let cells = |row: &Vec<String>, tone| row.iter().map(|cell| Cell::new(inert(cell), tone)).collect();
    let mut grid = Grid::new(0, widest);
    if let Some((head, rows)) = rows.split_first() {
        let head: Vec<String> = head.iter().map(|cell| cell.to_uppercase()).collect();
        grid.head(cells(&head, Tone::Faint));
        rows.iter().for_each(|row| grid.row(cells(row, Tone::Plain)));
    }
    grid
}

/// The same as objects, with the columns for keys.
pub fn objects(rows: &[Vec<String>]) -> Vec<Value> {
    let Some((head, rows)) = rows.split_first() else { return Vec::new() };
    let key = |name: &String| name.replace(' ', "_");
    let object = |row: &Vec<String>| head.iter().map(key).zip(row.iter().cloned().map(Value::String)).collect();
    rows.iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![
            row(["age", "from", "subject", "why not"]),
            row(["40s", "a@evil.test", "Verify your address at once \u{1b}[2J ::error::", "from another sender"]),
            row(["3m", "a@good.test", "\u{65e5}\u{672c}\u{8a9e}", "too old"]),
        ]
    }

    #[test]
    fn the_widest_column_gives_way() {
        let drawn = table(&rows(), &Look::plain(70));
        assert_eq!(
            drawn,
            "AGE  FROM         SUBJECT                          WHY NOT\n\
             40s  a@evil.test  Verify your add\u{2026} \\u{3a}:error::  from another sender\n\
             3m   a@good.test  \u{65e5}\u{672c}\u{8a9e}                           too old\n"
        );
        assert!(drawn.lines().all(|line| columns(line) <= 70));
        assert!(table(&rows(), &Look::plain(30)).lines().all(|line| columns(line) <= 30));
        assert_eq!(table(&[], &Look::plain(30)), "");
    }

    #[test]
    fn rows_are_objects_for_programs() {
        let expected =
            json!({ "age": "3m", "from": "a@good.test", "subject": "\u{65e5}\u{672c}\u{8a9e}", "why_not": "too old" });
        assert_eq!(objects(&rows())[1], expected);
        assert_eq!(objects(&[]), Vec::<Value>::new());
    }
}
