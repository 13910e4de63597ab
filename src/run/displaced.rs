//! What an edit leaves without a place: deeds that remain, doubts that nobody would hear the answer of.

use super::outcome::Happened;
use super::preview::Preview;
use super::replan::is_open;
use super::step_state::StepState;
use super::task_state::{Phase, TaskState};
use crate::plan::PlanStep;
use crate::workflow::Effect;

impl Preview {
    /// A step of the older workflow, as the resume took it over; `items`: its items may be others now.
    pub(super) fn hold_against(&mut self, planned: &PlanStep, step: &StepState, now: Option<&PlanStep>, items: bool) {
        let effect = planned.call.effect;
        let open = step.tasks.iter().filter(|task| is_open(task, effect)).map(|task| task.path(&step.id));
        let done = step.tasks.iter().filter(|task| took_place(task));
        let counts = matches!(effect, Effect::Once | Effect::Keyed);
        match now {
            None => {
                self.stranded.extend(open);
                if effect != Effect::Read && done.count() > 0 {
                    self.remains.push(step.id.clone());
                }
            }
            Some(now) if now.matrix.is_some() != planned.matrix.is_some() => {
                self.stranded.extend(open);
                self.homeless.extend(done.filter(|_| counts).map(|task| task.path(&step.id)));
            }
            // They are found again only when none of them is looked into.
            Some(now) if now.matrix.is_some() && items => self.stranded.extend(open),
            Some(_) => {}
        }
    }

    /// A step that was taken out by an earlier edit.
    pub(super) fn welcome_back(&mut self, step: &StepState, now: Option<&PlanStep>) {
        let was_matrix = step.is_matrix();
        let Some(now) = now.filter(|now| now.matrix.is_some() != was_matrix) else { return };
        if matches!(now.call.effect, Effect::Once | Effect::Keyed) {
            let done = step.tasks.iter().filter(|task| took_place(task));
            self.homeless.extend(done.map(|task| task.path(&step.id)));
        }
    }
}

/// It has an effect that is known to have taken place.
pub(super) fn took_place(task: &TaskState) -> bool {
    let answered = matches!(&task.phase, Phase::Ended(outcome) if outcome.happened == Happened::Done);
    task.phase == Phase::Succeeded || answered || task.kept.is_some()
}
