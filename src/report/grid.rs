//! Cells in aligned columns, with free lines between the rows.

use super::look::{Look, Tone};
use super::text::{columns, inert, pad, pad_left, shorten_middle, wrap};

/// Between two columns.
const GAP: usize = 2;
/// A column that gives way keeps so many.
const LEAST: usize = 10;
/// Text below a row is not wrapped to less.
const LEAST_TEXT: usize = 20;

pub(super) struct Cell {
    text: String,
    tone: Tone,
    right: bool,
    indent: usize,
    sign: Option<(&'static str, Tone)>,
}

impl Cell {
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone, right: false, indent: 0, sign: None }
    }

    pub fn right(self) -> Self {
        Self { right: true, ..self }
    }

    pub fn indent(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Puts a sign of one column before the text.
    pub fn sign(self, sign: &'static str, tone: Tone) -> Self {
        Self { sign: Some((sign, tone)), ..self }
    }

    fn width(&self) -> usize {
        self.lead() + columns(&self.text)
    }

    fn lead(&self) -> usize {
        self.indent + if self.sign.is_some() { 2 } else { 0 }
    }

    fn draw(&self, width: usize, look: &Look) -> String {
        let room = width.saturating_sub(self.lead());
        let text = shorten_middle(&self.text, room, look);
        let painted = look.paint(self.tone, &text);
        let painted = if self.right { pad_left(&painted, room) } else { pad(&painted, room) };
        let sign = self.sign.map(|(sign, tone)| format!("{} ", look.paint(tone, sign))).unwrap_or_default();
        format!("{}{sign}{painted}", " ".repeat(self.indent))
    }
}

enum Line {
    /// What the columns are called.
    Head(Vec<Cell>),
    /// Cells, and text in no column that goes on behind them.
    Row(Vec<Cell>, Option<(Tone, String)>),
    Free(String),
    /// Columns before it, its tone and its words.
    Detail(usize, Tone, String),
    /// The same with a grid of its own.
    Inner(usize, Tone, Grid),
}

/// Where the look cuts, nothing is wider than it: one column gives way, and if that is not enough each row is folded, its cells
/// but the first on lines of their own.
pub(super) struct Grid {
    lines: Vec<Line>,
    indent: usize,
    flexible: usize,
}

impl Grid {
    pub fn new(indent: usize, flexible: usize) -> Self {
        Self { lines: Vec::new(), indent, flexible }
    }

    pub fn head(&mut self, cells: Vec<Cell>) {
        self.lines.push(Line::Head(cells));
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.lines.push(Line::Row(cells, None));
    }

    /// A row whose last cell is followed by `tail`; where there is no room, it stands below.
    pub fn row_with(&mut self, cells: Vec<Cell>, tone: Tone, tail: impl Into<String>) {
        self.lines.push(Line::Row(cells, Some((tone, tail.into()))));
    }

    /// A line that belongs to the row above it and to no column.
    pub fn free(&mut self, line: String) {
        self.lines.push(Line::Free(line));
    }

    /// Text behind a bar below a row, so that no line begins with what came from outside.
    pub fn detail(&mut self, indent: usize, tone: Tone, text: &str) {
        self.lines.push(Line::Detail(indent, tone, inert(text)));
    }

    /// A grid behind a bar below a row.
    pub fn inner(&mut self, indent: usize, tone: Tone, grid: Grid) {
        self.lines.push(Line::Inner(indent, tone, grid));
    }

    pub fn render(&self, look: &Look) -> String {
        let widths = self.widths(look);
        let mut text = String::new();
        let mut push = |line: &str| {
            text.push_str(line.trim_end());
            text.push('\n');
        };
        for line in &self.lines {
            match line {
                Line::Free(line) => push(line),
                Line::Detail(indent, tone, text) => {
                    detail(*indent, *tone, text, look).iter().for_each(|line| push(line))
                }
                Line::Inner(indent, tone, grid) => {
                    let narrower = Look { width: look.width.saturating_sub(indent + 2).max(LEAST_TEXT), ..*look };
                    let lead = lead(*indent, *tone, look);
                    grid.render(&narrower).lines().for_each(|line| push(&format!("{lead}{line}")));
                }
                Line::Head(cells) => widths.iter().for_each(|widths| push(&self.draw(cells, widths, look))),
                Line::Row(cells, tail) => {
                    self.row_lines(cells, tail, widths.as_deref(), look).iter().for_each(|l| push(l))
                }
            }
        }
        text
    }

