//! A service that costs next to nothing: HTTP/1.1 with keep-alive, a thread for each connection.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

/// Serves for as long as this process lives. `GET /items/7` answers `{"name":"item 7","next":8}`, and a bit more.
pub fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer_all(&stream));
        }
    });
    base_url
}

/// A client that hangs up ends it.
fn answer_all(stream: &TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split(' ').nth(1)?.to_owned();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        }
        writer.write_all(answer(&path).as_bytes()).ok()?;
    }
}

fn answer(path: &str) -> String {
    let number: Option<u64> = path.strip_prefix("/items/").and_then(|number| number.parse().ok());
    let (status, body) = match number {
        Some(number) => ("200 OK", format!(r#"{{"name":"item {number}","tags":["a","b"],"next":{}}}"#, number + 1)),
        None => ("404 Not Found", "{}".to_owned()),
    };
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
}
