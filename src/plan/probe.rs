//! A `probe` stands where it is asked for: where an effect must not take place twice.

use super::effect::effect_of;
use crate::diagnostic::Diagnostic;
use crate::workflow::{Effect, Names, Report};

pub(super) fn check(names: &Names<'_>, step: usize, report: &mut Report) {
    let (said, action) = (&names.workflow.steps[step], names.actions[step].as_deref());
    let (Some(probe), Some(action)) = (&said.probe, action.filter(|action| action.captures)) else { return };
    let effect = effect_of(action, said.effect.as_ref().map(|effect| effect.value), &said.with);
    if matches!(effect, Effect::Read | Effect::Repeat) {
        report.add(|| {
            let message = format!("`{}` is never looked for: its effect is `{effect}`", said.id);
            let help = "what is in doubt is done again; drop the `probe`, or say `effect: once` or `effect: keyed`";
            Diagnostic::error("E0115", probe.span, message).help(help)
        });
    }
}
