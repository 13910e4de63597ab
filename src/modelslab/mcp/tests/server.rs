//! A server of few lines: HTTP by hand, an answer from a closure.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A request.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The message's method, or the verb if there is no message.
    pub what: String,
    pub head: String,
    pub body: Value,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        let fits = |line: &&str| line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name));
        self.head.lines().find(fits).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }

    /// The answer whose result this is.
    pub fn json(&self, value: Value) -> Answer {
        format!("content-type: application/json\r\n\r\n{}", result(self, value)).into()
    }
}

pub fn result(heard: &Heard, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": heard.body["id"], "result": result })
}

/// What a server says to the handshake, in an older version than was asked for.
pub fn agreed() -> Value {
    json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": { "name": "x", "version": "1" } })
}

/// What goes over the wire: all of it, or what stands behind `HTTP/1.1 200 OK`. Nothing resets the connection.
pub struct Answer {
    pub raw: String,
    pub stays_open: bool,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        let whole = text.is_empty() || text.starts_with("HTTP/");
        Self { raw: if whole { text } else { format!("HTTP/1.1 200 OK\r\n{text}") }, stays_open: false }
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

#[derive(Default)]
struct Log {
    heard: Mutex<Vec<Heard>>,
    more: Notify,
}

pub struct Server {
    pub base_url: String,
    log: Arc<Log>,
}

impl Server {
    /// Answers whatever comes as `answer` says.
    pub async fn start(answer: impl Fn(&Heard) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (base_url, log) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(Log::default()));
        let (kept, answer) = (log.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone(), answer.clone()));
            }
        });
        Self { base_url, log }
    }

    /// Shakes hands and ends sessions as it should, and answers calls as `answer` says.
    pub async fn polite(answer: impl Fn(&Heard) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(move |heard| match heard.what.as_str() {
            "initialize" => format!("mcp-session-id: s1\r\n\r\n{}", result(heard, agreed())).into(),
            "tools/call" => answer(heard),
            _ => "HTTP/1.1 202 Accepted\r\n\r\n".into(),
        })
        .await
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.log.heard.lock().unwrap().clone()
    }

    /// The same, once `what` was heard.
    pub async fn heard_until(&self, what: &str) -> Vec<Heard> {
        loop {
            let more = self.log.more.notified();
            let heard = self.heard();
            if heard.iter().any(|heard| heard.what == what) {
                return heard;
            }
            more.await;
        }
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Log>, answer: Arc<impl Fn(&Heard) -> Answer>) {
    let Some(heard) = read(&mut stream).await else { return };
    let answer = answer(&heard);
    log.heard.lock().unwrap().push(heard);
    log.more.notify_waiters();
    let (head, body) = answer.raw.split_once("\r\n\r\n").unwrap_or(("", ""));
    if !head.is_empty() {
        let _ = stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{body}").as_bytes()).await;
    }
    if answer.stays_open {
        // Until the client hangs up.
        let _ = stream.read(&mut [0; 1]).await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let what = body["method"].as_str().or_else(|| head.split(' ').next()).unwrap_or_default().to_owned();
    Some(Heard { what, head, body })
}
