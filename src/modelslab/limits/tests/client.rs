//! What a client that is kept back does not send.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::at;
use crate::clock::ManualClock;
use crate::http::{Deadline, Http};
use crate::modelslab::catalogue::VerifyEmail;
use crate::modelslab::{Base, Client, Limits};
use crate::secret::Secret;
use crate::tls;

/// Counts connections, and answers each with a session.
async fn served(listener: TcpListener, times: usize) -> usize {
    const BODY: &str = r#"{"data":{"access_token":"t"},"error":null}"#;
    for _ in 0..times {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    times
}

#[tokio::test]
async fn clients_of_a_process_share_the_limits_and_codes_count_together() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let service = tokio::spawn(served(listener, 1));
    let clock = Arc::new(ManualClock::at(at(0)));
    let limits = Arc::new(Limits::new(clock.clone()).scaled(0.0));
    let http = Http::new(&tls::client_config(None).unwrap(), true).unwrap();
    let client = || {
        let deadline = Some(Deadline { at: at(50_000), setting: None });
        let base = Base::parse(&base).unwrap();
        Client::at(base, http.clone(), clock.clone(), limits.clone()).with_deadline(deadline)
    };
    let verify = |code: &str| VerifyEmail { verification_code: Secret::new(code.to_owned()) };
    client().verify_email(&verify("a")).await.unwrap();
    assert_eq!(service.await.unwrap(), 1);
    // Nobody listens any more: a call that was sent would end in another way.
    let error = client().verify_email(&verify("b")).await.unwrap_err();
    assert_eq!((error.status, error.sent), (Some(429), false));
    assert_eq!(error.to_string(), "nothing was sent: agent-auth allows 1 a minute, and has room in 60 s");
}
