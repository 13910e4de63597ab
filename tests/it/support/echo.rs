//! A service that has no manners.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Answers everything with a refusal that repeats all it was sent, in three spellings.
pub fn echo() -> String {
    serve(|head, body| ("422 No", refusal(head, body)))
}

/// Answers everything with the same document.
pub fn answers(document: Value) -> String {
    serve(move |_, _| ("200 OK", document.clone()))
}

/// Makes what is posted, and stumbles before it says so; lists what it made. Without `header` it refuses.
pub fn stumbles(header: &'static str) -> String {
    let mut made = Vec::new();
    serve(move |head, body| {
        let head = head.to_ascii_lowercase();
        if !head.contains(header) {
            return ("401 No", json!({}));
        }
        if head.starts_with("get") {
            return ("200 OK", made.clone().into());
        }
        let mut thing: Value = serde_json::from_str(body).unwrap();
        thing["id"] = json!(made.len() + 1);
        made.push(thing);
        ("500 Oh", json!({}))
    })
}

/// `answer` makes a status and a document of a request's head and body.
pub fn serve(mut answer: impl FnMut(&str, &str) -> (&'static str, Value) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (head, body) = request(&stream);
            let (status, document) = answer(&head, &body);
            let document = document.to_string();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{document}",
                document.len()
            )
            .unwrap();
        }
    });
    address
}

fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut sent, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        sent.push_str(&line);
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (sent, String::from_utf8(body).unwrap())
}

fn refusal(sent: &str, body: &str) -> Value {
    let url: String = url::form_urlencoded::byte_serialize(body.as_bytes()).collect();
    let parsed: Value = serde_json::from_str(body).unwrap_or_default();
    let values: Vec<String> = parsed
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name} is {value}, or {}", STANDARD.encode(value.as_str().unwrap_or_default())))
        .collect();
    let message = format!("no: {sent} {body} {url} {} {}", STANDARD.encode(body), values.join("; "));
    json!({ "data": null, "error": { "code": "validation_error", "message": message, "details": { "body": [body] } } })
}
