//! The table of a run's steps: state, tries and time, and below each what went wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::{Inner, opens};
use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::prompt;
use super::stand::Stand;
use super::summary::{StepView, Summary, TaskView};
use super::table;
use super::text::{count, inert};
use super::times::time;
use super::undo::{RoundView, UndoView};
use crate::run::SkipReason;

/// A matrix with more items than this shows those that did not simply succeed.
const ALL_ITEMS: usize = 8;
/// And of those not more than this.
const NOTABLE_ITEMS: usize = 12;

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
        let name = name.sign(look.sign(step.stand.sign()), step.stand.told(step.may_fail).0);
        if let Some(reason) = &step.skipped {
            grid.row_with(vec![name, Cell::new(step.stand.word(), Tone::Faint)], Tone::Faint, skipped(reason));
            continue;
        }
        let once_each = step.is_matrix() && !step.tasks.is_empty() && step.tasks.iter().all(|task| task.attempts == 1);
        let tries = match step.call {
            Some(Inner { steps, once_each: true, .. }) => count(steps, "step", "steps"),
            _ if once_each => count(step.tasks.len(), "item", "items"),
            _ => tries(step.attempts),
        };
        row(&mut grid, name, (step.stand.told(step.may_fail), step.undo.as_ref()), tries, step.took);
        rounds(&mut grid, step, look);
        if step.is_matrix() {
            items(&mut grid, step, look);
        } else {
            // What failed inside says why in its own place.
            let told = step.call.is_some_and(|inner| inner.failed);
            let tasks = step.tasks.iter().filter(|_| !told);
            tasks.for_each(|task| details(&mut grid, 4 + 2 * step.depth, (step, task)));
        }
    }
    grid.render(look)
}

fn tries(attempts: u32) -> String {
    if attempts == 0 { String::new() } else { count(attempts as usize, "try", "tries") }
}

type Told<'a> = ((Tone, &'static str), Option<&'a UndoView>);

fn row(grid: &mut Grid, name: Cell, ((tone, word), undo): Told<'_>, tries: String, took: Option<Duration>) {
    let mut cells = vec![
        name,
        Cell::new(word, tone),
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
        undo_details(grid, 6 + 2 * step.depth, &round.undo);
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
        let told = task.stand.told(step.may_fail);
        let name = Cell::new(item, Tone::Plain).sign(look.sign(task.stand.sign()), told.0);
        let name = name.indent(2 + 2 * step.depth);
        row(grid, name, (told, task.undo.as_ref()), tries(task.attempts), task.took);
        details(grid, 6 + 2 * step.depth, (step, task));
    }
    let mut rest: BTreeMap<&str, usize> = BTreeMap::new();
    let word = |task: &TaskView| task.stand.told(step.may_fail).1;
    step.tasks.iter().for_each(|task| *rest.entry(word(task)).or_default() += 1);
    shown.iter().for_each(|task| *rest.entry(word(task)).or_default() -= 1);
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

fn details(grid: &mut Grid, indent: usize, (step, task): (&StepView, &TaskView)) {
    if let Some(error) = &task.error {
        grid.detail(indent, task.stand.told(step.may_fail).0, &error.told());
        if !error.details.is_empty() {
            grid.inner(indent, Tone::Faint, table::grid(&error.details));
        }
    }
    if let Some(reason) = &task.skipped {
        grid.detail(indent, Tone::Faint, &skipped(reason));
    }
    if let Some(doubt) = &task.doubt {
        grid.detail(indent, Tone::Care, &doubt.question);
        grid.detail(indent, Tone::Plain, &doubt.what_to_look_at());
    }
    if let Some(page) = &task.page {
        grid.detail(indent, Tone::Care, &prompt::told(page));
    }
    if let Some(warning) = &task.warning {
        grid.detail(indent, Tone::Care, &format!("warning: {warning}"));
    }
    if let Some(undo) = &task.undo {
        undo_details(grid, indent, undo);
    }
}

fn undo_details(grid: &mut Grid, indent: usize, undo: &UndoView) {
    let error = undo.error.as_ref().map(|error| format!("undo: {}", error.told()));
    let reason = undo.reason.as_ref().map(|why| format!("it stays: {why}"));
    let warning = undo.warning.as_ref().map(|text| format!("undo: warning: {text}"));
    let texts = [error, reason, warning].into_iter().flatten();
    texts.for_each(|text| grid.detail(indent, undo.status.tone(), &text));
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
