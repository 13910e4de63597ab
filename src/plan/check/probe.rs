//! A `probe` stands where it is asked for: where an effect must not take place twice.

use crate::diagnostic::Diagnostic;
use crate::plan::effect::effect_of;
use crate::workflow::{ActionSpec, Effect, Names, Report, Step};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    names.steps().for_each(|(step, action)| step_probe(step, action, report));
}

fn step_probe(said: &Step, action: Option<&ActionSpec>, report: &mut Report) {
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
