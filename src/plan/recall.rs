//! Steps that edits took out, put back behind the others, so that what they made can be taken back as they said it.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileCall, Plan, PlanStep, StepKind};
use crate::id::StepId;

impl Plan {
    /// This plan with steps of an `earlier` one behind its own, each as it stood there, with the calls around it. What is here
    /// under its name already is left out, and what is inside of a call that is no call any more.
    pub fn recalling(&self, earlier: &Self, steps: &BTreeSet<StepId>) -> Self {
        let mut plan = self.clone();
        let mut places = BTreeMap::new();
        for index in earlier.with_their_calls(steps) {
            if self.index(&earlier.steps[index].id).is_none() && self.has_room_for(earlier, index) {
                places.insert(index, self.steps.len() + places.len());
            }
        }
        let recalled = Recalled { plan: self, earlier, places };
        let calls = recalled.calls(&mut plan);
        for (index, place) in &recalled.places {
            let step = recalled.step(*index, &calls);
            step.needs.iter().for_each(|need| plan.steps[*need].dependants.push(*place));
            plan.by_id.insert(step.id.clone(), *place);
            plan.steps.push(step);
        }
        plan.recalled += recalled.places.len();
        plan
    }

    /// The steps by their indices, and those that stand for the calls around them.
    fn with_their_calls(&self, steps: &BTreeSet<StepId>) -> BTreeSet<usize> {
        let named = steps.iter().filter_map(|id| self.index(id));
        named.flat_map(|index| self.calls_around(index).flat_map(|call| self.ends(call)).chain([index])).collect()
    }

    /// The call that a step stands for, and all that it is inside of.
    fn calls_around(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let own = match self.steps[index].kind {
            StepKind::Entry(call) | StepKind::Exit(call) => Some(call),
            StepKind::Action => self.steps[index].within,
        };
        std::iter::successors(own, |call| self.steps[self.calls[*call].entry].within)
    }

    fn ends(&self, call: usize) -> [usize; 2] {
        [self.calls[call].entry, self.calls[call].exit]
    }

    /// Each call around a step is one here as well, or is nothing here.
    fn has_room_for(&self, earlier: &Self, index: usize) -> bool {
        earlier.calls_around(index).all(|call| {
            let here = self.index(&earlier.calls[call].id);
            here.is_none_or(|here| matches!(self.steps[here].kind, StepKind::Exit(_)))
        })
    }
}

/// What comes back, and where it stands from then on.
struct Recalled<'a> {
    plan: &'a Plan,
    earlier: &'a Plan,
    places: BTreeMap<usize, usize>,
}

impl Recalled<'_> {
    fn place(&self, index: usize) -> Option<usize> {
        self.places.get(&index).copied().or_else(|| self.plan.index(&self.earlier.steps[index].id))
    }

    /// For each call of the earlier plan, which one it is now; those that are not there yet are added to `plan`.
    fn calls(&self, plan: &mut Plan) -> Vec<Option<usize>> {
        let mut now = |call: &FileCall| {
            let known = self.plan.calls.iter().position(|known| known.id == call.id);
            known.or_else(|| {
                let (entry, exit) = (*self.places.get(&call.entry)?, *self.places.get(&call.exit)?);
                plan.calls.push(FileCall { entry, exit, ..call.clone() });
                Some(plan.calls.len() - 1)
            })
        };
        self.earlier.calls.iter().map(&mut now).collect()
    }

    /// It does nothing any more but to be undone: its failure is none of the run, and nothing goes round for it.
    fn step(&self, index: usize, calls: &[Option<usize>]) -> PlanStep {
        let step = &self.earlier.steps[index];
        let call = |call: usize| calls[call].unwrap_or(call);
        PlanStep {
            kind: match step.kind {
                StepKind::Action => StepKind::Action,
                StepKind::Entry(of) => StepKind::Entry(call(of)),
                StepKind::Exit(of) => StepKind::Exit(call(of)),
            },
            within: step.within.map(call),
            needs: step.needs.iter().filter_map(|need| self.place(*need)).collect(),
            dependants: Vec::new(),
            on_error: None,
            continue_on_error: true,
            ..step.clone()
        }
    }
}
