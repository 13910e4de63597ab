//! Mail that comes in by SMTP, and mail that leaves by LMTP.

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::client::{Client, clock, count, faults, free_port, options, sandbox, start};
use crate::sandbox::{DeliverTo, Options};

const ADA: &str = "ada@onramp.test";

struct Smtp(BufReader<TcpStream>);

impl Smtp {
    async fn connect(client: &Client) -> Self {
        let port = url::Url::parse(&client.ready.smtp).unwrap().port().unwrap();
        let mut smtp = Self(BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap()));
        assert!(smtp.reply().await.starts_with("220"));
        smtp
    }

    async fn reply(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    async fn say(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.reply().await
    }
}

#[tokio::test]
async fn mail_for_anybody_arrives_in_the_inbox_one_copy_each() {
    let (_sandbox, client) = sandbox().await;
    let mut smtp = Smtp::connect(&client).await;
    for (line, code) in [
        ("EHLO me", "250"),
        ("DATA", "503"),
        ("RCPT TO:<a@x.test>", "503"),
        ("MAIL FROM:<me@x.test> SIZE=10", "250"),
        ("RCPT TO:<no address>", "501"),
        ("RCPT TO:<a@x.test>", "250"),
        ("RCPT TO:<b@x.test>", "250"),
        ("VRFY a", "502"),
        ("DATA", "354"),
        ("Subject: hi\r\n\r\n..dot\r\n.", "250"),
        ("RCPT TO:<c@x.test>", "503"),
        ("QUIT", "221"),
    ] {
        let reply = smtp.say(line).await;
        assert!(reply.starts_with(code), "{line}: {reply}");
    }
    let mut inbox = client.inbox().await;
    assert_eq!(inbox.texts_for("a@x.test", 1).await, [".dot\r\n"]);
    assert_eq!(inbox.texts_for("b@x.test", 1).await.len(), 1);
}

#[tokio::test]
async fn a_mail_that_is_too_big_is_refused_and_the_next_is_taken() {
    let (_sandbox, client) = sandbox().await;
    let mut smtp = Smtp::connect(&client).await;
    let big = format!("Subject: big\r\n\r\n{}\r\n.", "x".repeat(8 << 20));
    for (message, code) in [(big.as_str(), "552"), ("Subject: small\r\n\r\nx\r\n.", "250")] {
        smtp.say("MAIL FROM:<>").await;
        smtp.say("RCPT TO:<a@x.test>").await;
        assert!(smtp.say("DATA").await.starts_with("354"));
        let reply = smtp.say(message).await;
        assert!(reply.starts_with(code), "{reply}");
    }
    assert_eq!(client.inbox().await.texts_for("a@x.test", 1).await, ["x\r\n"]);
}

/// An LMTP server that first refuses each of `refusals`, then takes what comes; gives the recipients and the message.
async fn lmtp_server(refusals: Vec<&'static str>) -> (u16, tokio::task::JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = async move {
        let mut refusals = refusals.into_iter();
        loop {
            let mut stream = BufReader::new(listener.accept().await.unwrap().0);
            stream.write_all(b"220-hello\r\n220 ready\r\n").await.unwrap();
            let (mut recipient, mut message, mut in_data) = (String::new(), String::new(), false);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap() == 0 {
                    break;
                }
                let reply = match line.get(..4) {
                    _ if in_data && line == ".\r\n" => match refusals.next() {
                        Some(refusal) => refusal,
                        None => {
                            stream.write_all(b"250 taken\r\n").await.unwrap();
                            return (recipient, message);
                        }
                    },
                    _ if in_data => {
                        message.push_str(&line);
                        continue;
                    }
                    Some("DATA") => {
                        in_data = true;
                        "354 go"
                    }
                    Some("RCPT") => {
                        recipient = line.trim().to_owned();
                        "250 ok"
                    }
                    _ => "250 ok",
                };
                stream.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
            }
        }
    };
    (port, tokio::spawn(serve))
}

#[tokio::test]
async fn mail_is_handed_to_another_server_and_kept_nowhere_here() {
    let (port, server) = lmtp_server(vec!["451 try again"]).await;
    let deliver_to = Some(DeliverTo { host: "127.0.0.1".into(), port });
    let (_sandbox, client) = start(Options { deliver_to, ..options(&clock()) }).await;
    client.signup(ADA).await;
    let (recipient, message) = server.await.unwrap();
    assert_eq!(recipient, "RCPT TO:<ada@onramp.test>");
    assert!(message.contains("Subject: Verify Email Address\r\n"));
    assert_eq!(client.inbox().await.ok("UID SEARCH ALL").await, ["* SEARCH"]);
}

#[tokio::test]
async fn a_server_that_comes_up_later_gets_the_mail_too() {
    let port = free_port();
    let deliver_to = Some(DeliverTo { host: "127.0.0.1".into(), port });
    let (_sandbox, client) = start(Options { deliver_to, ..options(&clock()) }).await;
    client.signup(ADA).await;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"554 go away\r\n").await.unwrap();
    while count(&client.ledger().await, "mails", "fate", "lost") == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn faults_strike_mail_that_leaves_as_well() {
    let (port, server) = lmtp_server(Vec::new()).await;
    let rules = json!([{ "on": "signup", "fault": "mail-lost", "times": 1 }]);
    let deliver_to = Some(DeliverTo { host: "127.0.0.1".into(), port });
    let (_sandbox, client) = start(Options { deliver_to, faults: faults(&rules), ..options(&clock()) }).await;
    client.signup("lost@onramp.test").await;
    client.signup(ADA).await;
    assert_eq!(server.await.unwrap().0, "RCPT TO:<ada@onramp.test>");
}
