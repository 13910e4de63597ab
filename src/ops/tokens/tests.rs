//! Refresh tokens against a token endpoint on this machine.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use url::Url;

use super::*;
use crate::clock::{ManualClock, Timestamp};

/// Answers the requests in order, and gives back the forms that were posted. Whoever asks once too often gets no answer.
fn endpoint(answers: Vec<(u16, Value)>) -> (Url, std::thread::JoinHandle<Vec<String>>) {
    endpoint_after(|| {}, answers)
}

/// The same; before it answers the first request, something `happens`.
fn endpoint_after(
    happens: impl FnOnce() + Send + 'static,
    answers: Vec<(u16, Value)>,
) -> (Url, std::thread::JoinHandle<Vec<String>>) {
    let mut happens = Some(happens);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/token", listener.local_addr().unwrap())).unwrap();
    let serving = std::thread::spawn(move || {
        let mut answer = |(status, answer): (u16, Value)| {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut form = vec![0; length];
            reader.read_exact(&mut form).unwrap();
            happens.take().into_iter().for_each(|happens| happens());
            let (answer, close) = (answer.to_string(), "Connection: close");
            let length = answer.len();
            write!(&stream, "HTTP/1.1 {status} X\r\n{close}\r\nContent-Length: {length}\r\n\r\n{answer}").unwrap();
            String::from_utf8(form).unwrap()
        };
        answers.into_iter().map(&mut answer).collect()
    });
    (url, serving)
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// What was said to the person, by all tests.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn hear(text: &str) {
    HEARD.lock().unwrap().push(text.to_owned());
}

struct Scene {
    tokens: Arc<dyn Tokens>,
    clock: Arc<ManualClock>,
    mailbox: Mailbox,
}

impl Scene {
    fn new(token_url: Url, grant: Grant) -> Self {
        let mailbox = Mailbox::parse("imaps://me;AUTH=XOAUTH2@mail.test").unwrap();
        let client_secret = Some(secret("client-hunter22"));
        let refresh =
            Refresh { token_url, client_id: "onramp".into(), client_secret, grant, scope: Some("mail".into()) };
        let by_account = BTreeMap::from([(mailbox.account(), TokenSource::Refresh(refresh))]);
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap()));
        let http = Http::new(&crate::tls::client_config(None).unwrap(), true).unwrap();
        let sources = TokenSources { by_account, withheld: Vec::new(), say: Some(hear) };
        let tokens = sources.open(http, clock.clone(), Mask::default()).unwrap();
        Self { tokens, clock, mailbox }
    }

    /// As a mailbox's own thread asks.
    async fn token(&self, refused: Option<&str>) -> Result<String, MailError> {
        let (tokens, mailbox, refused) = (self.tokens.clone(), self.mailbox.clone(), refused.map(secret));
        let asked = tokio::task::spawn_blocking(move || tokens.token(&mailbox, refused.as_ref()));
        asked.await.unwrap().map(|token| token.expose().clone())
    }
}

fn access(token: &str, seconds: u64) -> (u16, Value) {
    (200, json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds }))
}

#[tokio::test]
async fn an_access_token_serves_until_it_ends_or_is_refused() {
    let (url, endpoint) = endpoint(vec![access("one", 3600), access("two", 3600), access("three", 3600)]);
    let scene = Scene::new(url, Grant::Given(secret("refresh hunter22")));
    assert_eq!(scene.token(None).await.as_deref(), Ok("one"));
    assert_eq!(scene.token(Some("older")).await.as_deref(), Ok("one"));
    assert_eq!(scene.token(Some("one")).await.as_deref(), Ok("two"));
    assert_eq!(scene.token(None).await.as_deref(), Ok("two"));
    scene.clock.advance(Duration::from_secs(3541));
    assert_eq!(scene.token(None).await.as_deref(), Ok("three"));
    let asked = "grant_type=refresh_token&refresh_token=refresh+hunter22&client_id=onramp&client_secret=client-hunter22&scope=mail";
    assert_eq!(endpoint.join().unwrap(), [asked; 3]);
}

