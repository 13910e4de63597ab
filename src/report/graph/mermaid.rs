//! A drawing as the text of a mermaid flowchart.

use std::fmt::Write as _;

use super::drawing::{Drawing, Group, StepBox};
use super::paint::Paint;
use crate::report::text::inert;

/// For a Markdown page or mermaid's own tools.
pub fn mermaid(drawing: &Drawing) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart TD\n", serde_json::Value::from(inert(&drawing.title)));
    group(&drawing.whole, 1, &mut text);
    for paint in Paint::used(drawing) {
        let _ = writeln!(text, "  classDef {} fill:{},stroke:{},color:#212529", paint.class, paint.fill, paint.line);
    }
    text
}

fn group(group: &Group, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for step in &group.boxes {
        let (id, label) = (id(step), label(step));
        match &step.inside {
            Some(inside) => {
                let _ = writeln!(text, "{indent}subgraph {id}[{label}]");
                self::group(inside, depth + 1, text);
                let _ = writeln!(text, "{indent}end");
                if let Some(paint) = Paint::of(step) {
                    let _ = writeln!(text, "{indent}class {id} {}", paint.class);
                }
            }
            None => {
                let (open, close) = shape(step);
                let class = Paint::of(step).map(|paint| format!(":::{}", paint.class)).unwrap_or_default();
                let _ = writeln!(text, "{indent}{id}{open}{label}{close}{class}");
            }
        }
    }
    for (from, to) in &group.arrows {
        let _ = writeln!(text, "{indent}{} --> {}", id(&group.boxes[*from]), id(&group.boxes[*to]));
    }
    for step in &group.boxes {
        if let Some((to, when)) = &step.again {
            let _ = writeln!(text, "{indent}{} -. {} .-> {}", id(step), quoted(when), id(&group.boxes[*to]));
        }
    }
}

/// Never a word of mermaid's own, as `end` would be.
fn id(step: &StepBox) -> String {
    format!("s{}", step.key)
}

const fn shape(step: &StepBox) -> (&'static str, &'static str) {
    match (step.matrix, step.conditional) {
        (true, _) => ("[[", "]]"),
        (false, true) => ("([", "])"),
        (false, false) => ("[", "]"),
    }
}

fn label(step: &StepBox) -> String {
    let lines: Vec<String> = [&step.name].into_iter().chain(&step.lines).map(|line| escaped(line)).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Mermaid writes characters as `#code;`. It takes a label for Markdown and HTML.
fn escaped(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '/' | '-' | '_' | ':' | '·');
    let character = |c: char| if plain(c) { c.to_string() } else { format!("#{};", u32::from(c)) };
    inert(text).chars().map(character).collect()
}
