//! A mail handed over by SMTP or LMTP, one recipient a transaction.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// `hello` is `EHLO` or `LHLO`. Panics unless the server takes the mail.
pub fn send(server: impl ToSocketAddrs, hello: &str, from: &str, to: &str, message: &str) {
    let stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut replies = BufReader::new(stream.try_clone().unwrap());
    let (hello, from, to) = (format!("{hello} test"), format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"));
    let data = format!("{}\r\n.", message.trim_end().replace("\r\n.", "\r\n.."));
    expect(&mut replies, "220");
    for (command, code) in [(hello, "250"), (from, "250"), (to, "250"), ("DATA".to_owned(), "354"), (data, "250")] {
        (&stream).write_all(format!("{command}\r\n").as_bytes()).unwrap();
        expect(&mut replies, code);
    }
}

fn expect(replies: &mut impl BufRead, code: &str) {
    loop {
        let mut line = String::new();
        replies.read_line(&mut line).unwrap();
        assert!(line.starts_with(code), "wanted {code}, got {line}");
        if line.as_bytes().get(3) != Some(&b'-') {
            return;
        }
    }
}
