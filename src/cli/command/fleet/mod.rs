//! `onramp fleet`.

mod out;
mod outcome;
mod resolve;
mod rows;
mod run;
mod steer;
mod teardown;

use crate::cli::args::{Fleet, Global};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::fleet::Control;

pub async fn fleet(args: Fleet, global: &Global) -> Result<Exit, Failure> {
    match args {
        Fleet::Run(args) => run::run(*args, global).await,
        Fleet::Resume(args) => run::resume(args, global).await,
        Fleet::Resolve(args) => resolve::resolve(args, global),
        Fleet::Show(args) => out::show(args, global),
        Fleet::List(args) => out::list(args, global),
        Fleet::Pause(args) => steer::control(args.which, &args.store, Control::Pause(true), global).await,
        Fleet::Unpause(args) => steer::control(args.which, &args.store, Control::Pause(false), global).await,
        Fleet::Set(args) => {
            steer::control(args.which, &args.store, Control::MaxParallel(args.max_parallel), global).await
        }
        Fleet::Cancel(args) => steer::cancel(args, global).await,
        Fleet::Export(args) => out::export(args, global),
        Fleet::Teardown(args) => teardown::teardown(args, global).await,
    }
}
