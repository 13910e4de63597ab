//! One file for each family of commands. They translate: words in, use case, words out.

mod actions;
mod again;
mod call;
mod cancel;
mod doctor;
mod exec;
mod export;
mod fleet;
mod graph;
mod init;
mod key;
mod mail;
mod mail_test;
mod mailbox;
mod outcome;
mod plan;
mod prune;
mod request;
mod resolve;
mod run;
mod sandbox;
mod schema;
mod show;
mod teardown;
mod validate;

use std::path::Path;
use std::sync::Arc;

use super::args::{Command, Global};
use super::environment;
use super::exit::Exit;
use super::failure::Failure;
use super::out;
use crate::action::Registry;
use crate::clock::SystemClock;
use crate::entropy::{BufferedEntropy, SystemEntropy};
use crate::ops::{self, Profile, ProfileRequest, TokenSources, Workspace};

/// Carries a command out.
pub async fn dispatch(command: Command, global: &Global) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::init(args),
        Command::Run(args) => run::run(args, global).await,
        Command::Resume(args) => again::resume(args, global).await,
        Command::Retry(args) => again::retry(args, global).await,
        Command::Resolve(args) => resolve::resolve(args, global),
        Command::Runs(args) => show::runs(args, global),
        Command::Show(args) => show::show(args, global),
        Command::Cancel(args) => cancel::cancel(args, global).await,
        Command::Teardown(args) => teardown::teardown(args, global).await,
        Command::Export(args) => export::export(args, global),
        Command::Exec(args) => exec::exec(args, global).await,
        Command::Fleet(args) => fleet::fleet(args, global).await,
        Command::Prune(args) => prune::prune(args, global),
        Command::Key(args) => key::key(args, global),
        Command::Validate(args) => validate::validate(args, global),
        Command::Plan(args) => plan::plan(args, global),
        Command::Doctor(args) => doctor::doctor(args, global).await,
        Command::Graph(args) => graph::graph(args, global),
        Command::Call(args) => call::call(args, global).await,
        Command::Actions(args) => actions::actions(args, global),
        Command::Schema(_) => schema::schema(),
        Command::Mail(args) => mail::mail(args, global).await,
        Command::Sandbox(args) => sandbox::sandbox(args).await,
    }
}

/// The profile that was asked for, or the defaults of the user's file.
pub fn profile(global: &Global) -> Result<Profile, Failure> {
    let name = global.profile.as_deref().filter(|name| !name.is_empty());
    let request = ProfileRequest { own: environment::profiles(), named: global.config.as_deref(), profile: name };
    Ok(ops::profile(&request)?)
}

pub fn workspace(store: &Path, command: &str) -> Workspace {
    Workspace {
        store: store.to_owned(),
        key: environment::key_source(),
        sandboxes: environment::sandboxes(),
        witnesses: environment::witnesses(),
        terms: environment::terms(),
        registry: Arc::new(Registry::builtin()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(BufferedEntropy::<SystemEntropy>::default()),
        command: command.to_owned(),
        rate_scale: 1.0,
        ca_file: None,
        tokens: TokenSources::default(),
    }
}

/// The same for a command that asks others: the service, or a mail server.
fn asking(store: &Path, command: &str, global: &Global) -> Workspace {
    let chosen = &global.chosen;
    Workspace {
        rate_scale: chosen.rate_scale.unwrap_or(1.0),
        ca_file: global.ca_file.clone().or_else(|| chosen.ca_file.clone()),
        tokens: TokenSources {
            by_account: chosen.tokens.clone(),
            withheld: environment::own_variables(),
            say: Some(out::say),
        },
        ..workspace(store, command)
    }
}
