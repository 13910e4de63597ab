//! Actions one a line.

use super::card::summary;
use crate::report::grid::{Cell, Grid};
use crate::report::look::{Look, Tone};
use crate::workflow::{ActionSpec, EffectRule};

pub fn list<'a>(specs: impl IntoIterator<Item = &'a ActionSpec>, look: &Look) -> String {
    let mut grid = Grid::new(0, 2);
    grid.head(["ACTION", "EFFECT", "WHAT IT DOES"].map(|head| Cell::new(head, Tone::Faint)).into());
    for spec in specs {
        let effect = match spec.effect {
            EffectRule::Always(effect) => effect.as_str(),
            EffectRule::ByMethod => "by method",
        };
        grid.row(vec![
            Cell::new(spec.name, Tone::Strong),
            Cell::new(effect, Tone::Plain),
            Cell::new(summary(spec), Tone::Plain),
        ]);
    }
    grid.render(look)
}
