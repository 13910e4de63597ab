//! Access tokens by a refresh token (RFC 6749, 6).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::file::{self, Successor};
use super::{World, config, token_in};
use crate::clock::Timestamp;
use crate::diagnostic::escape;
use crate::http::{Request, RequestBody, Response, Timeout, is_loopback};
use crate::mail::{MailError, MailErrorKind};
use crate::secret::{Secret, hide};

/// How long the token endpoint may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An access token this close to its end is not begun with.
const LAST: Duration = Duration::from_secs(60);

/// What is shown of the service's reason at most, in characters.
const MAX_SAID: usize = 300;

/// How an access token is asked for.
#[derive(Debug, Clone)]
pub struct Refresh {
    pub token_url: Url,
    pub client_id: String,
    pub client_secret: Option<Secret<String>>,
    pub grant: Grant,
    pub scope: Option<String>,
}

/// The refresh token.
#[derive(Debug, Clone)]
pub enum Grant {
    Given(Secret<String>),
    /// Read for each request, and written when the service gives another.
    File(PathBuf),
}

/// A token endpoint that may be asked: secrets go there.
pub fn token_url(text: &str) -> Result<Url, &'static str> {
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => Err("must not hold a user or password"),
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(url),
        Ok(url) if url.scheme() == "http" && is_loopback(&url) => Ok(url),
        _ => Err("must be an https:// URL"),
    }
}

/// One refresh token in use. Whoever wants an access token waits for the one who asks already.
pub(super) struct Refreshing {
    refresh: Refresh,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    access: Option<(Secret<String>, Timestamp)>,
    rotated: Option<Rotated>,
}

/// A refresh token that the service gave and that is written nowhere.
struct Rotated {
    instead_of: Secret<String>,
    token: Secret<String>,
}

/// What the service gave.
struct Given {
    access: Secret<String>,
    good_for: Option<Duration>,
    refresh: Option<Secret<String>>,
}

impl Refreshing {
    pub fn new(refresh: Refresh) -> Self {
        Self { refresh, state: Mutex::default() }
    }

    /// The access token at hand while it is good and not `refused`, else another.
    pub fn token(&self, world: &World, refused: Option<&Secret<String>>) -> Result<Secret<String>, MailError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = world.clock.now();
        let at_hand = state.access.as_ref().filter(|(access, until)| now < *until && refused != Some(access));
        if let Some((access, _)) = at_hand {
            return Ok(access.clone());
        }
        let given = self.renew(world, &mut state)?;
        let until = given.good_for.map(|time| now.plus(time.saturating_sub(LAST)));
        state.access = until.map(|until| (given.access.clone(), until));
        Ok(given.access)
    }

    /// Asks for an access token, and keeps the refresh token that may come with it: in the file that the user named, else
    /// for as long as this process lives.
    fn renew(&self, world: &World, state: &mut State) -> Result<Given, MailError> {
        let (first, successor) = match &self.refresh.grant {
            Grant::Given(first) => (first.clone(), None),
            Grant::File(path) => {
                let held = file::hold(path).map_err(|error| unusable(path, &error))?;
                let first = file::read(path).map_err(config)?;
                let successor = Successor::of(path).map_err(|error| unwritable(path, &error))?;
                (first, Some((path, held, successor)))
            }
        };
        // Another in the file's place is the user's, or another process's.
        state.rotated.take_if(|rotated| rotated.instead_of != first);
        let grant = state.rotated.as_ref().map_or(&first, |rotated| &rotated.token).clone();
        let given = self.ask(world, &grant)?;
        let token = given.refresh.as_ref().unwrap_or(&grant).clone();
        if token == first {
            return Ok(given);
        }
        world.mask.learn_text(token.expose());
        match successor.map(|(path, _held, successor)| (path, successor.take_over(&token))) {
            Some((_, Ok(()))) => {
                state.rotated = None;
                return Ok(given);
            }
            Some((path, Err(error))) => world.say(&lost(path, &error)),
            None => tracing::warn!(
                "the service gave another refresh token, which is lost when this process ends; name a \
                 `refresh-token-file` to keep it"
            ),
        }
        state.rotated = Some(Rotated { instead_of: first, token });
        Ok(given)
    }

    fn ask(&self, world: &World, grant: &Secret<String>) -> Result<Given, MailError> {
        let Refresh { token_url, client_id, client_secret, scope, .. } = &self.refresh;
        world.mask.learn_text(grant.expose());
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut fields = vec![
            field("grant_type", "refresh_token"),
            field("refresh_token", grant.expose()),
            field("client_id", client_id),
        ];
        fields.extend(client_secret.as_ref().map(|secret| field("client_secret", secret.expose())));
        fields.extend(scope.as_ref().map(|scope| field("scope", scope)));
        let request = Request {
            method: Method::POST,
            url: token_url.clone(),
            headers: vec![("accept".into(), "application/json".to_owned())],
            body: RequestBody::Form(fields),
            timeout: Timeout { after: PATIENCE, ..Timeout::default() },
            in_turn: false,
        };
        let response = world.send(request)?;
        let secrets = [Some(grant), client_secret.as_ref()];
        let masked = |text: &str| hide(&world.mask.apply(text), secrets.into_iter().flatten());
        given(&response, masked).map_err(|(kind, why)| {
            let place = token_url.host_str().unwrap_or_default();
            MailError::new(kind, format!("{place} gives none: {}", escape(&why)))
        })
    }
}

