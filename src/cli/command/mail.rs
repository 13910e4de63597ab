//! `onramp mail`.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::asking;
use super::mailbox::mailbox;
use crate::cli::args::{Global, Mail as Args, MailExtract, MailWait};
use crate::cli::console::stderr_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{log, out, signals};
use crate::diagnostic::escape;
use crate::ops::{self, DEFAULT_STORE, MailExtractRequest, MailWaitRequest, OpError};
use crate::report::mail::{self, NotTaken, Waited};
use crate::report::table::table;
use crate::secret::Mask;

pub async fn mail(args: Args, global: &Global) -> Result<Exit, Failure> {
    match args {
        Args::Wait(args) => wait(*args, global).await,
        Args::Extract(args) => extract(args, global),
        Args::Test(args) => super::mail_test::test(args, global).await,
    }
}

async fn wait(args: MailWait, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(DEFAULT_STORE.as_ref(), "onramp mail wait", global);
    let request = MailWaitRequest {
        mailbox: mailbox(args.mailbox.mailbox.as_deref(), global)?,
        parameters: parameters(&args)?,
        within: args.timeout,
    };
    let mut say = |text: &str| {
        if !args.progress.quiet {
            out::say(text);
        }
    };
    let waited = tokio::select! {
        waited = ops::mail_wait(&workspace, &request, &mask, &mut say) => waited?,
        stopped = signals::stop_asked() => return Ok(stopped.map(|()| Exit::Interrupted)?),
    };
    print(&waited, args.print.json, global)
}

fn print(waited: &Waited, json: bool, global: &Global) -> Result<Exit, Failure> {
    if let Some(NotTaken { code, message, details }) = &waited.error {
        out::say(&format!("{code}: {message}"));
        if !details.is_empty() {
            out::draw(table(details, &stderr_look(global.color)).trim_end());
        }
    }
    if json {
        out::print_json(&mail::waited_json(waited))?;
    } else if let Some(taken) = &waited.taken {
        out::print(&escape(taken.expose()))?;
    }
    Ok(if waited.taken.is_some() { Exit::Done } else { Exit::StepFailed })
}

/// The flags as parameters of `mail.wait`.
fn parameters(args: &MailWait) -> Result<Map<String, Value>, OpError> {
    let usage = |flag: &str, why: String| OpError::Usage(format!("--{flag}: {why}"));
    let after = args.after.as_ref().map(|text| serde_json::from_str::<Value>(text));
    let after = after.transpose().map_err(|error| usage("after", format!("this is not JSON: {error}")))?;
    let mut header = Map::new();
    for field in &args.header {
        let (name, part) =
            field.split_once(':').ok_or_else(|| usage("header", "write it as 'NAME: PART'".to_owned()))?;
        if header.insert(name.trim().to_owned(), part.trim().into()).is_some() {
            return Err(usage("header", format!("`{}` is given twice", escape(name.trim()))));
        }
    }
    let parameters = json!({
        "to": args.to, "from": args.from, "subject": args.subject, "header": header, "since": args.since, "after": after,
        "require": args.require, "authserv-id": args.authserv_id, "junk": args.junk,
        "extract": ops::extract_value(&args.what.extract)?,
    });
    Ok(parameters.as_object().cloned().unwrap_or_default())
}

fn extract(args: MailExtract, global: &Global) -> Result<Exit, Failure> {
    let request = MailExtractRequest { extract: &args.what.extract, reveal: args.reveal.reveal };
    let extracted = match args.file == Path::new("-") {
        true => ops::mail_extract(std::io::stdin().lock(), &request)?,
        false => ops::mail_extract(ops::mail_file(&args.file)?, &request)?,
    };
    if args.explain {
        out::draw(&mail::table(&extracted, &stderr_look(global.color)));
    }
    if args.print.json {
        out::print_json(&mail::json(&extracted))?;
    } else if let Some(taken) = &extracted.taken {
        out::print(&escape(taken.expose()))?;
    }
    if extracted.taken.is_some() {
        return Ok(Exit::Done);
    }
    out::say(&extracted.complaint(args.explain));
    Ok(Exit::StepFailed)
}
