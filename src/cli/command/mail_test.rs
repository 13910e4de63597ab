//! `onramp mail test`.

use super::asking;
use crate::cli::args::{Global, MailTest as Args};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{environment, log, out};
use crate::diagnostic::nearest;
use crate::ops::{self, DEFAULT_STORE, MAILBOX_VARIABLE, OpError};
use crate::report::mail_test;
use crate::secret::{Mask, Secret};

pub async fn test(args: Args, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(DEFAULT_STORE.as_ref(), "onramp mail test", global);
    let tested = ops::mail_test(&workspace, &mailbox(&args, global)?, args.append, &mask).await?;
    match args.print.json {
        true => out::print_json(&mail_test::json(&tested))?,
        false => out::print(&mail_test::table(&tested, &stdout_look(global.color)))?,
    }
    Ok(if tested.outcome.is_ok() { Exit::Done } else { Exit::StepFailed })
}

/// The mailbox that is named, or that a run would be given.
fn mailbox(args: &Args, global: &Global) -> Result<Secret<String>, OpError> {
    let chosen = &global.chosen;
    let Some(name) = &args.mailbox else {
        let given = environment::reader(chosen)(MAILBOX_VARIABLE).map(Secret::new);
        let missing =
            format!("which mailbox? set {MAILBOX_VARIABLE}, or name a `[mailbox.NAME]` of onramp.toml by --mailbox");
        return given.ok_or(OpError::Usage(missing));
    };
    chosen.mailboxes.get(name).cloned().ok_or_else(|| {
        let near = nearest(name, chosen.mailboxes.keys().map(String::as_str));
        let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        OpError::Usage(format!("onramp.toml has no `[mailbox.{name}]`{meant}"))
    })
}
