//! What going on means, as a table and as a document.

use serde_json::{Map, Value, json};

use super::{Rerun, RerunStep, Verdict};
use crate::report::grid::{Cell, Grid};
use crate::report::look::{Look, Tone};
use crate::report::text::inert;

/// More items of one step than this are counted.
const ALL_ITEMS: usize = 8;

/// For people: a line for each step.
pub fn table(rerun: &Rerun, look: &Look) -> String {
    let mut grid = Grid::new(2, 0);
    for step in &rerun.steps {
        row(&mut grid, step, 0, Tone::Strong, look);
        step.items.iter().take(ALL_ITEMS).for_each(|item| row(&mut grid, item, 2, Tone::Plain, look));
        if let Some(more) = step.items.len().checked_sub(ALL_ITEMS).filter(|more| *more > 0) {
            grid.free(format!("      {}", look.paint(Tone::Faint, &format!("and {more} more items"))));
        }
    }
    let head = match (rerun.edited, rerun.steps.iter().all(|step| step.verdict == Verdict::Kept)) {
        (true, true) => "The workflow was edited; every step is kept:",
        (true, false) => "The workflow was edited since the run began:",
        (false, true) => "Every step is kept:",
        (false, false) => "The run goes on like this:",
    };
    format!("{head}\n\n{}", grid.render(look))
}

fn row(grid: &mut Grid, step: &RerunStep, indent: usize, tone: Tone, look: &Look) {
    let (sign, sign_tone) = step.verdict.look();
    let name = Cell::new(inert(&step.name), tone).sign(look.sign(sign), sign_tone).indent(indent);
    grid.row_with(vec![name, Cell::new(step.verdict.word(), sign_tone)], Tone::Faint, inert(&step.why));
}

/// For programs: `{"run_id", "workflow", "edited", "steps": {ID: {"verdict", "why"?, "items"?}}}`.
pub fn json(rerun: &Rerun) -> Value {
    json!({
        "run_id": rerun.run,
        "workflow": rerun.workflow,
        "edited": rerun.edited,
        "steps": entries(&rerun.steps),
    })
}

fn entries(steps: &[RerunStep]) -> Map<String, Value> {
    let entry = |step: &RerunStep| {
        let mut value = json!({ "verdict": step.verdict });
        if !step.why.is_empty() {
            value["why"] = step.why.clone().into();
        }
        if !step.items.is_empty() {
            value["items"] = entries(&step.items).into();
        }
        (step.name.clone(), value)
    };
    steps.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, verdict: Verdict, why: &str, items: Vec<RerunStep>) -> RerunStep {
        RerunStep { name: name.to_owned(), verdict, why: why.to_owned(), items }
    }

    fn outlook() -> Rerun {
        let items = vec![
            step("ada", Verdict::Kept, "", Vec::new()),
            step("eve\u{1b}[2J", Verdict::Removed, "what it made remains", Vec::new()),
        ];
        Rerun {
            run: "nightly".into(),
            workflow: "work".into(),
            edited: true,
            steps: vec![
                step("list", Verdict::RunsAgain, "`with` edited", Vec::new()),
                step("invite", Verdict::Kept, "", items),
                step("charge", Verdict::NeedsAnswer, "it took effect, and its input is another now", Vec::new()),
            ],
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_step_and_commands_nobody() {
        let expected = "The workflow was edited since the run began:

  ▸ list            runs again       `with` edited
  ✓ invite          kept
    ✓ ada           kept
    – eve\\u{1b}[2J  removed          what it made remains
  ? charge          needs an answer  it took effect, and its input is another now
";
        assert_eq!(table(&outlook(), &Look::plain(90)), expected);
    }

    #[test]
    fn programs_read_verdicts_by_step() {
        let document = json(&outlook());
        assert_eq!(document["steps"]["list"], json!({ "verdict": "runs_again", "why": "`with` edited" }));
        assert_eq!(document["steps"]["invite"]["items"]["ada"], json!({ "verdict": "kept" }));
        assert_eq!((&document["run_id"], &document["edited"]), (&json!("nightly"), &json!(true)));
    }
}
