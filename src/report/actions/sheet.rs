//! All of one action, for a terminal.

use super::card::{Card, Row};
use crate::report::grid::{Cell, Grid};
use crate::report::look::{Look, Tone};
use crate::report::text::{columns, pad, wrap};
use crate::workflow::ActionSpec;

/// Before a label, and before what stands below one.
const INDENT: usize = 2;
const LABEL: usize = 8;
const GAP: usize = 2;
/// The last column of a table is not wrapped to less.
const LEAST: usize = 18;

pub fn sheet(spec: &ActionSpec, look: &Look) -> String {
    let card = Card::of(spec);
    let mut text = format!("{}\n", look.paint(Tone::Strong, card.name));
    text += &block(card.doc, look);
    text.push('\n');
    card.said.iter().for_each(|(label, said)| text += &labelled(label, said, look));
    text += &table("Parameters", &card.parameters, look);
    text += &table("Outputs", &card.outputs, look);
    text += &card.captures.map(|captures| format!("\n{}", block(captures, look))).unwrap_or_default();
    if !card.errors.is_empty() {
        text += &heading("Errors", look);
        let lines = wrap(&card.errors.join(", "), look.width.saturating_sub(2 * INDENT));
        text.extend(lines.iter().map(|line| format!("{}{line}\n", " ".repeat(2 * INDENT))));
    }
    if !card.example.is_empty() {
        text += &heading("Example", look);
        text.extend(card.example.lines().map(|line| format!("{}{line}\n", " ".repeat(2 * INDENT))));
    }
    text
}

fn heading(label: &str, look: &Look) -> String {
    format!("\n{}{}\n", " ".repeat(INDENT), look.paint(Tone::Faint, label))
}

fn block(text: &str, look: &Look) -> String {
    let lines = wrap(text, look.width.saturating_sub(INDENT));
    lines.iter().map(|line| format!("{}{line}\n", " ".repeat(INDENT))).collect()
}

fn labelled(label: &str, said: &str, look: &Look) -> String {
    let lines = wrap(said, look.width.saturating_sub(INDENT + LABEL + GAP));
    let line = |(number, line): (usize, &String)| {
        let label = look.paint(Tone::Faint, &pad(if number == 0 { label } else { "" }, LABEL));
        format!("{}{label}{}{line}\n", " ".repeat(INDENT), " ".repeat(GAP))
    };
    lines.iter().enumerate().map(line).collect()
}

/// The last column is wrapped below itself.
fn table(label: &str, rows: &[Row<'_>], look: &Look) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let widest = |column: usize| rows.iter().map(|row| columns(facts(row)[column])).max().unwrap_or(0);
    let taken: usize = (0..3).map(widest).sum();
    let room = look.width.saturating_sub(2 * INDENT + taken + 3 * GAP).max(LEAST);
    let mut grid = Grid::new(2 * INDENT, 3);
    for row in rows {
        for (number, line) in wrap(&row.doc, room).into_iter().enumerate() {
            let cells = if number == 0 { facts(row) } else { [""; 3] };
            let tones = [Tone::Plain, Tone::Faint, Tone::Care];
            let mut cells: Vec<Cell> = cells.iter().zip(tones).map(|(cell, tone)| Cell::new(*cell, tone)).collect();
            cells.push(Cell::new(line, Tone::Plain));
            grid.row(cells);
        }
    }
    heading(label, look) + &grid.render(&Look { cuts: false, ..*look })
}

fn facts<'a>(row: &'a Row<'_>) -> [&'a str; 3] {
    [row.name, &row.ty, &row.marks]
}
