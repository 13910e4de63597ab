//! `onramp mail test`.

use super::asking;
use super::mailbox::mailbox;
use crate::cli::args::{Global, MailTest as Args};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{log, out};
use crate::ops::{self, DEFAULT_STORE};
use crate::report::mail_test;
use crate::secret::Mask;

pub async fn test(args: Args, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(DEFAULT_STORE.as_ref(), "onramp mail test", global);
    let tested =
        ops::mail_test(&workspace, &mailbox(args.mailbox.mailbox.as_deref(), global)?, args.append, &mask).await?;
    match args.print.json {
        true => out::print_json(&mail_test::json(&tested))?,
        false => out::print(&mail_test::table(&tested, &stdout_look(global.color)))?,
    }
    Ok(if tested.outcome.is_ok() { Exit::Done } else { Exit::StepFailed })
}
