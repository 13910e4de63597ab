//! Looks whether a run would find what it needs. Only reads: the service is asked for its contract and whose a token is.

mod contract;
mod service;

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;

use super::Workspace;
use super::base_url::base_url_of;
use super::mail_test::{advice, inspect};
use super::surroundings::MAILBOX_VARIABLE;
use crate::mail::Mailbox;
use crate::outlook::BaseUrlSource;
use crate::report::doctor::{Check, Health};
use crate::sandbox::{Options, Sandbox};
use crate::secret::{Mask, Secret};
use crate::store::{KeyError, KeySource};

pub struct DoctorRequest {
    /// Why the user's profiles cannot be read, if they cannot.
    pub profiles_unread: Option<String>,
    /// Look at an embedded sandbox instead; neither token nor mailbox are used then.
    pub sandbox: bool,
    pub base_url: Option<String>,
    /// For telling.
    pub base_url_source: BaseUrlSource,
    pub token: Option<Secret<String>>,
    pub mailbox: Option<Secret<String>>,
}

/// Each thing that was looked at. What is not given is not looked at. `mask` learns the secrets of the request, and no check
/// repeats one.
pub async fn doctor(workspace: &Workspace, request: DoctorRequest, mask: &Mask) -> Vec<Check> {
    let given = [&request.token, &request.mailbox];
    given.into_iter().flatten().for_each(|secret| mask.learn_text(secret.expose()));
    let profiles = request.profiles_unread.as_ref().map(profiles);
    let mut checks: Vec<Check> = profiles.into_iter().chain([key(workspace), store(&workspace.store)]).collect();
    checks.extend(outside(workspace, request, mask).await);
    for check in &mut checks {
        check.found = mask.apply(&check.found);
    }
    checks
}

fn profiles(why: &String) -> Check {
    Check::failed("onramp.toml", why).advise("nothing was taken from it; other commands do nothing until it is right")
}

async fn outside(workspace: &Workspace, mut request: DoctorRequest, mask: &Mask) -> Vec<Check> {
    let tls = match workspace.tls() {
        Ok(tls) => tls,
        Err(error) => return vec![Check::failed("service", error)],
    };
    // It goes when this function ends.
    let sandbox = match request.sandbox {
        true => match Sandbox::start(Options { clock: workspace.clock.clone(), ..Options::default() }).await {
            Ok(sandbox) => Some(sandbox),
            Err(error) => return vec![Check::failed("service", error)],
        },
        false => None,
    };
    if let Some(sandbox) = &sandbox {
        let ready = sandbox.ready();
        request.base_url = Some(ready.base_url.clone());
        (request.token, request.mailbox) = (None, Some(Secret::new(ready.mailbox.clone())));
    }
    let mut checks = match base_url_of(request.base_url.as_deref()) {
        Ok(base_url) => {
            let source = (!request.sandbox).then_some(&request.base_url_source);
            service::look(workspace, &tls, &base_url, source, request.token.as_ref()).await
        }
        Err(error) => vec![Check::failed("service", format!("{error} (it is {})", request.base_url_source))],
    };
    if let Some(url) = &request.mailbox {
        checks.push(mailbox(workspace, &tls, url.expose(), request.sandbox, mask).await);
    }
    checks
}

fn key(workspace: &Workspace) -> Check {
    let name = "key";
    match (workspace.key.load(), &workspace.key) {
        (Ok(key), source) => Check::ok(name, format!("{}, from {}", key.id(), place(source))),
        (Err(KeyError::Missing { path }), KeySource::Default(_)) => {
            Check::ok(name, format!("none yet; the first run makes one at {}", path.display()))
        }
        (Err(error), _) => Check::failed(name, error),
    }
}

fn place(source: &KeySource) -> String {
    match source {
        KeySource::Text(_) => "ONRAMP_KEY".to_owned(),
        KeySource::Command(_) => "ONRAMP_KEY_COMMAND".to_owned(),
        KeySource::File(path) | KeySource::Default(path) => path.display().to_string(),
        KeySource::Homeless => "nowhere".to_owned(),
    }
}

fn store(folder: &Path) -> Check {
    let (name, shown) = ("store", folder.display());
    let there = folder.ancestors().find(|place| place.as_os_str().is_empty() || place.exists());
    let there = there.filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match try_write(there) {
        Ok(()) if there == folder => Check::ok(name, format!("{shown} can be written")),
        Ok(()) => Check::ok(name, format!("{shown} is not there yet; the first run makes it")),
        Err(error) => Check::failed(name, format!("{} cannot be written: {error}", there.display()))
            .advise("make room or permission there, or name another folder by `--store`"),
    }
}

/// The file has no name, and is gone with its handle.
fn try_write(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder)?.write_all(b"onramp")
}

async fn mailbox(workspace: &Workspace, tls: &Arc<ClientConfig>, url: &str, sandbox: bool, mask: &Mask) -> Check {
    let name = "mailbox";
    let mailbox = match Mailbox::parse(url) {
        Ok(mailbox) => mailbox,
        Err(error) => return Check::failed(name, format!("{MAILBOX_VARIABLE}: {error}")),
    };
    mask.learn_texts(&mailbox.secrets());
    match inspect(workspace, tls.clone(), &mailbox, None, sandbox, mask).await {
        Ok(_) => Check::ok(name, format!("{mailbox} opens")),
        Err(error) => Check::failed(name, format!("{mailbox}: {error}")).advise(advice(&error)),
    }
}

impl Check {
    fn ok(name: &'static str, found: String) -> Self {
        Self { name, health: Health::Ok, found, advice: None }
    }

    fn warning(name: &'static str, found: String) -> Self {
        Self { health: Health::Warning, ..Self::ok(name, found) }
    }

    /// Words that say what to do need no advice beside them.
    fn failed(name: &'static str, why: impl ToString) -> Self {
        Self { health: Health::Failed, ..Self::ok(name, why.to_string()) }
    }

    fn advise(self, advice: &str) -> Self {
        Self { advice: Some(advice.to_owned()), ..self }
    }
}
