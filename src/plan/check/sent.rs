//! A secret goes only where the user sent it: an address that stands in the file alone is refused when the step runs, and
//! said before.

use url::Url;

use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::plan::secrecy::Secrecy;
use crate::workflow::{ActionSpec, Names, Report, Use};

/// Stands for an expression. No host has this name.
const UNKNOWN: &str = "onramp-expression.invalid";

pub(super) fn check(names: &Names<'_>, secrecy: &Secrecy<'_>, report: &mut Report) {
    for used in names.uses() {
        let Some(action) = used.action.filter(|action| sends_secret(names, &used, action, secrecy)) else { continue };
        for (name, value) in used.with {
            let is_destination = action.parameter(&name.value).is_some_and(|parameter| parameter.destination);
            let Some(host) = host(value).filter(|_| is_destination) else { continue };
            report.warn(|| {
                let message =
                    format!("`{}` would send a secret to `{host}`, which stands only in this file", action.name);
                let path = if name.value == "url" { "write the path alone if this is the base URL; else " } else { "" };
                let help =
                    format!("{path}take the address from an input or a secret, or run with `--allow-host {host}`");
                Diagnostic::warning("W0104", value.span, message).label("refused unless it is allowed").help(help)
            });
        }
    }
}

fn sends_secret(names: &Names<'_>, used: &Use<'_>, action: &ActionSpec, secrecy: &Secrecy<'_>) -> bool {
    let step = &names.workflow.steps[used.step];
    used.with.iter().any(|(name, value)| {
        action.parameter(&name.value).is_some_and(|parameter| parameter.secret) || secrecy.is_secret(value, Some(step))
    })
}

/// The host that a URL names by itself, whatever its expressions are.
fn host(value: &Template) -> Option<String> {
    let url = Url::parse(&value.outline(UNKNOWN)?).ok()?;
    url.host_str().filter(|host| !host.contains(UNKNOWN)).map(str::to_owned)
}
