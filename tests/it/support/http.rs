//! A client of few lines, so that the client under test does not judge itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

pub fn get_json(url: &str) -> Value {
    let (status, body) = exchange("GET", url, "");
    assert_eq!(status, 200, "{url}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// Sends JSON. Gives status and body.
pub fn post(url: &str, body: &Value) -> (u16, String) {
    exchange("POST", url, &body.to_string())
}

/// The same by whoever holds `token`.
pub fn post_as(token: &str, url: &str, body: &Value) -> (u16, String) {
    send("POST", url, &format!("Authorization: Bearer {token}\r\n"), &body.to_string())
}

fn exchange(method: &str, url: &str, body: &str) -> (u16, String) {
    send(method, url, "", body)
}

fn send(method: &str, url: &str, headers: &str, body: &str) -> (u16, String) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(super::LONG)).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept: application/json\r\n\
         {headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