fn unusable(path: &Path, error: &io::Error) -> MailError {
    let kind = if error.kind() == io::ErrorKind::TimedOut { MailErrorKind::Network } else { MailErrorKind::Config };
    MailError::new(kind, format!("cannot use {}: {error}", path.display()))
}

fn unwritable(path: &Path, error: &io::Error) -> MailError {
    config(format!(
        "another refresh token could not be written into {}: {error}; nothing was asked for, since the service may give \
         one: make its folder writable, or name the token by `refresh-token`",
        path.display()
    ))
}

fn lost(path: &Path, error: &io::Error) -> String {
    format!(
        "the service gave another refresh token, which could not be written into {}: {error}. It serves until this \
         process ends, and is written when the next access token is asked for; after that the one in the file may not be \
         taken any more: put right what hinders the writing, or get another refresh token and put it there",
        path.display()
    )
}

impl World {
    fn say(&self, text: &str) {
        match self.say {
            Some(say) => say(&self.mask.apply(text)),
            None => tracing::error!("{text}"),
        }
    }

    fn send(&self, request: Request) -> Result<Response, MailError> {
        let network = |message: String| MailError::new(MailErrorKind::Network, message);
        let Some(runtime) = &self.runtime else {
            return Err(config("a refresh token is used only inside of a tokio runtime".to_owned()));
        };
        let (sender, receiver) = mpsc::channel();
        let http = self.http.clone();
        runtime.spawn(async move { sender.send(http.send(request).await) });
        match receiver.recv_timeout(2 * PATIENCE) {
            Ok(answer) => answer.map_err(|error| network(error.message)),
            Err(_) => Err(network("the token endpoint was not waited for".to_owned())),
        }
    }
}

/// What is in an answer, or why there is none (RFC 6749, 5), `masked` before it is cut.
fn given(response: &Response, masked: impl Fn(&str) -> String) -> Result<Given, (MailErrorKind, String)> {
    let body: Value = response.json().unwrap_or_default();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let passing = response.status >= 500 || matches!(response.status, 408 | 429);
    let kind = if passing { MailErrorKind::Network } else { MailErrorKind::Login };
    if response.status != 200 || body["error"].is_string() {
        let words: Vec<String> = [text("error"), text("error_description")].into_iter().flatten().collect();
        let said = masked(&words.join(": ")).split_whitespace().collect::<Vec<_>>().join(" ");
        let said: String = said.chars().take(MAX_SAID).collect();
        let dead = body["error"] == "invalid_grant";
        let advice = if dead { "; the refresh token is not taken (any more): get another" } else { "" };
        return Err((kind, format!("{} {said}{advice}", response.status)));
    }
    let token = |name: &str| body[name].as_str().and_then(token_in);
    let Some(access) = token("access_token") else {
        return Err((
            MailErrorKind::Config,
            "its answer has no `access_token`; is this the token endpoint?".to_owned(),
        ));
    };
    let seconds = match &body["expires_in"] {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    Ok(Given { access, good_for: seconds.map(Duration::from_secs), refresh: token("refresh_token") })
}