#[tokio::test]
async fn an_access_token_without_an_end_is_asked_for_each_time() {
    let endless = |token: &str| (200, json!({ "access_token": token }));
    let (url, _endpoint) = endpoint(vec![endless("one"), endless("two")]);
    let scene = Scene::new(url, Grant::Given(secret("refresh-hunter22")));
    assert_eq!(scene.token(None).await.as_deref(), Ok("one"));
    assert_eq!(scene.token(None).await.as_deref(), Ok("two"));
}

#[tokio::test]
async fn a_rotated_refresh_token_takes_the_old_ones_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("refresh");
    private(&path, "refresh-0\n");
    for (grant, kept) in
        [(Grant::Given(secret("refresh-0")), "refresh-0\n"), (Grant::File(path.clone()), "refresh-2\n")]
    {
        let (url, endpoint) = endpoint(vec![rotating(1), rotating(2)]);
        let scene = Scene::new(url, grant);
        assert_eq!(scene.token(None).await.as_deref(), Ok("access-1"));
        assert_eq!(scene.token(None).await.as_deref(), Ok("access-2"));
        assert!(endpoint.join().unwrap()[1].contains("refresh_token=refresh-1&"));
        assert_eq!(fs::read_to_string(&path).unwrap(), kept);
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(files(folder.path()), ["refresh"]);
}

fn rotating(n: u8) -> (u16, Value) {
    (200, json!({ "access_token": format!("access-{n}"), "refresh_token": format!("refresh-{n}") }))
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A rotated refresh token could not be written, since a folder is where its file was.
struct Hindered {
    scene: Scene,
    folder: tempfile::TempDir,
    path: PathBuf,
    endpoint: std::thread::JoinHandle<Vec<String>>,
}

impl Hindered {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refresh");
        private(&path, "refresh-0\n");
        let there = path.clone();
        let hinder = move || {
            fs::remove_file(&there).unwrap();
            fs::create_dir(&there).unwrap();
        };
        let (url, endpoint) = endpoint_after(hinder, vec![rotating(1), access("access-2", 0)]);
        let scene = Scene::new(url, Grant::File(path.clone()));
        assert_eq!(scene.token(None).await.as_deref(), Ok("access-1"));
        Self { scene, folder, path, endpoint }
    }

    /// There is a file with this again; the refresh token that is asked with next, and what the file holds then.
    async fn put_right(self, text: &str) -> (String, String) {
        fs::remove_dir(&self.path).unwrap();
        private(&self.path, text);
        assert_eq!(self.scene.token(None).await.as_deref(), Ok("access-2"));
        let form = self.endpoint.join().unwrap()[1].clone();
        assert_eq!(files(self.folder.path()), ["refresh"]);
        let asked = Url::parse(&format!("form:?{form}")).unwrap();
        let token = asked.query_pairs().find(|(name, _)| name == "refresh_token").unwrap().1.into_owned();
        (token, fs::read_to_string(&self.path).unwrap())
    }
}

#[tokio::test]
async fn a_rotated_refresh_token_that_cannot_be_written_is_told_and_used_and_written_later() {
    let hindered = Hindered::new().await;
    let shown = hindered.path.display().to_string();
    let heard: Vec<String> = HEARD.lock().unwrap().iter().filter(|text| text.contains(&shown)).cloned().collect();
    assert!(heard.len() == 1 && heard[0].contains("get another refresh token"), "{heard:?}");
    assert!(!heard[0].contains("refresh-1"), "{heard:?}");
    assert_eq!(hindered.put_right("refresh-0\n").await, ("refresh-1".to_owned(), "refresh-1\n".to_owned()));
}

