//! What a teardown would do, as the question before it shows it.

use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::text::{count, inert};
use crate::run::{Prospect, Undoing};

/// More of a kind are counted.
const MOST: usize = 40;

/// What is undone, in its order; what is in doubt; and what will remain, with the reason.
pub fn prospects(prospects: &[Prospect], look: &Look) -> String {
    let of = |wanted: fn(&Undoing) -> bool| prospects.iter().filter(|p| wanted(&p.undoing)).collect::<Vec<_>>();
    let undo = of(|undoing| matches!(undoing, Undoing::Waiting));
    let doubt = of(|undoing| matches!(undoing, Undoing::InDoubt));
    let remains = of(|undoing| matches!(undoing, Undoing::CannotUndo(_)));
    let title = |text: &str| look.paint(Tone::Strong, text);
    let mut text = String::new();
    if undo.is_empty() && doubt.is_empty() {
        text.push_str(&format!(
            "{}\n",
            title("Nothing of this run can be undone. It will be closed: it cannot go on.")
        ));
    }
    if !undo.is_empty() {
        text.push_str(&format!("{}\n{}", title("This will be undone, in this order:"), list(&undo, look)));
    }
    if !doubt.is_empty() {
        let what = "Of this nobody knows yet whether it took place; it is looked into first:";
        text.push_str(&format!("{}\n{}", title(what), list(&doubt, look)));
    }
    if !remains.is_empty() {
        text.push_str(&format!("{}\n{}", title("This will remain:"), list(&remains, look)));
    }
    text.trim_end().to_owned()
}

fn list(prospects: &[&Prospect], look: &Look) -> String {
    let mut grid = Grid::new(2, 0);
    for prospect in prospects.iter().take(MOST) {
        let (task, action) = (prospect.task.to_string(), prospect.action);
        let task = inert(task.strip_prefix("undo:").unwrap_or(&task));
        grid.row(vec![Cell::new(task, Tone::Plain), Cell::new(action, Tone::Faint)]);
        if let Undoing::CannotUndo(why) = &prospect.undoing {
            grid.detail(4, Tone::Care, why);
        }
    }
    if prospects.len() > MOST {
        grid.free(format!("  and {}", count(prospects.len() - MOST, "more", "more")));
    }
    grid.render(look)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TaskPath;

    fn prospect(task: &str, undoing: Undoing) -> Prospect {
        Prospect { task: TaskPath::parse(task).unwrap(), action: "make", undoing }
    }

    #[test]
    fn the_question_names_what_goes_what_is_open_and_what_stays() {
        let all = [
            prospect("invite[lin@onramp.test]", Undoing::Waiting),
            prospect("key", Undoing::Waiting),
            prospect("undo:key (round 1)", Undoing::Waiting),
            prospect("inbox", Undoing::NothingToUndo),
            prospect("order", Undoing::InDoubt),
            prospect("signup", Undoing::CannotUndo("no documented operation deletes an account".into())),
        ];
        assert_eq!(
            prospects(&all, &Look::plain(80)),
            "\
This will be undone, in this order:
  invite[lin@onramp.test]  make
  key                      make
  key (round 1)            make
Of this nobody knows yet whether it took place; it is looked into first:
  order  make
This will remain:
  signup  make
    │ no documented operation deletes an account"
        );
    }

    #[test]
    fn where_nothing_can_be_undone_it_says_what_a_teardown_means() {
        let text = prospects(&[prospect("inbox", Undoing::NothingToUndo)], &Look::plain(80));
        assert_eq!(text, "Nothing of this run can be undone. It will be closed: it cannot go on.");
    }

    #[test]
    fn many_are_counted() {
        let all: Vec<Prospect> = (0..50).map(|number| prospect(&format!("a[{number}]"), Undoing::Waiting)).collect();
        assert!(prospects(&all, &Look::plain(80)).ends_with("\n  and 10 more"));
    }
}
