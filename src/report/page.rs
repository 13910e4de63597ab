//! A run as a page of text.

use serde_json::Value;

use super::advice::{Advice, Next, advice};
use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::stand::sign_of;
use super::step_table;
use super::summary::Summary;
use super::text::{columns, inert, pad, wrap};
use super::times::time;

/// What stands at the end of a run: its steps, its outputs, where its files are and what to type next.
pub fn summary(summary: &Summary, look: &Look) -> String {
    join([
        head(summary, look),
        step_table::render(summary, look),
        outputs(summary, look),
        notes(summary, look),
        foot(summary, &advice(summary), look),
    ])
}

/// The parts that have something to say, with an empty line between them.
pub(super) fn join<const N: usize>(parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

pub(super) fn head(summary: &Summary, look: &Look) -> String {
    let (sign, tone, word) = sign_of(summary.status, summary.teardown);
    let verdict = look.paint(tone, &format!("{} {word}", look.sign(sign)));
    let name = look.paint(Tone::Strong, &inert(&summary.workflow));
    let whither = if summary.sandbox { "the sandbox".to_owned() } else { inert(&summary.base_url) };
    let span = summary.span();
    let took = match summary.worked {
        Some(worked) if worked < span => format!("{} of work over {}", time(worked), time(span)),
        _ => time(span),
    };
    let rest = format!("in {took} against {whither}");
    let line = format!("{verdict}  {name}  {}", look.paint(Tone::Faint, &rest));
    if !look.cuts || columns(&line) <= look.width {
        return format!("{line}\n");
    }
    let rest = wrap(&rest, look.width.saturating_sub(2));
    let rest: String = rest.iter().map(|line| format!("  {}\n", look.paint(Tone::Faint, line))).collect();
    format!("{verdict}  {name}\n{rest}")
}

/// Values in full, however long: they are there to be copied.
pub(super) fn outputs(summary: &Summary, look: &Look) -> String {
    let known: Vec<_> = summary.outputs.iter().filter(|output| !output.value.is_null()).collect();
    if known.is_empty() {
        return String::new();
    }
    let exported = known.iter().any(|output| output.env.is_some());
    let mut grid = Grid::new(4, if exported { 2 } else { 1 });
    for output in known {
        let env = exported.then(|| output.env.as_deref().map(inert).unwrap_or_default());
        let mut cells = vec![Cell::new(&output.name, Tone::Plain)];
        cells.extend(env.map(|env| Cell::new(env, Tone::Faint)));
        cells.push(Cell::new(readable(exact(&output.value)), Tone::Strong));
        grid.row(cells);
    }
    let values = grid.render(&Look { cuts: false, ..*look });
    format!("  {}\n{values}", look.paint(Tone::Faint, "Outputs"))
}

pub(super) fn notes(summary: &Summary, look: &Look) -> String {
    let mut text = String::new();
    for note in &summary.notes {
        for (number, line) in wrap(&inert(note), look.width.saturating_sub(8)).iter().enumerate() {
            let lead = if number == 0 { "note: " } else { "    | " };
            text.push_str(&format!("  {}{line}\n", look.paint(Tone::Care, lead)));
        }
    }
    text
}

pub(super) fn foot(summary: &Summary, advice: &Advice, look: &Look) -> String {
    let label = |text: &str| look.paint(Tone::Faint, &pad(text, 5));
    let mut text = format!("  {}  {}\n", label("Run"), summary.run);
    text.push_str(&format!("  {}  {}\n", label("Files"), inert(&summary.place.run_dir)));
    for remark in &advice.remarks {
        for (number, line) in wrap(remark, look.width.saturating_sub(9)).iter().enumerate() {
            text.push_str(&format!("  {}  {line}\n", label(if number == 0 { "Note" } else { "" })));
        }
    }
    if !advice.commands.is_empty() {
        text.push_str(&format!("  {}\n{}", look.paint(Tone::Faint, "Next"), next(&advice.commands, look)));
    }
    text
}

/// Lines that can be pasted into a shell as they stand: what a command is for is a comment, behind it or above it.
fn next(commands: &[Next], look: &Look) -> String {
    let comment = |next: &Next| look.paint(Tone::Faint, &format!("# {}", next.purpose));
    let command = |next: &Next, width| look.paint(Tone::Strong, &pad(&next.command, width));
    let width = commands.iter().map(|next| columns(&next.command)).max().unwrap_or(0);
    let fits = |next: &Next| 4 + width + 2 + columns(&comment(next)) <= look.width;
    let beside = commands.iter().all(fits);
    let line = |next: &Next| match beside {
        true => format!("    {}  {}\n", command(next, width), comment(next)),
        false => format!("    {}\n    {}\n", comment(next), command(next, 0)),
    };
    commands.iter().map(line).collect()
}

/// Of what nobody reads on a terminal, such as an image, the beginning.
pub(super) fn readable(text: String) -> String {
    const LONGEST: usize = 4000;
    const SHOWN: usize = 60;
    match text.chars().count() {
        0..=LONGEST => text,
        length => {
            format!("{}… ({length} characters; --json has them all)", text.chars().take(SHOWN).collect::<String>())
        }
    }
}

/// A value so that it can be taken for what it is: plain where that is harmless, otherwise as a JSON string.
pub(super) fn exact(value: &Value) -> String {
    match value {
        Value::String(text) if inert(text) == *text => text.clone(),
        other => crate::diagnostic::escape(&other.to_string()).replace("##", "#\\u0023"),
    }
}
