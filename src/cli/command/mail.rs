//! `onramp mail`.

use std::path::Path;

use crate::cli::args::{Global, Mail as Args, MailExtract};
use crate::cli::console::stderr_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::diagnostic::escape;
use crate::ops::{self, MailExtractRequest};
use crate::report::mail;

pub fn mail(args: Args, global: &Global) -> Result<Exit, Failure> {
    match args {
        Args::Extract(args) => extract(args, global),
    }
}

fn extract(args: MailExtract, global: &Global) -> Result<Exit, Failure> {
    let request = MailExtractRequest { extract: &args.extract, reveal: args.reveal.reveal };
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
    out::say(&extracted.complaint());
    Ok(Exit::StepFailed)
}
