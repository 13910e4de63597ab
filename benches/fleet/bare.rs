//! The same requests with the same bound, and nothing else: no checkpoint, no retry, no look.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, oneshot};
use url::Url;

type Waiters = Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>;

pub fn run(base_url: &str, mailbox: &str, rows: usize, in_flight: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let waiters = Waiters::default();
    let (reader, url) = (waiters.clone(), Url::parse(mailbox).unwrap());
    std::thread::spawn(move || read_codes(&url, &reader));
    runtime.block_on(async {
        let (client, places) = (crate::client(), Arc::new(Semaphore::new(in_flight)));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 1..=rows {
            let place = places.clone().acquire_owned().await.unwrap();
            let (client, base_url, waiters) = (client.clone(), base_url.to_owned(), waiters.clone());
            tasks.spawn(async move {
                row(&client, &base_url, number, &waiters).await;
                drop(place);
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    });
}

async fn row(client: &reqwest::Client, base_url: &str, number: usize, waiters: &Waiters) {
    let email = format!("agent+{number}@onramp.test");
    let (sender, code) = oneshot::channel();
    waiters.lock().unwrap().insert(email.clone(), sender);
    let api = format!("{base_url}/api/agents/v1");
    let password = "correct horse battery staple 9";
    post(client, &format!("{api}/auth/signup"), None, json!({ "email": email, "password": password })).await;
    let code = code.await.unwrap();
    let verified = post(client, &format!("{api}/auth/verify-email"), None, json!({ "verification_code": code })).await;
    let token = find(&verified, "access_token").unwrap();
    let key = post(client, &format!("{api}/api-keys"), Some(&token), json!({ "name": "production" })).await;
    let key = find(&key, "key").unwrap();
    let wanted = json!({ "key": key, "model_id": "flux", "prompt": "A sunset over mountains" });
    let mut image = post(client, &format!("{base_url}/api/v6/images/text2img"), None, wanted).await;
    while let Some(url) = find(&image, "fetch_result") {
        tokio::time::sleep(Duration::from_secs(image["eta"].as_u64().unwrap())).await;
        image = post(client, &url, None, json!({ "key": key })).await;
    }
}

async fn post(client: &reqwest::Client, url: &str, token: Option<&str>, body: Value) -> Value {
    let request = client.post(url).json(&body);
    let request = token.iter().fold(request, |request, token| request.bearer_auth(token));
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// The first text of that name, however deep.
fn find(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(fields) => fields
            .get(name)
            .and_then(|found| found.as_str().map(str::to_owned))
            .or_else(|| fields.values().find_map(|value| find(value, name))),
        Value::Array(items) => items.iter().find_map(|value| find(value, name)),
        _ => None,
    }
}

/// Asks the inbox for what is new, ten times a second, and hands each code to whom it was sent.
fn read_codes(mailbox: &Url, waiters: &Waiters) {
    let stream = TcpStream::connect((mailbox.host_str().unwrap(), mailbox.port().unwrap())).unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let login = format!("LOGIN {} {}", mailbox.username(), mailbox.password().unwrap());
    command(&mut stream, &login);
    command(&mut stream, "SELECT INBOX");
    let mut next = 1;
    loop {
        // What came since is told of with this, and is there for the next command.
        command(&mut stream, "NOOP");
        for (uid, text) in command(&mut stream, &format!("UID FETCH {next}:* (UID BODY.PEEK[])")) {
            next = next.max(uid + 1);
            // The link is broken over lines as quoted-printable has it.
            let text = text.replace("=\r\n", "");
            let to = text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap_or_default();
            let to = to.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
            let code = text.split("/verify/").nth(1).and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
            if let (Some(waiter), Some(code)) = (waiters.lock().unwrap().remove(&to), code) {
                let _ = waiter.send(code.to_owned());
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Sends a command and gives the messages that came with the answer.
fn command(stream: &mut BufReader<TcpStream>, command: &str) -> Vec<(u32, String)> {
    stream.get_ref().write_all(format!("a {command}\r\n").as_bytes()).unwrap();
    let mut messages = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.starts_with("a ") {
            assert!(line.starts_with("a OK"), "{line}");
            return messages;
        }
        let size = line.trim_end().rsplit_once('{').and_then(|(_, size)| size.strip_suffix('}')?.parse().ok());
        if let Some(size) = size {
            let mut bytes = vec![0; size];
            stream.read_exact(&mut bytes).unwrap();
            let uid = line.split("UID ").nth(1).and_then(|rest| rest.split([' ', ')']).next()?.parse().ok());
            messages.push((uid.unwrap_or(0), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}
