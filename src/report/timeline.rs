//! When each step ran, drawn as bars over a common scale. Pauses between processes take no room.

use std::time::Duration;

use super::history::{History, Kind, Stretch};
use super::look::{Look, Sign, Tone};
use super::summary::Summary;
use super::text::{columns, pad, shorten_middle};
use super::times::time;

const NAME_WIDTH: usize = 24;
/// Narrower bars say nothing.
const LEAST_BAR: usize = 16;
const MOST_BAR: usize = 100;

pub(super) fn render(summary: &Summary, history: &History, look: &Look) -> String {
    let scale = Scale::new(history, look, summary);
    let worked = history.stretches.iter().any(|stretch| stretch.to > stretch.from);
    if !worked || scale.columns < LEAST_BAR {
        return String::new();
    }
    let end = time(scale.length);
    let axis = format!("{}{end}", pad("0", scale.columns.saturating_sub(columns(&end))));
    let title = pad("When", scale.name_width);
    let mut text = format!("  {}  {}\n", look.paint(Tone::Faint, &title), look.paint(Tone::Faint, &axis));
    for step in &summary.steps {
        let own: Vec<&Stretch> =
            history.stretches.iter().filter(|stretch| stretch.task.step.as_str() == step.id).collect();
        if own.is_empty() {
            continue;
        }
        let name = pad(&shorten_middle(&step.id, scale.name_width, look), scale.name_width);
        text.push_str(format!("  {name}  {}", scale.bar(&own, history, look)).trim_end());
        text.push('\n');
    }
    format!("{text}  {}  {}\n", " ".repeat(scale.name_width), look.paint(Tone::Faint, &legend(history, look)))
}

fn legend(history: &History, look: &Look) -> String {
    let any = |wanted: fn(Kind) -> bool| history.stretches.iter().any(|stretch| wanted(stretch.kind));
    let mut parts = vec![(Sign::Try, "try")];
    parts.extend(any(|kind| kind == Kind::Wait).then_some((Sign::Wait, "wait")));
    parts.extend(any(Kind::is_look).then_some((Sign::Look, "look")));
    parts.extend(any(|kind| matches!(kind, Kind::Undo(_))).then_some((Sign::Undo, "undo")));
    parts.extend((!history.pauses.is_empty()).then_some((Sign::Pause, "resumed")));
    let parts: Vec<String> = parts.into_iter().map(|(sign, word)| format!("{} {word}", look.sign(sign))).collect();
    parts.join("   ")
}

struct Scale {
    name_width: usize,
    columns: usize,
    /// Without pauses.
    length: Duration,
}

impl Scale {
    fn new(history: &History, look: &Look, summary: &Summary) -> Self {
        let name_width = summary.steps.iter().map(|step| columns(&step.id)).max().unwrap_or(0).clamp(4, NAME_WIDTH);
        let columns = look.width.saturating_sub(name_width + 5).min(MOST_BAR);
        Self { name_width, columns, length: history.worked(history.length) }
    }

    /// The column of a moment, from 0 to `columns - 1`.
    fn column(&self, history: &History, at: Duration) -> usize {
        let share = history.worked(at).as_millis() * self.columns as u128 / self.length.as_millis().max(1);
        usize::try_from(share).unwrap_or(usize::MAX).min(self.columns.saturating_sub(1))
    }

    fn bar(&self, own: &[&Stretch], history: &History, look: &Look) -> String {
        let mut cells: Vec<Option<Sign>> = vec![None; self.columns];
        for pause in &history.pauses {
            self.fill(&mut cells, self.column(history, pause.to), None, Sign::Pause);
        }
        // Tries and looks are drawn over waits: what was done counts more.
        let (waits, rest): (Vec<&Stretch>, Vec<&Stretch>) = own.iter().partition(|stretch| stretch.kind == Kind::Wait);
        for stretch in waits.into_iter().chain(rest) {
            let to = self.column(history, stretch.to);
            self.fill(&mut cells, self.column(history, stretch.from), Some(to), stretch.kind.sign());
        }
        cells.chunk_by(|one, other| one == other).map(|same| painted(same, look)).collect()
    }

    /// From one column up to, not including, another; at least one.
    fn fill(&self, cells: &mut [Option<Sign>], from: usize, to: Option<usize>, sign: Sign) {
        let end = to.unwrap_or(from).max(from + 1);
        cells.iter_mut().take(end).skip(from).for_each(|cell| *cell = Some(sign));
    }
}

/// Cells with the same sign, in its colour.
fn painted(same: &[Option<Sign>], look: &Look) -> String {
    let Some(Some(sign)) = same.first() else { return " ".repeat(same.len()) };
    let tone = match sign {
        Sign::Try => Tone::Busy,
        Sign::Look | Sign::Undo => Tone::Care,
        _ => Tone::Faint,
    };
    look.paint(tone, &look.sign(*sign).repeat(same.len()))
}