#[tokio::test]
async fn a_refresh_token_in_the_file_goes_before_the_one_that_could_not_be_written() {
    let hindered = Hindered::new().await;
    assert_eq!(hindered.put_right("refresh-9\n").await, ("refresh-9".to_owned(), "refresh-9\n".to_owned()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_is_asked_for_where_another_refresh_token_could_not_be_written() {
    // One word, for its owner alone, in a folder where nobody may make files, root included.
    let path = Path::new("/proc/self/personality");
    let (url, _endpoint) = endpoint(vec![rotating(1)]);
    let scene = Scene::new(url, Grant::File(path.to_owned()));
    let refused = scene.token(None).await.unwrap_err();
    assert_eq!(refused.kind, MailErrorKind::Config, "{refused}");
    assert!(refused.message.contains("nothing was asked for"), "{refused}");
}

#[tokio::test]
async fn a_refusal_is_masked_before_it_is_cut() {
    let token = format!("hunter:{}", "22:".repeat(200));
    let said = format!("{} {token}", "not ".repeat(70));
    let (url, _endpoint) = endpoint(vec![(400, json!({ "error": "invalid_grant", "error_description": said }))]);
    let scene = Scene::new(url, Grant::Given(secret(&token)));
    let refused = scene.token(None).await.unwrap_err();
    assert!(refused.message.contains("not *** ") || refused.message.contains("not ***;"), "{refused}");
    assert!(!refused.message.contains("hunter"), "{refused}");
}

fn files(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_refusal_is_told_without_what_was_sent() {
    let said = "refresh-hunter22 of client-hunter22 \u{1b}[2J";
    for (status, error, kind, part) in [
        (400, "invalid_grant", MailErrorKind::Login, "get another"),
        (401, "invalid_client", MailErrorKind::Login, "401 invalid_client"),
        (503, "temporarily_unavailable", MailErrorKind::Network, "503"),
        (200, "invalid_scope", MailErrorKind::Login, "invalid_scope"),
    ] {
        let (url, _endpoint) = endpoint(vec![(status, json!({ "error": error, "error_description": said }))]);
        let scene = Scene::new(url, Grant::Given(secret("refresh-hunter22")));
        let refused = scene.token(None).await.unwrap_err();
        assert_eq!(refused.kind, kind, "{refused}");
        assert!(refused.message.contains(part) && refused.message.contains("*** of *** \\u{1b}"), "{refused}");
    }
    let (url, _endpoint) = endpoint(vec![(200, json!("hello"))]);
    let scene = Scene::new(url, Grant::Given(secret("refresh-hunter22")));
    assert_eq!(scene.token(None).await.unwrap_err().kind, MailErrorKind::Config);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_may_come_back() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/token", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let scene = Scene::new(url, Grant::Given(secret("refresh-hunter22")));
    assert_eq!(scene.token(None).await.unwrap_err().kind, MailErrorKind::Network);
}

#[test]
fn a_refresh_token_goes_over_tls_or_stays_on_this_machine() {
    for url in ["https://login.test/token", "http://127.0.0.1:9/token", "http://localhost/token"] {
        assert!(token_url(url).is_ok(), "{url}");
    }
    for url in ["http://login.test/token", "https://me:pw@login.test/", "ftp://127.0.0.1/", "login.test", "https://"] {
        assert!(token_url(url).is_err(), "{url}");
    }
}

#[test]
fn a_mailbox_without_a_source_is_refused_before_anything_begins() {
    let mailbox = |url: &str| Mailbox::parse(url).unwrap();
    let inbox = mailbox("imaps://me;AUTH=XOAUTH2@mail.test");
    let by_account = BTreeMap::from([(inbox.account(), TokenSource::File("token".into()))]);
    let sources = TokenSources { by_account, ..TokenSources::default() };
    for fits in
        ["imaps://me;AUTH=OAUTHBEARER@mail.test:993/Junk", "imaps://you:pw@mail.test", "imaps://me;AUTH=XOAUTH2:t@h"]
    {
        assert!(sources.check(&mailbox(fits)).is_ok(), "{fits}");
    }
    for other in ["imaps://you;AUTH=XOAUTH2@mail.test", "imaps://me;AUTH=XOAUTH2@mail.test:994"] {
        assert_eq!(sources.check(&mailbox(other)).unwrap_err().kind, MailErrorKind::Config, "{other}");
    }
}
