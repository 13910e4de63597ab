//! The table of a run's steps: state, tries and time, and below each what went wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::{Inner, opens};
use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::stand::Stand;
use super::summary::{StepView, Summary, TaskView};
use super::text::{count, inert, time, wrap};
use super::undo::{RoundView, UndoView};
use crate::run::SkipReason;

/// A matrix with more items than this shows those that did not simply succeed.
const ALL_ITEMS: usize = 8;
/// And of those not more than this.
const NOTABLE_ITEMS: usize = 12;
/// Columns; text is not wrapped to less.
const LEAST_TEXT: usize = 20;

pub(super) fn render(summary: &Summary, look: &Look) -> String {
    let mut grid = Grid::new(2, 0);
    // The depth of a call that is not opened: what is deeper is left out.
    let mut closed: Option<usize> = None;
    for step in &summary.steps {
        if closed.is_some_and(|depth| step.depth > depth) {
            continue;
        }
        closed = (step.call.is_some() && !opens(step.stand)).then_some(step.depth);
        let tone = if step.stand == Stand::Skipped { Tone::Faint } else { Tone::Strong };
        let name = Cell::new(step.local_name(), tone).indent(2 * step.depth);
        let name = name.sign(look.sign(step.stand.sign()), step.stand.tone());
        if let Some(reason) = &step.skipped {
            grid.row_with(vec![name, Cell::new(step.stand.word(), Tone::Faint)], &skipped(reason));
            continue;
        }
        let once_each = step.is_matrix() && !step.tasks.is_empty() && step.tasks.iter().all(|task| task.attempts == 1);
        let tries = match step.call {
            Some(Inner { steps, once_each: true, .. }) => count(steps, "step", "steps"),
            _ if once_each => count(step.tasks.len(), "item", "items"),
            _ => tries(step.attempts),
        };
        row(&mut grid, name, (step.stand, step.undo.as_ref()), tries, step.took);
        rounds(&mut grid, step, look);
        if step.is_matrix() {
            items(&mut grid, step, look);
        } else {
            // What failed inside says why in its own place.
            let told = step.call.is_some_and(|inner| inner.failed);
            step.tasks.iter().filter(|_| !told).for_each(|task| details(&mut grid, 4 + 2 * step.depth, task, look));
        }
    }
    grid.render(look)
}

fn tries(attempts: u32) -> String {
    if attempts == 0 { String::new() } else { count(attempts as usize, "try", "tries") }
}

fn row(grid: &mut Grid, name: Cell, (stand, undo): (Stand, Option<&UndoView>), tries: String, took: Option<Duration>) {
    let mut cells = vec![
        name,
        Cell::new(stand.word(), stand.tone()),
        Cell::new(tries, Tone::Plain),
        Cell::new(took.map(time).unwrap_or_default(), Tone::Plain).right(),
    ];
    cells.extend(undo.map(|undo| Cell::new(undo.status.word(), undo.status.tone())));
    grid.row(cells);
}

/// What earlier rounds made, in a teardown: all of it, or if that is much, what is not gone.
fn rounds(grid: &mut Grid, step: &StepView, look: &Look) {
    let few = step.rounds.len() <= ALL_ITEMS;
    let notable = step.rounds.iter().filter(|round| few || !round.undo.is_clean());
    let shown: Vec<&RoundView> = notable.take(NOTABLE_ITEMS).collect();
    for round in &shown {
        let name = Cell::new(inert(&round.name()), Tone::Plain).indent(4 + 2 * step.depth);
        let blank = || Cell::new("", Tone::Plain);
        let word = Cell::new(round.undo.status.word(), round.undo.status.tone());
        grid.row(vec![name, blank(), blank(), blank(), word]);
        undo_details(grid, 6 + 2 * step.depth, &round.undo, look);
    }
    let rest = step.rounds.len() - shown.len();
    if rest > 0 {
        let text = format!("and {}", count(rest, "earlier round", "earlier rounds"));
        grid.free(format!("{}{}", " ".repeat(6 + 2 * step.depth), look.paint(Tone::Faint, &text)));
    }
}