    /// `widths`: those of the columns; without them the row is folded.
    fn row_lines(
        &self,
        cells: &[Cell],
        tail: &Option<(Tone, String)>,
        widths: Option<&[usize]>,
        look: &Look,
    ) -> Vec<String> {
        let mut lines = match widths {
            Some(widths) => vec![self.draw(cells, widths, look)],
            None => self.fold(cells, look),
        };
        let Some((tone, tail)) = tail.as_ref().filter(|(_, tail)| !tail.is_empty()) else { return lines };
        let first = lines.first().map_or(0, |line| columns(line)) + GAP;
        match lines.as_mut_slice() {
            [line] if !look.cuts || first + columns(tail) <= look.width => {
                line.push_str(&format!("{}{}", " ".repeat(GAP), look.paint(*tone, tail)));
            }
            _ => lines.extend(detail(self.below(cells), *tone, tail, look)),
        }
        lines
    }

    fn draw(&self, cells: &[Cell], widths: &[usize], look: &Look) -> String {
        let drawn: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| cell.draw(*width, look)).collect();
        format!("{}{}", " ".repeat(self.indent), drawn.join(&" ".repeat(GAP)))
    }

    fn fold(&self, cells: &[Cell], look: &Look) -> Vec<String> {
        let Some((first, rest)) = cells.split_first() else { return Vec::new() };
        let width = first.width().min(look.width.saturating_sub(self.indent));
        let mut lines = vec![self.draw(std::slice::from_ref(first), &[width], look)];
        let indent = self.below(cells);
        let mut line = String::new();
        for cell in rest.iter().filter(|cell| !cell.text.is_empty()) {
            let room = look.width.saturating_sub(indent);
            let cell = cell.draw(cell.width().min(room), look);
            if !line.is_empty() && columns(&line) + GAP + columns(&cell) > room {
                lines.push(format!("{}{line}", " ".repeat(indent)));
                line.clear();
            }
            line.push_str(&" ".repeat(if line.is_empty() { 0 } else { GAP }));
            line.push_str(&cell);
        }
        if !line.is_empty() {
            lines.push(format!("{}{line}", " ".repeat(indent)));
        }
        lines
    }

    /// Columns before what stands below a row.
    fn below(&self, cells: &[Cell]) -> usize {
        self.indent + cells.first().map_or(0, Cell::lead).max(2)
    }

    /// `None` if the columns cannot stand side by side.
    fn widths(&self, look: &Look) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> = Vec::new();
        for line in &self.lines {
            let (Line::Head(cells) | Line::Row(cells, _)) = line else { continue };
            widths.resize(widths.len().max(cells.len()), 0);
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.width());
            }
        }
        let whole = self.indent + widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let excess = if look.cuts { whole.saturating_sub(look.width) } else { 0 };
        if excess > 0 {
            let width = widths.get_mut(self.flexible)?;
            *width = width.checked_sub(excess).filter(|left| *left >= LEAST.min(*width))?;
        }
        Some(widths)
    }
}

fn detail(indent: usize, tone: Tone, text: &str, look: &Look) -> Vec<String> {
    let lines = wrap(text, look.width.saturating_sub(indent + 2).max(LEAST_TEXT));
    let lead = lead(indent, tone, look);
    lines.iter().map(|line| format!("{lead}{line}")).collect()
}

/// What stands before each line below a row.
fn lead(indent: usize, tone: Tone, look: &Look) -> String {
    format!("{}{} ", " ".repeat(indent), look.paint(tone, if look.unicode { "│" } else { "|" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let mut grid = Grid::new(1, 0);
        grid.head(vec![Cell::new("NAME", Tone::Plain), Cell::new("N", Tone::Plain).right()]);
        grid.row(vec![Cell::new("a long first cell", Tone::Plain), Cell::new("7", Tone::Plain).right()]);
        grid.detail(3, Tone::Plain, "be\nlow");
        let b = Cell::new("b", Tone::Plain).sign("+", Tone::Good).indent(2);
        grid.row_with(vec![b, Cell::new("1234", Tone::Plain).right()], Tone::Plain, "tail of it");
        grid
    }

    #[test]
    fn the_flexible_column_gives_way_in_its_middle() {
        let whole =
            " NAME                  N\n a long first cell     7\n   │ be low\n   + b              1234  tail of it\n";
        assert_eq!(grid().render(&Look::plain(80)), whole);
        assert_eq!(grid().render(&Look { cuts: false, ..Look::plain(18) }), whole);
        let narrow =
            " NAME              N\n a long…t cell     7\n   │ be low\n   + b          1234\n     │ tail of it\n";
        assert_eq!(grid().render(&Look::plain(20)), narrow);
    }

    #[test]
    fn columns_that_cannot_stand_side_by_side_are_folded() {
        let folded = " a lon… cell\n   7\n   │ be low\n   + b\n     1234\n     │ tail of it\n";
        assert_eq!(grid().render(&Look::plain(12)), folded);
    }
}
