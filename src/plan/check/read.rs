//! What is said to change nothing does not, as far as the file tells.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::plan::effect::effect_of;
use crate::workflow::{ActionSpec, Effect, EffectRule, Names, Report, Step};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for (step, action) in names.steps() {
        let Some(action) = action else { continue };
        method(step, action, report);
        undo(step, action, report);
    }
}

/// A POST may only ask. The others are there to change something.
fn method(step: &Step, action: &ActionSpec, report: &mut Report) {
    let Some(effect) = step.effect.as_ref().filter(|effect| effect.value == Effect::Read) else { return };
    let method = step.with.iter().find(|(name, _)| name.value == "method").and_then(|(_, value)| value.as_literal());
    let Some(Value::String(method)) = method.filter(|_| action.effect == EffectRule::ByMethod) else { return };
    if ["PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        report.warn(|| {
            let message = format!("{method} is said to change nothing, and would be sent again at any time");
            Diagnostic::warning("W0108", effect.span, message)
                .help("say `effect: repeat` if its repetition does no harm, or leave `effect` out")
        });
    }
}

fn undo(step: &Step, action: &ActionSpec, report: &mut Report) {
    let Some(undo) = &step.undo else { return };
    if effect_of(action, step.effect.as_ref().map(|effect| effect.value), &step.with) == Effect::Read {
        report.warn(|| {
            let message = format!("`{}` has an `undo`, and nothing to take back: its effect is `read`", step.id);
            Diagnostic::warning("W0108", undo.span, message).help("drop the `undo`, or say its `effect`")
        });
    }
}
