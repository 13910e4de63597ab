//! A fleet on a page.

use std::time::Duration;

use super::summary::{Cause, FleetSummary, Untaken};
use crate::fleet::Tally;
use crate::report::grid::{Cell, Grid};
use crate::report::look::{Look, Sign, Tone};
use crate::report::text::{count, inert, wrap};
use crate::report::times::{minute, time};

pub fn page(summary: &FleetSummary, look: &Look) -> String {
    let untaken = summary.untaken.as_ref().map(|rows| untaken(rows, summary.is_live, look)).unwrap_or_default();
    let (head, causes) = (head(summary, look), causes(summary, look));
    let parts = [head, causes, untaken, slowest(summary, look), waits(summary, look), foot(summary, look)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn head(summary: &FleetSummary, look: &Look) -> String {
    let name = look.paint(Tone::Strong, &inert(summary.fleet.as_str()));
    let state = match (summary.is_live, summary.paused) {
        (_, true) => "paused after",
        (true, false) => "under way for",
        (false, false) if summary.is_open() => "stopped after",
        (false, false) => "over after",
    };
    let rows = count(summary.rows, "row", "rows");
    let took = time(summary.last.since(summary.began));
    let mut text = format!("{name}  {}  {rows}  {state} {took}\n", inert(&summary.workflow));
    let told = counts(&summary.tally, look);
    text.push_str(&format!("{told}\n"));
    text
}

/// One of a list.
pub fn line(summary: &FleetSummary, look: &Look) -> String {
    let name = look.paint(Tone::Strong, &inert(summary.fleet.as_str()));
    let untaken = summary
        .untaken
        .as_ref()
        .map(|Untaken { rows, .. }| format!("  {}", look.paint(Tone::Care, &format!("{rows} not handed on"))));
    let counts = counts(&summary.tally, look);
    format!("{name}  {}  {counts}{}", minute(summary.began), untaken.unwrap_or_default())
}

/// `3 succeeded, 1 failed`: what there is none of is left out.
pub(super) fn counts(tally: &Tally, look: &Look) -> String {
    let Tally { waiting, begun, succeeded, failed, in_doubt, stopped, withdrawn, torn_down } = *tally;
    let counts = [
        (succeeded, "succeeded", Tone::Good, Some(Sign::Done)),
        (failed, "failed", Tone::Bad, Some(Sign::Failed)),
        (in_doubt, "in doubt", Tone::Care, Some(Sign::Doubt)),
        (begun, "under way", Tone::Plain, None),
        (stopped, "stopped", Tone::Care, None),
        (waiting, "waiting", Tone::Faint, None),
        (torn_down, "torn down", Tone::Plain, None),
        (withdrawn, "withdrawn", Tone::Faint, None),
    ];
    let told: Vec<String> = counts
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, word, tone, sign)| {
            let sign = sign.map(|sign| format!("{} ", look.sign(sign))).unwrap_or_default();
            look.paint(tone, &format!("{sign}{number} {word}"))
        })
        .collect();
    if told.is_empty() { "no rows".to_owned() } else { told.join("  ") }
}

/// In as many lines as it takes.
fn indented(text: &str, look: &Look) -> String {
    let width = look.width.saturating_sub(2).max(20);
    wrap(text, width).into_iter().map(|line| format!("  {line}\n")).collect()
}

fn causes(summary: &FleetSummary, look: &Look) -> String {
    let of = |cause: &Cause| {
        let title = format!("{} at {}", inert(&cause.code), inert(&cause.place()));
        let rows = count(cause.rows, "row", "rows");
        let mut text = format!("{}  {}\n", look.paint(Tone::Bad, &rows), look.paint(Tone::Strong, &title));
        let example = format!("{}: {}", inert(&cause.example.shown), inert(&cause.message));
        text.push_str(&indented(&example, look));
        for command in &cause.commands {
            text.push_str(&format!("  {}\n", look.paint(Tone::Faint, command)));
        }
        text
    };
    summary.causes.iter().map(of).collect::<Vec<_>>().join("")
}

/// While a process works on the fleet it hands them on, most likely: then there is nothing to type.
fn untaken(untaken: &Untaken, is_live: bool, look: &Look) -> String {
    let rows = look.paint(Tone::Care, &count(untaken.rows, "row", "rows"));
    let mut text = format!("{rows}  {}\n", look.paint(Tone::Strong, "succeeded, not handed on (--each)"));
    let examples: Vec<&str> = untaken.examples.iter().map(|name| name.shown.as_str()).collect();
    let more = untaken.rows - untaken.examples.len();
    let more = if more > 0 { format!(", and {more} more (--json --rows)") } else { String::new() };
    text.push_str(&indented(&format!("{}{more}", inert(&examples.join(", "))), look));
    if !is_live {
        text.push_str(&format!("  {}\n", look.paint(Tone::Faint, &untaken.command)));
    }
    text
}

fn slowest(summary: &FleetSummary, look: &Look) -> String {
    if summary.slowest.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(0, 1);
    grid.head(vec![Cell::new("TOOK", Tone::Faint).right(), Cell::new("SLOWEST ROWS", Tone::Faint)]);
    for (name, took) in &summary.slowest {
        grid.row(vec![Cell::new(time(*took), Tone::Plain).right(), Cell::new(inert(&name.shown), Tone::Plain)]);
    }
    grid.render(look)
}

/// Shorter waits of a step are nobody's concern, in all.
const WORTH_TELLING: Duration = Duration::from_secs(1);

fn waits(summary: &FleetSummary, look: &Look) -> String {
    let told: Vec<_> = summary.waits.iter().filter(|(_, waits)| waits.total >= WORTH_TELLING).collect();
    if told.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(0, 3);
    let heads = ["WAITED", "LONGEST", "TRIES"].map(|head| Cell::new(head, Tone::Faint).right());
    grid.head(heads.into_iter().chain([Cell::new("FOR THEIR TURN", Tone::Faint)]).collect());
    for (step, waits) in told {
        let numbers = [time(waits.total), time(waits.longest), waits.attempts.to_string()];
        let numbers = numbers.map(|number| Cell::new(number, Tone::Plain).right());
        grid.row(numbers.into_iter().chain([Cell::new(inert(step), Tone::Plain)]).collect());
    }
    grid.render(look)
}

fn foot(summary: &FleetSummary, look: &Look) -> String {
    let way_on = match (summary.is_live, summary.paused, summary.is_open()) {
        (_, true, _) => Some(summary.command("fleet unpause", "")),
        (false, _, true) if summary.teardown => Some(summary.command("fleet teardown", "")),
        (false, _, true) => Some(summary.command("fleet resume", "")),
        (false, _, false) if summary.tally.succeeded > 0 && !summary.teardown => {
            let export = summary.command("fleet export", &format!(" --format csv --reveal -o {}.csv", summary.fleet));
            Some(format!("{export}  # the outputs, secret ones too"))
        }
        _ => None,
    };
    way_on.map(|command| format!("{}\n", look.paint(Tone::Faint, &command))).unwrap_or_default()
}
