//! TLS and STARTTLS at the mail ports, with the CA that the sandbox made.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::client::{Client, Imap, clock, options, sandbox, start};
use crate::sandbox::{Options, Ready, Sandbox};

async fn with_tls() -> (Sandbox, Client) {
    start(Options { tls: true, ..options(&clock()) }).await
}

fn port(url: &str) -> u16 {
    url::Url::parse(url).unwrap().port().unwrap()
}

async fn tcp(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

/// The handshake of a client that trusts `roots` and nobody else.
async fn handshake(roots: RootCertStore, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("127.0.0.1").unwrap(), stream).await
}

fn roots(ready: &Ready) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ready.ca.as_ref().unwrap()).unwrap()).unwrap();
    roots
}

async fn line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn the_inbox_is_read_over_tls_by_who_trusts_the_ca() {
    let (_sandbox, client) = with_tls().await;
    client.signup("ada@onramp.test").await;
    let port = port(client.ready.imaps.as_ref().unwrap());
    let mut imap = Imap::over(handshake(roots(&client.ready), tcp(port).await).await.unwrap());
    let greeting = imap.line().await;
    assert!(greeting.contains("AUTH=PLAIN") && !greeting.contains("STARTTLS"), "{greeting}");
    imap.log_in(&client.ready).await;
    assert!(imap.ok("SELECT INBOX").await.contains(&"* 1 EXISTS".to_owned()));
    imap.command("LOGOUT").await;
    let (_other, another) = with_tls().await;
    assert!(handshake(roots(&another.ready), tcp(port).await).await.is_err(), "the CA of another sandbox");
}

#[tokio::test]
async fn starttls_is_offered_once_and_what_was_sent_before_it_is_forgotten() {
    let (_sandbox, client) = with_tls().await;
    let address = url::Url::parse(&client.ready.mailbox).unwrap();
    let mut plain = BufReader::new(tcp(port(&client.ready.mailbox)).await);
    assert!(line(&mut plain).await.contains("STARTTLS"));
    let login = format!("b LOGIN {} {}", address.username(), address.password().unwrap());
    plain.write_all(format!("a STARTTLS\r\n{login}\r\nc NOO").as_bytes()).await.unwrap();
    assert!(line(&mut plain).await.starts_with("a OK"));
    // If it came in two pieces the second is no handshake, and the session ends.
    let Ok(encrypted) = handshake(roots(&client.ready), plain.into_inner()).await else { return };
    let mut imap = Imap::over(encrypted);
    let told = imap.ok("CAPABILITY").await.concat();
    assert!(!told.contains("STARTTLS") && told.contains("AUTH=PLAIN"), "{told}");
    assert!(imap.refused("SELECT INBOX").await.contains("Log in first"));
    assert!(imap.refused("STARTTLS").await.starts_with("BAD"));
    imap.log_in(&client.ready).await;
    imap.ok("SELECT INBOX").await;
}

#[tokio::test]
async fn without_tls_neither_port_offers_it() {
    let (_sandbox, client) = sandbox().await;
    assert!(client.ready.imaps.is_none() && client.ready.ca.is_none());
    let mut imap = Imap::connect(&client.ready).await;
    assert!(!imap.ok("CAPABILITY").await.concat().contains("STARTTLS"));
    assert!(imap.refused("STARTTLS").await.starts_with("BAD"));
    let mut smtp = BufReader::new(tcp(port(&client.ready.smtp)).await);
    line(&mut smtp).await;
    smtp.write_all(b"STARTTLS\r\n").await.unwrap();
    assert!(line(&mut smtp).await.starts_with("502"));
}

#[tokio::test]
async fn mail_is_taken_over_starttls_and_nothing_may_follow_it_unencrypted() {
    let (_sandbox, client) = with_tls().await;
    let mut plain = BufReader::new(tcp(port(&client.ready.smtp)).await);
    line(&mut plain).await;
    plain.write_all(b"EHLO me\r\n").await.unwrap();
    let mut offered = String::new();
    while !offered.contains("250 ") {
        offered.push_str(&line(&mut plain).await);
    }
    assert!(offered.contains("250-STARTTLS"), "{offered}");
    plain.write_all(b"MAIL FROM:<me@x.test>\r\nSTARTTLS\r\n").await.unwrap();
    line(&mut plain).await;
    assert!(line(&mut plain).await.starts_with("220"));
    let mut encrypted = BufReader::new(handshake(roots(&client.ready), plain.into_inner()).await.unwrap());
    for (said, code) in [
        ("RCPT TO:<a@x.test>", "503"),
        ("STARTTLS", "503"),
        ("MAIL FROM:<me@x.test>", "250"),
        ("RCPT TO:<a@x.test>", "250"),
        ("DATA", "354"),
        ("Subject: hi\r\n\r\nx\r\n.", "250"),
        ("QUIT", "221"),
    ] {
        encrypted.write_all(format!("{said}\r\n").as_bytes()).await.unwrap();
        let mut reply = String::new();
        encrypted.read_line(&mut reply).await.unwrap();
        assert!(reply.starts_with(code), "{said}: {reply}");
    }
    assert_eq!(client.inbox().await.texts_for("a@x.test", 1).await, ["x\r\n"]);
    let mut eager = BufReader::new(tcp(port(&client.ready.smtp)).await);
    line(&mut eager).await;
    eager.write_all(b"STARTTLS\r\nNOOP\r\n").await.unwrap();
    let reply = line(&mut eager).await;
    // In two pieces the second is taken for a handshake, and fails as one.
    assert!(reply.starts_with("501") || !line(&mut eager).await.starts_with("250"), "{reply}");
}

#[tokio::test]
async fn a_restart_keeps_ca_and_port() {
    let state = tempfile::tempdir().unwrap();
    let options = || Options { tls: true, state: Some(state.path().to_owned()), ..options(&clock()) };
    let (sandbox, client) = start(options()).await;
    let ca = std::fs::read(client.ready.ca.as_ref().unwrap()).unwrap();
    sandbox.stop().await;
    let (_sandbox, again) = start(options()).await;
    assert_eq!(again.ready.imaps, client.ready.imaps);
    assert_eq!(std::fs::read(again.ready.ca.as_ref().unwrap()).unwrap(), ca);
}
