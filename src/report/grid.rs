//! Cells in aligned columns, with free lines between the rows.

use super::look::{Look, Tone};
use super::text::{columns, pad, pad_left, shorten};

/// Between two columns.
const GAP: usize = 2;

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
        let text = shorten(&self.text, room, look);
        let painted = look.paint(self.tone, &text);
        let painted = if self.right { pad_left(&painted, room) } else { pad(&painted, room) };
        let sign = self.sign.map(|(sign, tone)| format!("{} ", look.paint(tone, sign))).unwrap_or_default();
        format!("{}{sign}{painted}", " ".repeat(self.indent))
    }
}

enum Line {
    /// Cells, and text that goes on behind them as far as there is room.
    Row(Vec<Cell>, String),
    Free(String),
}

/// One column gives way when the whole is too wide, if the look lets it.
pub(super) struct Grid {
    lines: Vec<Line>,
    indent: usize,
    flexible: usize,
}

impl Grid {
    pub fn new(indent: usize, flexible: usize) -> Self {
        Self { lines: Vec::new(), indent, flexible }
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.row_with(cells, "");
    }

    /// A row whose last cell is followed by `tail`, which is in no column.
    pub fn row_with(&mut self, cells: Vec<Cell>, tail: &str) {
        self.lines.push(Line::Row(cells, tail.to_owned()));
    }

    /// A line that belongs to the row above it and to no column.
    pub fn free(&mut self, line: String) {
        self.lines.push(Line::Free(line));
    }

    pub fn render(&self, look: &Look) -> String {
        let widths = self.widths(look);
        let mut text = String::new();
        for line in &self.lines {
            match line {
                Line::Free(line) => text.push_str(line.trim_end()),
                Line::Row(cells, tail) => text.push_str(self.draw(cells, tail, &widths, look).trim_end()),
            }
            text.push('\n');
        }
        text
    }

    fn draw(&self, cells: &[Cell], tail: &str, widths: &[usize], look: &Look) -> String {
        let drawn: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| cell.draw(*width, look)).collect();
        let row = format!("{}{}{}", " ".repeat(self.indent), drawn.join(&" ".repeat(GAP)), " ".repeat(GAP));
        let room = look.width.saturating_sub(columns(&row));
        let tail = if look.cuts { shorten(tail, room, look) } else { tail.to_owned() };
        format!("{row}{}", look.paint(Tone::Faint, &tail))
    }

    fn widths(&self, look: &Look) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for line in &self.lines {
            let Line::Row(cells, _) = line else { continue };
            widths.resize(widths.len().max(cells.len()), 0);
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.width());
            }
        }
        let whole = self.indent + widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        if let Some(width) = widths.get_mut(self.flexible).filter(|_| look.cuts) {
            *width = width.saturating_sub(whole.saturating_sub(look.width)).max(8.min(*width));
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flexible_column_gives_way() {
        let mut grid = Grid::new(1, 0);
        grid.row(vec![Cell::new("a long first cell", Tone::Plain), Cell::new("7", Tone::Plain).right()]);
        grid.free("   below".into());
        let b = Cell::new("b", Tone::Plain).sign("+", Tone::Good).indent(2);
        grid.row_with(vec![b, Cell::new("1234", Tone::Plain).right()], "tail");
        assert_eq!(
            grid.render(&Look::plain(80)),
            " a long first cell     7\n   below\n   + b              1234  tail\n"
        );
        assert_eq!(
            grid.render(&Look { cuts: false, ..Look::plain(18) }),
            " a long first cell     7\n   below\n   + b              1234  tail\n"
        );
        assert_eq!(grid.render(&Look::plain(18)), " a long fir…     7\n   below\n   + b        1234\n");
    }
}
