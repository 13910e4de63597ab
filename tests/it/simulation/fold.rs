//! The fold of a journal beside the driver's own state.

use onramp::plan::Plan;
use onramp::run::{Entry, Fact, RunState, apply, decide};
use onramp::store::Loaded;

/// All of a state that is stored.
pub fn restore(plan: &Plan, loaded: Loaded) -> RunState {
    let mut entries = loaded.entries.into_iter();
    let mut state = match loaded.snapshot {
        Some(recorded) => RunState::restore(plan, recorded),
        None => match entries.next().expect("a run has a beginning") {
            Entry { at, fact: Fact::RunStarted(started), .. } => RunState::new(plan, *started, at),
            other => panic!("a run begins with {other:?}"),
        },
    };
    entries.for_each(|entry| apply(plan, &mut state, &entry).expect("what was journaled can be folded"));
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

    pub fn follow(&mut self, plan: &Plan, entries: &[Entry], live: &RunState) {
        for entry in entries {
            apply(plan, &mut self.whole, entry).expect("what the driver applied can be applied");
            apply(plan, &mut self.reread, entry).expect("what the driver applied can be applied to what was stored");
        }
        for fold in [&self.whole, &self.reread] {
            assert_eq!(fold.recorded(), live.recorded());
            assert_eq!(decide(plan, fold), decide(plan, live), "the agenda is not what it would be if derived anew");
        }
        self.reread = RunState::restore(plan, live.recorded().clone());
    }
}