fn items(grid: &mut Grid, step: &StepView, look: &Look) {
    let notable = |task: &&TaskView| {
        task.stand != Stand::Succeeded
            || task.warning.is_some()
            || task.undo.as_ref().is_some_and(|undo| !undo.is_clean())
    };
    let shown: Vec<&TaskView> = if step.tasks.len() <= ALL_ITEMS {
        step.tasks.iter().collect()
    } else {
        let mut notable: Vec<&TaskView> = step.tasks.iter().filter(notable).collect();
        notable.sort_by_key(|task| task.stand == Stand::Waiting);
        notable.truncate(NOTABLE_ITEMS);
        notable
    };
    for task in &shown {
        let item = inert(task.item.as_deref().unwrap_or_default());
        let name = Cell::new(item, Tone::Plain).sign(look.sign(task.stand.sign()), task.stand.tone());
        let name = name.indent(2 + 2 * step.depth);
        row(grid, name, (task.stand, task.undo.as_ref()), tries(task.attempts), task.took);
        details(grid, 6 + 2 * step.depth, task, look);
    }
    let mut rest: BTreeMap<&str, usize> = BTreeMap::new();
    step.tasks.iter().for_each(|task| *rest.entry(task.stand.word()).or_default() += 1);
    shown.iter().for_each(|task| *rest.entry(task.stand.word()).or_default() -= 1);
    let rest: Vec<String> = rest.iter().filter(|(_, n)| **n > 0).map(|(word, n)| format!("{n} {word}")).collect();
    if !rest.is_empty() {
        let lead = if shown.is_empty() { "" } else { "and " };
        grid.free(format!(
            "{}{}",
            " ".repeat(6 + 2 * step.depth),
            look.paint(Tone::Faint, &format!("{lead}{}", rest.join(", ")))
        ));
    }
}

fn details(grid: &mut Grid, indent: usize, task: &TaskView, look: &Look) {
    if let Some(error) = &task.error {
        let text = format!("{} ({}): {}", error.code, error.kind, error.message);
        detail(grid, indent, task.stand.tone(), &text, look);
    }
    if let Some(reason) = &task.skipped {
        detail(grid, indent, Tone::Faint, &skipped(reason), look);
    }
    if let Some(doubt) = &task.doubt {
        detail(grid, indent, Tone::Care, &doubt.question, look);
        detail(grid, indent, Tone::Plain, &doubt.what_to_look_at(), look);
    }
    if let Some(warning) = &task.warning {
        detail(grid, indent, Tone::Care, &format!("warning: {warning}"), look);
    }
    if let Some(undo) = &task.undo {
        undo_details(grid, indent, undo, look);
    }
}

fn undo_details(grid: &mut Grid, indent: usize, undo: &UndoView, look: &Look) {
    let error = undo.error.as_ref();
    let error = error.map(|error| format!("undo: {} ({}): {}", error.code, error.kind, error.message));
    let reason = undo.reason.as_ref().map(|why| format!("it stays: {why}"));
    let warning = undo.warning.as_ref().map(|text| format!("undo: warning: {text}"));
    let texts = [error, reason, warning].into_iter().flatten();
    texts.for_each(|text| detail(grid, indent, undo.status.tone(), &text, look));
}

/// Text behind a bar, so that no line begins with what came from outside.
pub(super) fn detail(grid: &mut Grid, indent: usize, tone: Tone, text: &str, look: &Look) {
    let bar = look.paint(tone, if look.unicode { "│" } else { "|" });
    for line in wrap(&inert(text), look.width.saturating_sub(indent + 2).max(LEAST_TEXT)) {
        grid.free(format!("{}{bar} {line}", " ".repeat(indent)));
    }
}

pub(super) fn skipped(reason: &SkipReason) -> String {
    match reason {
        SkipReason::Condition => "its `if` is false".into(),
        SkipReason::Upstream { step } => format!("because `{step}` did not succeed"),
        SkipReason::FailFast { item } => format!("because `{item}` failed, and `fail-fast` is set"),
        SkipReason::Cancelled => "the run was cancelled".into(),
        SkipReason::TimedOut => "the run's time was over".into(),
        SkipReason::NothingToUndo => "nothing to undo".into(),
        SkipReason::CannotUndo { why } => format!("cannot be undone: {why}"),
    }
}
