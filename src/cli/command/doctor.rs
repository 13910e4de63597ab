//! `onramp doctor`.

use super::asking;
use super::request::base_url;
use crate::cli::args::{Doctor as Args, Global};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{environment, log, out};
use crate::ops::{self, DoctorRequest, MAILBOX_VARIABLE};
use crate::report::doctor;
use crate::secret::{Mask, Secret};

pub async fn doctor(args: Args, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&args.store.folder(global), "onramp doctor", global);
    let (base_url, base_url_source) = base_url(args.target.base_url, &global.chosen);
    let request = DoctorRequest {
        profiles_unread: global.unread.clone(),
        sandbox: args.target.sandbox,
        base_url,
        base_url_source,
        token: environment::token().map(Secret::new),
        mailbox: environment::reader(&global.chosen)(MAILBOX_VARIABLE).map(Secret::new),
    };
    let checks = ops::doctor(&workspace, request, &mask).await;
    match args.print.json {
        true => out::print_json(&doctor::json(&checks))?,
        false => out::print(&doctor::page(&checks, &stdout_look(global.color)))?,
    }
    Ok(if doctor::is_well(&checks) { Exit::Done } else { Exit::StepFailed })
}
