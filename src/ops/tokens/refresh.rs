//! Access tokens by a refresh token (RFC 6749, 6).

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::{World, config, file, token_in};
use crate::clock::Timestamp;
use crate::diagnostic::escape;
use crate::http::{Request, RequestBody, Response, Timeout, is_loopback};
use crate::mail::{MailError, MailErrorKind};
use crate::secret::{MASKED, Secret};

/// How long the token endpoint may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An access token this close to its end is not begun with.
const LAST: Duration = Duration::from_secs(60);

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
    /// Given by the service instead of the user's, and written nowhere.
    rotated: Option<Secret<String>>,
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
        let (first, file) = match &self.refresh.grant {
            Grant::Given(first) => (first.clone(), None),
            Grant::File(path) => {
                let held =
                    file::hold(path).map_err(|error| config(format!("cannot use {}: {error}", path.display())))?;
                (file::read(path).map_err(config)?, Some((path, held)))
            }
        };
        let given = self.ask(world, state.rotated.as_ref().unwrap_or(&first))?;
        let Some(rotated) = given.refresh.as_ref().filter(|rotated| **rotated != first) else { return Ok(given) };
        world.mask.learn_text(rotated.expose());
        let lost = match &file {
            None => "name a `refresh-token-file` to keep it".to_owned(),
            Some((path, _held)) => match file::replace(path, rotated) {
                Ok(()) => {
                    state.rotated = None;
                    return Ok(given);
                }
                Err(error) => format!("{} cannot be written: {error}", path.display()),
            },
        };
        tracing::warn!("the service gave another refresh token, which is lost when this process ends; {lost}");
        state.rotated = Some(rotated.clone());
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
            headers: vec![field("accept", "application/json")],
            body: RequestBody::Form(fields),
            timeout: Timeout { after: PATIENCE, setting: None },
        };
        let response = world.send(request)?;
        let secrets = [Some(grant), client_secret.as_ref()];
        given(&response).map_err(|(kind, why)| {
            let why = secrets.iter().flatten().fold(why, |why, secret| why.replace(secret.expose(), MASKED));
            let place = token_url.host_str().unwrap_or_default();
            MailError::new(kind, format!("{place} gives none: {}", escape(&why)))
        })
    }
}

impl World {
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

/// What is in an answer, or why there is none (RFC 6749, 5).
fn given(response: &Response) -> Result<Given, (MailErrorKind, String)> {
    let body = response.json().unwrap_or_default();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let passing = response.status >= 500 || matches!(response.status, 408 | 429);
    let kind = if passing { MailErrorKind::Network } else { MailErrorKind::Login };
    if response.status != 200 || body["error"].is_string() {
        let words: Vec<String> = [text("error"), text("error_description")].into_iter().flatten().collect();
        let said: String =
            words.join(": ").split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
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
