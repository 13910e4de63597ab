//! Where boxes go: in rows, each below all that it waits for, with as few crossings and bends as some sweeps find.

use std::iter::repeat_n;

/// Between neighbours in a row, and between rows.
const GAP: (f64, f64) = (28.0, 40.0);
const SWEEPS: usize = 12;
/// An arrow over several rows has a place of its own in each, as long as there are not more of these.
const MOST_PLACES: usize = 20_000;

/// A point, or a width and a height. The top left is the origin.
pub(super) type Point = (f64, f64);

#[derive(Debug)]
pub(super) struct Placed {
    /// The top left corner of each box.
    pub corners: Vec<Point>,
    /// For each arrow its points from one row to the next, two by two: where a row is left, where one is reached.
    pub routes: Vec<Vec<Point>>,
    pub size: Point,
}

/// Places boxes of the given sizes. `arrows` go from smaller to larger indices.
pub(super) fn place(sizes: &[Point], arrows: &[(usize, usize)]) -> Placed {
    let mut rows = Rows::new(sizes, arrows);
    rows.order();
    rows.spread();
    rows.placed(sizes)
}

/// A box, or where an arrow goes through a row.
#[derive(Debug, Default)]
struct Cell {
    row: usize,
    width: f64,
    /// Of its centre.
    x: f64,
    above: Vec<usize>,
    below: Vec<usize>,
}

struct Rows {
    /// The boxes come first, by their indices.
    cells: Vec<Cell>,
    rows: Vec<Vec<usize>>,
    /// The cells that each arrow goes through.
    routes: Vec<Vec<usize>>,
}

impl Rows {
    fn new(sizes: &[Point], arrows: &[(usize, usize)]) -> Self {
        let mut row = vec![0; sizes.len()];
        let mut sorted = arrows.to_vec();
        sorted.sort_unstable();
        sorted.iter().for_each(|(from, to)| row[*to] = row[*to].max(row[*from] + 1));
        let cell = |(index, size): (usize, &Point)| Cell { row: row[index], width: size.0, ..Cell::default() };
        let mut cells: Vec<Cell> = sizes.iter().enumerate().map(cell).collect();
        let places: usize = arrows.iter().map(|(from, to)| row[*to] - row[*from] - 1).sum();
        let routes = arrows.iter().map(|(from, to)| {
            let between = if places > MOST_PLACES { 0..0 } else { row[*from] + 1..row[*to] };
            let mut route = vec![*from];
            for row in between {
                route.push(cells.len());
                cells.push(Cell { row, ..Cell::default() });
            }
            route.push(*to);
            for pair in route.windows(2) {
                cells[pair[0]].below.push(pair[1]);
                cells[pair[1]].above.push(pair[0]);
            }
            route
        });
        let routes = routes.collect();
        let mut rows = vec![Vec::new(); row.iter().max().map_or(0, |last| last + 1)];
        cells.iter().enumerate().for_each(|(index, cell)| rows[cell.row].push(index));
        Self { cells, rows, routes }
    }

    /// Sorts each row by what its cells are joined to, down and up in turns, and keeps the order with the fewest crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..SWEEPS {
            let position = |rows: &[Vec<usize>]| {
                let mut position = vec![0.0; self.cells.len()];
                rows.iter().for_each(|row| row.iter().enumerate().for_each(|(at, cell)| position[*cell] = at as f64));
                position
            };
            let mut at = position(&self.rows);
            let down = sweep % 2 == 0;
            for step in 0..self.rows.len() {
                let row = if down { step } else { self.rows.len() - 1 - step };
                let wanted = |cell: &usize| {
                    let joined = if down { &self.cells[*cell].above } else { &self.cells[*cell].below };
                    mean(joined.iter().map(|other| at[*other])).unwrap_or(at[*cell])
                };
                let mut keyed: Vec<(f64, usize)> = self.rows[row].iter().map(|cell| (wanted(cell), *cell)).collect();
                keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
                self.rows[row] = keyed.into_iter().map(|(_, cell)| cell).collect();
                self.rows[row].iter().enumerate().for_each(|(place, cell)| at[*cell] = place as f64);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
    }

