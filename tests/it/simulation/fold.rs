//! The fold of a journal beside the driver's own state.

use onramp::plan::Plan;
use onramp::run::{Entry, Fact, RunState, apply, decide};
use onramp::store::Loaded;

/// The plan of each text of the workflow, from the first.
pub type Plans<'a> = Vec<&'a Plan>;

fn of<'a>(plans: &Plans<'a>, version: u32) -> &'a Plan {
    plans[version as usize - 1]
}

/// The plan under which a fact is folded.
fn under<'a>(plans: &Plans<'a>, state: &RunState, fact: &Fact) -> &'a Plan {
    match fact {
        Fact::Replanned(edit) => of(plans, edit.version),
        _ => of(plans, state.version),
    }
}

/// All of a state that is stored.
pub fn restore(plans: &Plans<'_>, loaded: Loaded) -> RunState {
    let mut entries = loaded.entries.into_iter();
    let mut state = match loaded.snapshot {
        Some(recorded) => RunState::restore(of(plans, recorded.version), recorded),
        None => match entries.next().expect("a run has a beginning") {
            Entry { at, fact: Fact::RunStarted(started), .. } => RunState::new(of(plans, 1), *started, at),
            other => panic!("a run begins with {other:?}"),
        },
    };
    for entry in entries {
        let plan = under(plans, &state, &entry.fact);
        apply(plan, &mut state, &entry).expect("what was journaled can be folded");
    }
    state
}

/// Two folds of the same entries: one from the beginning, one that is put together anew from its parts at every commit.
pub struct Shadow {
    whole: RunState,
    reread: RunState,
}

impl Shadow {
    pub fn new(state: &RunState) -> Self {
        Self { whole: state.clone(), reread: state.clone() }
    }

    pub fn follow(&mut self, plans: &Plans<'_>, entries: &[Entry], live: &RunState) {
        for entry in entries {
            let plan = under(plans, &self.whole, &entry.fact);
            apply(plan, &mut self.whole, entry).expect("what the driver applied can be applied");
            apply(plan, &mut self.reread, entry).expect("what the driver applied can be applied to what was stored");
        }
        let plan = of(plans, live.version);
        for fold in [&self.whole, &self.reread] {
            assert_eq!(fold.recorded(), live.recorded());
            assert_eq!(decide(plan, fold), decide(plan, live), "the agenda is not what it would be if derived anew");
        }
        self.reread = RunState::restore(plan, live.recorded().clone());
    }
}
