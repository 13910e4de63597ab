//! What colours say: how a step stands, or what its effect is.

use super::drawing::{Drawing, Group, StepBox};
use crate::report::stand::Stand;
use crate::workflow::Effect;

/// A kind of box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint {
    /// A word that CSS and mermaid take as a class.
    pub class: &'static str,
    pub word: &'static str,
    pub fill: &'static str,
    pub line: &'static str,
}

const STANDS: [Stand; 7] = [
    Stand::Waiting,
    Stand::Running,
    Stand::Interrupted,
    Stand::InDoubt,
    Stand::Succeeded,
    Stand::Failed,
    Stand::Skipped,
];
const EFFECTS: [Effect; 4] = [Effect::Read, Effect::Repeat, Effect::Keyed, Effect::Once];

impl Paint {
    /// The colours that a drawing uses, in their order.
    pub fn used(drawing: &Drawing) -> Vec<Self> {
        let all = match drawing.of_run {
            true => STANDS.map(Self::of_stand).to_vec(),
            false => EFFECTS.map(Self::of_effect).to_vec(),
        };
        let mut used = Vec::new();
        collect(&drawing.whole, &mut used);
        all.into_iter().filter(|paint| used.contains(paint)).collect()
    }

    /// A box around others is coloured only where it says how a run stands.
    pub fn of(step: &StepBox) -> Option<Self> {
        match (step.stand, &step.inside) {
            (Some(stand), _) => Some(Self::of_stand(stand)),
            (None, Some(_)) => None,
            (None, None) => Some(Self::of_effect(step.effect)),
        }
    }

    const fn of_stand(stand: Stand) -> Self {
        let (class, fill, line) = match stand {
            Stand::Waiting => ("waiting", "#f1f3f5", "#868e96"),
            Stand::Running => ("running", "#d0ebff", "#1864ab"),
            Stand::Interrupted => ("interrupted", "#fff9db", "#e67700"),
            Stand::InDoubt => ("in_doubt", "#ffe8cc", "#d9480f"),
            Stand::Succeeded => ("succeeded", "#d3f9d8", "#2b8a3e"),
            Stand::Failed => ("failed", "#ffe3e3", "#c92a2a"),
            Stand::Skipped => ("skipped", "#ffffff", "#adb5bd"),
        };
        Self { class, word: stand.word(), fill, line }
    }

    const fn of_effect(effect: Effect) -> Self {
        let (class, fill, line) = match effect {
            Effect::Read => ("read", "#f1f3f5", "#868e96"),
            Effect::Repeat => ("repeat", "#e7f5ff", "#1c7ed6"),
            Effect::Keyed => ("keyed", "#f3f0ff", "#7048e8"),
            Effect::Once => ("once", "#fff4e6", "#d9480f"),
        };
        Self { class, word: effect.as_str(), fill, line }
    }
}

fn collect(group: &Group, used: &mut Vec<Paint>) {
    for step in &group.boxes {
        used.extend(Paint::of(step));
        step.inside.iter().for_each(|inside| collect(inside, used));
    }
}