    fn crossings(&self) -> usize {
        let mut position = vec![0; self.cells.len()];
        self.rows.iter().for_each(|row| row.iter().enumerate().for_each(|(at, cell)| position[*cell] = at));
        let mut crossings = 0;
        for row in &self.rows {
            // Of two arrows that begin further left and further right, the first ends further right: they cross.
            let mut ends: Vec<usize> = Vec::new();
            for cell in row {
                let mut own: Vec<usize> = self.cells[*cell].below.iter().map(|below| position[*below]).collect();
                own.sort_unstable();
                let over = |end: &usize| ends.len() - ends.partition_point(|other| other <= end);
                crossings += own.iter().map(over).sum::<usize>();
                own.iter().for_each(|end| ends.insert(ends.partition_point(|other| other <= end), *end));
            }
        }
        crossings
    }

    /// Moves the cells of each row towards what they are joined to, without changing their order.
    fn spread(&mut self) {
        let last = self.rows.len().saturating_sub(1);
        self.rows.clone().iter().for_each(|row| self.settle(row, |_, _| 0.0));
        // The last sweep goes down and minds both sides: what hangs on one box alone ends straight below it.
        for sweep in 0..=SWEEPS {
            for step in 0..self.rows.len() {
                let down = sweep % 2 == 0;
                let row = self.rows[if down { step } else { last - step }].clone();
                self.settle(&row, |cells, cell| {
                    let both = cells[cell].above.iter().chain(&cells[cell].below);
                    let joined = if down { &cells[cell].above } else { &cells[cell].below };
                    let of = |joined: &mut dyn Iterator<Item = &usize>| mean(joined.map(|other| cells[*other].x));
                    let wanted = if sweep == SWEEPS { None } else { of(&mut joined.iter()) };
                    wanted.or_else(|| of(&mut both.into_iter())).unwrap_or(cells[cell].x)
                });
            }
        }
    }

    /// Puts the cells of a row as near to where they are wanted, by the sum of squares, as their widths allow.
    fn settle(&mut self, row: &[usize], wanted: impl Fn(&[Cell], usize) -> f64) {
        let mut offsets = Vec::with_capacity(row.len());
        let mut offset = 0.0;
        for (at, cell) in row.iter().enumerate() {
            let before = at.checked_sub(1).map_or(0.0, |before| self.cells[row[before]].width / 2.0 + GAP.0);
            offset += before + if at == 0 { 0.0 } else { self.cells[*cell].width / 2.0 };
            offsets.push(offset);
        }
        let targets = row.iter().zip(&offsets).map(|(cell, offset)| wanted(&self.cells, *cell) - offset);
        for ((cell, offset), x) in row.iter().zip(&offsets).zip(rising(targets)) {
            self.cells[*cell].x = x + offset;
        }
    }

