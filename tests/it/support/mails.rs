//! Mail on the service's side: what it sent, and what somebody else sends.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{SandboxProcess, smtp};

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
        smtp::send(&self.smtp, "EHLO", "noreply@modelslab.com", to, message);
    }
}

fn code_for(email: &str, raw: &[u8]) -> Option<String> {
    let message = mail_parser::MessageParser::default().parse(raw)?;
    let to = message.to()?.first()?.address()?;
    let text = message.body_text(0)?;
    let (_, rest) = text.split_once("/verify/").filter(|_| to == email)?;
    Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect())
}
