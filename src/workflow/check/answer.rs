//! `outputs`, `expect`, `effect` and `probe` stand only where the action leaves them to the step, and a capture takes no name that
//! the action uses itself.

use super::Names;
use crate::diagnostic::{Diagnostic, Span};
use crate::workflow::{EffectRule, Report};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    undo(names, report);
    for (step, action) in names.steps() {
        let Some(action) = action else { continue };
        let mut refuse = |span: Span, key: &str, help: String| {
            let message = format!("`{key}` has no place in a step that uses `{}`", action.name);
            report.add(|| Diagnostic::error("E0115", span, message).help(help));
        };
        if !action.captures {
            let outputs: Vec<&str> = action.outputs.iter().map(|output| output.name).collect();
            if let Some(capture) = step.captures.first() {
                let own = if outputs.is_empty() { "none".to_owned() } else { outputs.join(", ") };
                refuse(capture.span, "outputs", format!("its outputs are its own: {own}"));
            }
            if let Some(expect) = &step.expect {
                refuse(expect.span, "expect", "the action judges the answer itself".to_owned());
            }
        }
        if let (Some(effect), EffectRule::Always(own)) = (&step.effect, action.effect) {
            refuse(effect.span, "effect", format!("its effect is always `{own}`"));
        }
        if let Some(probe) = step.probe.as_ref().filter(|_| !action.captures) {
            refuse(probe.span, "probe", "the action looks in its own way, if there is one".to_owned());
        }
        for capture in step.captures.iter().filter(|capture| action.output(capture.name.as_str()).is_some()) {
            report.add(|| {
                let message = format!("`{}` already is an output of `{}`", capture.name, action.name);
                Diagnostic::error("E0135", capture.span, message).help("give the capture another name")
            });
        }
    }
}

/// An undo says the effect of its own action.
fn undo(names: &Names<'_>, report: &mut Report) {
    for (step, action) in names.workflow.steps.iter().zip(&names.undos) {
        let said = step.undo.as_ref().and_then(|undo| undo.effect.as_ref());
        if let (Some(said), Some(action)) = (said, action)
            && let EffectRule::Always(own) = action.effect
        {
            report.add(|| {
                let message = format!("`effect` has no place in an undo that uses `{}`", action.name);
                Diagnostic::error("E0115", said.span, message).help(format!("its effect is always `{own}`"))
            });
        }
    }
}
