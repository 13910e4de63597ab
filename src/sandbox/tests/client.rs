//! A client for the tests: HTTP by reqwest, IMAP by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use base64::Engine as _;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::clock::{ManualClock, Timestamp};
use crate::sandbox::{Faults, Options, Ready, Sandbox};

pub const PASSWORD: &str = "correct-horse-7";
pub const V1: &str = "/api/agents/v1";

pub fn clock() -> ManualClock {
    ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap())
}

pub fn options(clock: &ManualClock) -> Options {
    Options { seed: 7, clock: Arc::new(clock.clone()), ..Options::default() }
}

pub fn faults(rules: &Value) -> Faults {
    Faults::from_json(&rules.to_string()).unwrap()
}

/// A port below those that the kernel gives away: nobody takes it between two starts of a sandbox.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 10_000 + (std::process::id() % 500) as u16 * 40;
    loop {
        let port = base + NEXT.fetch_add(1, Ordering::Relaxed) % 2_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

pub async fn sandbox() -> (Sandbox, Client) {
    start(options(&clock())).await
}

pub async fn sandbox_with(rules: Value) -> (Sandbox, Client) {
    start(Options { faults: faults(&rules), ..options(&clock()) }).await
}

pub async fn start(options: Options) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(options).await.unwrap();
    let client = Client::new(sandbox.ready());
    (sandbox, client)
}

/// An answer, read whole.
pub struct Heard {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn data(&self, field: &str) -> &str {
        self.body["data"][field].as_str().unwrap_or_else(|| unreachable!("no {field} in {}", self.body))
    }
}

pub struct Client {
    http: reqwest::Client,
    pub ready: Ready,
}

impl Client {
    pub fn new(ready: &Ready) -> Self {
        // Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { http, ready: ready.clone() }
    }

