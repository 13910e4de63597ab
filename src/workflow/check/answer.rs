//! `outputs`, `expect` and `effect` stand only where the action leaves them to the step, and a capture takes no name that
//! the action uses itself.

use super::Names;
use crate::diagnostic::{Diagnostic, Span};
use crate::workflow::{EffectRule, Report};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
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
        for capture in step.captures.iter().filter(|capture| action.output(capture.name.as_str()).is_some()) {
            report.add(|| {
                let message = format!("`{}` already is an output of `{}`", capture.name, action.name);
                Diagnostic::error("E0135", capture.span, message).help("give the capture another name")
            });
        }
    }
}
