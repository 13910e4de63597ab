//! Mail on the service's side: what it sent, and what somebody else sends.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::SandboxProcess;

impl SandboxProcess {
    /// The codes of all verification mails that were sent to `email`, in order, from the service's own records.
    pub fn mailed_codes(&self, email: &str) -> Vec<String> {
        let journal = fs::read_to_string(self.state.join("journal.jsonl")).unwrap();
        let commits = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let events = commits.flat_map(|commit| commit["commit"].as_array().cloned().unwrap_or_default());
        let raw = events.filter_map(|event| {
            let raw = event["message"]["raw"].as_str().or(event["mail"]["raw"].as_str())?;
            Some(STANDARD.decode(raw).unwrap())
        });
        let mut codes: Vec<String> = raw.filter_map(|raw| code_for(email, &raw)).collect();
        codes.dedup();
        codes
    }

    /// Somebody sends a mail.
    pub fn plant(&self, to: &str, message: &str) {
        let stream = TcpStream::connect(&self.smtp).unwrap();
        stream.set_read_timeout(Some(super::LONG)).unwrap();
        let mut answers = BufReader::new(&stream).lines();
        let mut answered = |code: &str| {
            let line = answers.by_ref().map(Result::unwrap).find(|line| line.as_bytes().get(3) == Some(&b' ')).unwrap();
            assert!(line.starts_with(code), "{line}");
        };
        answered("220");
        let recipient = format!("RCPT TO:<{to}>");
        let data = format!("{message}\r\n.");
        let dialogue = [
            ("EHLO test", "250"),
            ("MAIL FROM:<noreply@modelslab.com>", "250"),
            (&recipient, "250"),
            ("DATA", "354"),
            (&data, "250"),
        ];
        for (line, code) in dialogue {
            (&stream).write_all(format!("{line}\r\n").as_bytes()).unwrap();
            answered(code);
        }
    }
}

fn code_for(email: &str, raw: &[u8]) -> Option<String> {
    let message = mail_parser::MessageParser::default().parse(raw)?;
    let to = message.to()?.first()?.address()?;
    let text = message.body_text(0)?;
    let (_, rest) = text.split_once("/verify/").filter(|_| to == email)?;
    Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect())
}