    fn placed(&self, sizes: &[Point]) -> Placed {
        let mut heights = vec![0.0_f64; self.rows.len()];
        sizes.iter().zip(&self.cells).for_each(|(size, cell)| heights[cell.row] = heights[cell.row].max(size.1));
        let tops: Vec<f64> = heights
            .iter()
            .scan(0.0, |y, height| {
                let top = *y;
                *y += height + GAP.1;
                Some(top)
            })
            .collect();
        let left = self.cells.iter().map(|cell| cell.x - cell.width / 2.0).fold(f64::INFINITY, f64::min);
        let right = self.cells.iter().map(|cell| cell.x + cell.width / 2.0).fold(f64::NEG_INFINITY, f64::max);
        let corner = |cell: &Cell| (cell.x - cell.width / 2.0 - left, tops[cell.row]);
        let route = |route: &Vec<usize>| {
            let ends = |pair: &[usize]| {
                let (from, to) = (&self.cells[pair[0]], &self.cells[pair[1]]);
                [(from.x - left, tops[from.row] + heights[from.row]), (to.x - left, tops[to.row])]
            };
            route.windows(2).flat_map(ends).collect()
        };
        let bottom = tops.last().zip(heights.last()).map_or(0.0, |(top, height)| top + height);
        Placed {
            corners: self.cells.iter().take(sizes.len()).map(corner).collect(),
            routes: self.routes.iter().map(route).collect(),
            size: ((right - left).max(0.0), bottom),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// The sequence that never falls and is nearest to `values` by the sum of squares.
fn rising(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for value in values {
        let mut block = (value, 1);
        while let Some((mean, count)) = blocks.pop_if(|last| last.0 > block.0) {
            let sum = mean * count as f64 + block.0 * block.1 as f64;
            block = (sum / (count + block.1) as f64, count + block.1);
        }
        blocks.push(block);
    }
    blocks.into_iter().flat_map(|(mean, count)| repeat_n(mean, count)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graphs() -> impl Strategy<Value = (Vec<Point>, Vec<(usize, usize)>)> {
        (1..30_usize).prop_flat_map(|count| {
            let sizes = prop::collection::vec((20.0..300.0, 20.0..200.0), count);
            let arrow = (0..count, 0..count).prop_filter_map("forward", |(a, b)| (a < b).then_some((a, b)));
            let arrows = prop::collection::btree_set(arrow, 0..count.saturating_mul(2));
            // A single box has no arrows to draw.
            let arrows = if count > 1 { arrows.boxed() } else { Just(Default::default()).boxed() };
            (sizes, arrows.prop_map(|arrows| arrows.into_iter().collect()))
        })
    }

    proptest! {
        #[test]
        fn no_two_boxes_overlap_and_each_is_below_what_it_waits_for((sizes, arrows) in graphs()) {
            let placed = place(&sizes, &arrows);
            let boxes: Vec<_> = placed.corners.iter().zip(&sizes).map(|(at, size)| (*at, (at.0 + size.0, at.1 + size.1))).collect();
            for (index, (one_from, one_to)) in boxes.iter().enumerate() {
                prop_assert!(one_from.0 > -0.01 && one_to.0 < placed.size.0 + 0.01 && one_to.1 < placed.size.1 + 0.01);
                for (from, to) in &boxes[index + 1..] {
                    let apart = one_to.0 < from.0 || to.0 < one_from.0 || one_to.1 < from.1 || to.1 < one_from.1;
                    prop_assert!(apart, "{one_from:?} to {one_to:?} and {from:?} to {to:?}");
                }
            }
            for ((from, to), route) in arrows.iter().zip(&placed.routes) {
                prop_assert!(boxes[*from].1.1 < boxes[*to].0.1);
                prop_assert!(route.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{route:?}");
            }
        }
    }

    #[test]
    fn a_chain_is_a_straight_line() {
        let placed = place(&[(100.0, 40.0), (60.0, 40.0), (80.0, 40.0)], &[(0, 1), (1, 2)]);
        assert!(placed.routes.iter().flatten().all(|point| (point.0 - 50.0).abs() < 0.01), "{placed:?}");
    }

    #[test]
    fn two_arrows_that_would_cross_are_untangled() {
        let boxes = [(50.0, 20.0); 4];
        let rows = |arrows| {
            let mut rows = Rows::new(&boxes, arrows);
            let before = rows.crossings();
            rows.order();
            (before, rows.crossings())
        };
        assert_eq!(rows(&[(0, 3), (1, 2)]), (1, 0));
    }

    #[test]
    fn nothing_takes_no_room() {
        let placed = place(&[], &[]);
        assert_eq!(placed.size, (0.0, 0.0));
    }
}