    pub async fn try_send(&self, method: &str, path: &str, token: &str, body: &Value) -> reqwest::Result<Response> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.ready.base_url));
        request = request.header("accept", "application/json");
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        request.send().await
    }

    pub async fn send(&self, method: &str, path: &str, token: &str, body: Value) -> Heard {
        self.heard(self.try_send(method, path, token, &body).await.unwrap()).await
    }

    /// Posts with an `Idempotency-Key`.
    pub async fn keyed(&self, path: &str, token: &str, key: &str, body: &Value) -> Heard {
        self.heard(self.try_keyed(path, token, key, body).await.unwrap()).await
    }

    pub async fn try_keyed(&self, path: &str, token: &str, key: &str, body: &Value) -> reqwest::Result<Response> {
        let request = self.http.post(format!("{}{V1}{path}", self.ready.base_url)).bearer_auth(token);
        request.header("idempotency-key", key).json(body).send().await
    }

    /// Posts a form as Stripe is asked, with `key` as the user of HTTP Basic.
    pub async fn form(&self, path: &str, key: &str, fields: &[(String, String)]) -> Heard {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.ready.base_url));
        let request = if key.is_empty() { request } else { request.basic_auth(key, Some("")) };
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        self.heard(request.send().await.unwrap()).await
    }

    pub async fn publishable_key(&self, token: &str) -> String {
        self.get("/billing/stripe-config", token).await.body["publishable_key"].as_str().unwrap().to_owned()
    }

    /// Makes a card known at Stripe; gives its id.
    pub async fn card(&self, token: &str, number: &str) -> String {
        let key = self.publishable_key(token).await;
        let heard = self.form("/v1/payment_methods", &key, &card_fields(number)).await;
        heard.body["id"].as_str().unwrap_or_else(|| unreachable!("{}", heard.body)).to_owned()
    }

    async fn heard(&self, response: Response) -> Heard {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Heard { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Heard {
        self.send("POST", &format!("{V1}{path}"), token, body).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Heard {
        self.send("GET", &format!("{V1}{path}"), token, Value::Null).await
    }

    pub async fn signup(&self, email: &str) -> Heard {
        self.post("/auth/signup", "", json!({ "email": email, "password": PASSWORD, "name": "Ada" })).await
    }

    pub async fn login(&self, email: &str) -> Heard {
        self.post("/auth/login", "", json!({ "email": email, "password": PASSWORD })).await
    }

    /// Signs up and verifies; gives the token.
    pub async fn account(&self, email: &str) -> String {
        assert_eq!(self.signup(email).await.status, 201);
        let code = self.inbox().await.code_for(email).await;
        self.verify(&code).await.data("access_token").to_owned()
    }

    pub async fn verify(&self, code: &str) -> Heard {
        self.post("/auth/verify-email", "", json!({ "verification_code": code })).await
    }

    /// Makes a key; gives it in full.
    pub async fn key(&self, token: &str) -> String {
        self.post("/api-keys", token, json!({ "name": "production" })).await.data("key").to_owned()
    }

    pub async fn generate(&self, key: &str) -> Heard {
        let body = json!({ "key": key, "model_id": "flux", "prompt": "a sunset" });
        self.send("POST", "/api/v6/images/text2img", "", body).await
    }

    pub async fn ledger(&self) -> Value {
        self.send("GET", "/_sandbox/ledger", "", Value::Null).await.body
    }

    /// The inbox, opened read-only.
    pub async fn inbox(&self) -> Imap {
        let mut imap = Imap::connect(&self.ready).await;
        imap.log_in(&self.ready).await;
        imap.ok("EXAMINE INBOX").await;
        imap
    }
}

/// The fields with which Stripe is told a card.
pub fn card_fields(number: &str) -> Vec<(String, String)> {
    let fields = [
        ("type", "card"),
        ("card[number]", number),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2030"),
        ("card[cvc]", "123"),
    ];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// How many there are in `list` of the ledger whose `field` is `value`.
pub fn count(ledger: &Value, list: &str, field: &str, value: impl Into<Value>) -> usize {
    let value = value.into();
    ledger[list].as_array().unwrap().iter().filter(|item| item[field] == value).count()
}

pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

/// A raw IMAP connection. Literals are kept in the line they belong to.
pub struct Imap {
    stream: BufReader<Box<dyn Wire>>,
    tags: u32,
}

impl Imap {
    pub async fn connect(ready: &Ready) -> Self {
        let address = url::Url::parse(&ready.mailbox).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", address.port().unwrap())).await.unwrap();
        let mut imap = Self::over(stream);
        assert!(imap.line().await.starts_with("* OK"));
        imap
    }

    /// A connection that was greeted before.
    pub fn over(stream: impl Wire + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)), tags: 0 }
    }

    /// An account's inbox, open for reading.
    pub async fn of(ready: &Ready, user: &str) -> Self {
        let mut imap = Self::connect(ready).await;
        let address = url::Url::parse(&ready.mailbox).unwrap();
        imap.ok(&format!("LOGIN {user} {}", address.password().unwrap())).await;
        imap.ok("EXAMINE INBOX").await;
        imap
    }

    pub async fn log_in(&mut self, ready: &Ready) {
        let address = url::Url::parse(&ready.mailbox).unwrap();
        self.ok(&format!("LOGIN {} {}", address.username(), address.password().unwrap())).await;
    }

    /// A response line, with the literals it holds.
    pub async fn line(&mut self) -> String {
        let mut whole = Vec::new();
        loop {
            let start = whole.len();
            let read = tokio::time::timeout(Duration::from_secs(20), self.stream.read_until(b'\n', &mut whole)).await;
            assert_ne!(read.expect("the server says nothing").unwrap(), 0, "the server hung up");
            let line = String::from_utf8_lossy(&whole[start..]).trim_end().to_owned();
            let size = line.strip_suffix('}').and_then(|line| line.rsplit_once('{')).map(|(_, size)| size.to_owned());
            let Some(size) = size.and_then(|size| size.parse::<usize>().ok()) else {
                return String::from_utf8_lossy(&whole).trim_end().to_owned();
            };
            let mut literal = vec![0; size];
            self.stream.read_exact(&mut literal).await.unwrap();
            whole.extend(literal);
        }
    }

    pub async fn say(&mut self, text: &str) {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
    }

    /// Sends a command; gives the untagged lines and the tagged one.
    pub async fn command(&mut self, command: &str) -> (Vec<String>, String) {
        self.tags += 1;
        let tag = format!("t{}", self.tags);
        self.say(&format!("{tag} {command}")).await;
        let mut untagged = Vec::new();
        loop {
            let line = self.line().await;
            match line.strip_prefix(&format!("{tag} ")) {
                Some(status) => return (untagged, status.to_owned()),
                None => untagged.push(line),
            }
        }
    }

    pub async fn ok(&mut self, command: &str) -> Vec<String> {
        let (untagged, status) = self.command(command).await;
        assert!(status.starts_with("OK"), "{command}: {status}");
        untagged
    }

    pub async fn refused(&mut self, command: &str) -> String {
        let (_, status) = self.command(command).await;
        assert!(!status.starts_with("OK"), "{command}: {status}");
        status
    }

    /// Every message to `email`, decoded, oldest first; waits until there are `at_least` so many.
    pub async fn texts_for(&mut self, email: &str, at_least: usize) -> Vec<String> {
        loop {
            let found = self.ok(&format!("UID SEARCH HEADER Delivered-To {email}")).await.concat();
            let uids: Vec<&str> = found.split(' ').skip(2).collect();
            if uids.len() >= at_least {
                let mut texts = Vec::new();
                for uid in uids {
                    texts.push(self.text_of(uid).await);
                }
                return texts;
            }
            self.wait_for_mail().await;
        }
    }

    async fn text_of(&mut self, uid: &str) -> String {
        let raw = self.ok(&format!("UID FETCH {uid} (BODY.PEEK[])")).await.concat();
        let (head, rest) = raw.split_once("}\r\n").unwrap();
        let size: usize = head.rsplit_once('{').unwrap().1.parse().unwrap();
        let parsed = mail_parser::MessageParser::default().parse(&rest.as_bytes()[..size]).unwrap();
        parsed.body_text(0).unwrap().into_owned()
    }

    /// Idles until something exists that was not there before.
    pub async fn wait_for_mail(&mut self) {
        self.tags += 1;
        self.say(&format!("t{} IDLE", self.tags)).await;
        while !self.line().await.contains("EXISTS") {}
        self.say("DONE").await;
        while !self.line().await.starts_with('t') {}
    }

    /// The token in the link of the newest mail to `email`.
    pub async fn code_for(&mut self, email: &str) -> String {
        let texts = self.texts_for(email, 1).await;
        token_in(texts.last().unwrap())
    }
}

pub fn token_in(text: &str) -> String {
    link_token(text, "/verify/")
}

/// What follows on `path` in a link of a mail's text, up to its query.
pub fn link_token(text: &str, path: &str) -> String {
    let (_, rest) = text.split_once(path).expect(text);
    rest.split(|c: char| c.is_whitespace() || c == '?').next().unwrap().to_owned()
}

/// `secret` in every spelling in which it may be looked for.
pub fn spellings(secret: &str) -> [String; 3] {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret.to_owned(), form, base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret)]
}
