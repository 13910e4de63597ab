//! One request in the hands of its handler.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::sandbox::faults::Verdict;
use crate::sandbox::http::{Answer, Check, Refusal};
use crate::sandbox::mail::{Letter, Post};
use crate::sandbox::service::Site;
use crate::sandbox::state::{AccessToken, Account, Entry, Event, State};

/// Who asks.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    pub account: &'a Account,
    /// The token that was shown; a generation key has none.
    pub token: Option<&'a AccessToken>,
}

/// What a handler knows, and what it wants to happen.
pub struct Exchange<'a> {
    pub site: &'a Site,
    pub state: &'a State,
    pub now: Timestamp,
    pub input: &'a Map<String, Value>,
    /// The variable part of the path, if there is one.
    pub path_id: &'a str,
    pub wants_json: bool,
    pub caller: Option<Caller<'a>>,
    pub verdict: &'a Verdict,
    pub request_id: String,
    events: Vec<Event>,
    ids: u64,
    drawn: u64,
    post: Post,
}

impl<'a> Exchange<'a> {
    pub fn new(
        site: &'a Site,
        state: &'a State,
        now: Timestamp,
        verdict: &'a Verdict,
        input: &'a Map<String, Value>,
    ) -> Self {
        let request_id = site.seed.uuid("request", state.drawn);
        let post = Post::new(state, now);
        let (path_id, wants_json, caller) = ("", true, None);
        let (events, ids, drawn) = (Vec::new(), 0, 1);
        Self { site, state, now, input, path_id, wants_json, caller, verdict, request_id, events, ids, drawn, post }
    }

    pub fn check(&self) -> Check<'a> {
        Check::new(self.input)
    }

    /// The account that asks; every guarded route has one.
    pub fn account(&self) -> Result<&'a Account, Refusal> {
        self.caller.map(|caller| caller.account).ok_or(Refusal::UNAUTHENTICATED)
    }

    /// The token that was shown; every route behind a bearer token has one.
    pub fn token(&self) -> Result<&'a AccessToken, Refusal> {
        self.caller.and_then(|caller| caller.token).ok_or(Refusal::UNAUTHENTICATED)
    }

    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Enters something into the books.
    pub fn emit_entry(&mut self, entry: Entry) {
        self.emit(Event::Booked { entry });
    }

    /// An id that nothing else has.
    pub fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.state.last_id + self.ids
    }

    /// A number to draw a value with, once.
    pub fn next_draw(&mut self) -> u64 {
        self.drawn += 1;
        self.state.drawn + self.drawn
    }

    pub fn draw(&mut self, label: &str, length: usize) -> String {
        let counter = self.next_draw();
        self.site.seed.alphanumeric(label, counter, length)
    }

    pub fn draw_uuid(&mut self, label: &str) -> String {
        let counter = self.next_draw();
        self.site.seed.uuid(label, counter)
    }

    /// Sends `letter`, or does to it what the faults say.
    pub fn mail(&mut self, letter: Letter) {
        let (draw, id) = (self.next_draw(), self.next_id());
        let events = self.site.mailer.send(&mut self.post, &letter, self.verdict.mail, self.site.seed, draw, id);
        self.ids += 1; // a mail that is sent twice takes the id after as well
        self.events.extend(events);
    }

    /// `data` in the envelope.
    pub fn answer(&self, status: u16, data: Value) -> Answer {
        let meta = json!({ "request_id": self.request_id });
        Answer::json(status, json!({ "data": data, "error": null, "meta": meta }))
    }

    pub fn message(&self, text: &str) -> Answer {
        self.answer(200, json!({ "message": text }))
    }

    /// What shall happen, in order.
    pub fn into_events(mut self) -> Vec<Event> {
        self.events.push(Event::ValuesDrawn { count: self.drawn });
        self.events
    }
}
