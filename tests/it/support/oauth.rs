//! A token service: access tokens for a refresh token that changes each time, and whose an access token is.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::echo::serve;

pub struct OAuth {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Every refresh token so far; the last one is good.
    refresh: Vec<String>,
    /// Every access token so far.
    access: Vec<String>,
    /// So many of them have ended.
    ended: usize,
}

impl OAuth {
    /// All tokens are those of `user`.
    pub fn of(user: &'static str) -> Self {
        let state = Arc::new(Mutex::new(State { refresh: vec!["refresh-hunter22-0".into()], ..State::default() }));
        let serving = state.clone();
        let url = serve(move |head, body| {
            let mut state = serving.lock().unwrap();
            match head.split(' ').nth(1).unwrap().split_once("access_token=") {
                Some((_, token)) if state.is_good(token) => ("200 OK", json!({ "email": user })),
                Some(_) => ("401 No", json!({ "error": "invalid_token" })),
                None => state.refresh(body),
            }
        });
        Self { url, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The refresh token that is good now.
    pub fn refresh_token(&self) -> String {
        self.state().refresh.last().unwrap().clone()
    }

    /// An access token that is good.
    pub fn access_token(&self) -> String {
        self.state().give()
    }

    /// No access token that was given so far is good any more.
    pub fn end_all(&self) {
        let mut state = self.state();
        state.ended = state.access.len();
    }

    /// Every token that was ever given.
    pub fn all(&self) -> Vec<String> {
        let state = self.state();
        state.refresh.iter().chain(&state.access).cloned().collect()
    }
}

impl State {
    fn is_good(&self, token: &str) -> bool {
        self.access[self.ended..].iter().any(|good| good == token)
    }

    fn give(&mut self) -> String {
        let token = format!("access-hunter22-{}", self.access.len());
        self.access.push(token.clone());
        token
    }

    fn refresh(&mut self, form: &str) -> (&'static str, Value) {
        if !form.contains(&format!("refresh_token={}&", self.refresh.last().unwrap())) {
            return ("400 No", json!({ "error": "invalid_grant" }));
        }
        let next = format!("refresh-hunter22-{}", self.refresh.len());
        self.refresh.push(next.clone());
        ("200 OK", json!({ "access_token": self.give(), "expires_in": 3600, "refresh_token": next }))
    }
}
