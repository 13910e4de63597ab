//! What a message gives that lies there as bytes, and why.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::OpError;
use crate::mail::{Candidate, Extract, Taken};
use crate::report::mail::{Considered, Extracted};

/// More is not read of a message.
const MAX_MESSAGE: u64 = 64 << 20;

pub struct MailExtractRequest<'a> {
    /// As `extract` of `mail.wait`: `code`, `link`, or a pattern as JSON.
    pub extract: &'a str,
    /// Candidates in the clear.
    pub reveal: bool,
}

/// Reads a message and takes out of it what is asked for.
pub fn mail_extract(message: impl Read, request: &MailExtractRequest<'_>) -> Result<Extracted, OpError> {
    let extract = extract(request.extract)?;
    let mut bytes = Vec::new();
    let failed = |error| OpError::Usage(format!("cannot read the message: {error}"));
    message.take(MAX_MESSAGE).read_to_end(&mut bytes).map_err(failed)?;
    let explained = extract.explain(&bytes);
    let considered = |one: Candidate| Considered {
        score: one.score(),
        shown: if request.reveal { one.value.clone() } else { one.masked() },
        decoy: one.decoy,
        quoted: one.quoted,
        signs: one.signs.iter().map(|sign| (sign.weight, sign.name)).collect(),
    };
    let (taken, refused) = match explained.outcome {
        Taken::One(taken) => (Some(taken), Vec::new()),
        Taken::Nothing => (None, Vec::new()),
        Taken::Refused(named) => (None, named),
    };
    let candidates = explained.candidates.into_iter().map(considered).collect();
    Ok(Extracted { gives: extract.gives(), taken, refused, enough: explained.enough, candidates })
}

/// Opens a file with a message.
pub fn mail_file(path: &Path) -> Result<std::fs::File, OpError> {
    std::fs::File::open(path).map_err(|error| OpError::Usage(format!("cannot read {}: {error}", path.display())))
}

fn extract(text: &str) -> Result<Extract, OpError> {
    Extract::parse(&extract_value(text)?).map_err(|error| OpError::Usage(format!("--extract: {error}")))
}

/// `code`, `link` or a pattern as JSON, as the value that `extract` of `mail.wait` has.
pub fn extract_value(text: &str) -> Result<Value, OpError> {
    match text.trim_start().starts_with('{') {
        true => {
            serde_json::from_str(text).map_err(|error| OpError::Usage(format!("--extract: this is not JSON: {error}")))
        }
        false => Ok(Value::String(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(extract: &str, reveal: bool) -> Result<Extracted, OpError> {
        let mail = &b"Subject: Hello\r\n\r\nYour code: 482911\r\nhttps://x.test/verify/abc-1234\r\n"[..];
        mail_extract(mail, &MailExtractRequest { extract, reveal })
    }

    #[test]
    fn a_message_gives_what_is_asked_for() {
        for (extract, taken) in [
            ("code", "482911"),
            ("link", "https://x.test/verify/abc-1234"),
            (r#"{"link": "/verify/{code}"}"#, "abc-1234"),
            (r#" {"code": {"digits": 6}}"#, "482911"),
        ] {
            assert_eq!(run(extract, false).unwrap().taken.unwrap().expose(), taken, "{extract}");
        }
    }

    #[test]
    fn candidates_are_masked_unless_they_are_to_be_seen() {
        assert_eq!(run("code", false).unwrap().candidates[0].shown, "4… (6 characters)");
        assert_eq!(run("code", true).unwrap().candidates[0].shown, "482911");
    }

    #[test]
    fn a_wrong_pattern_says_what_to_write() {
        for (extract, says) in [("kode", "did you mean `code`?"), ("{", "not JSON"), (r#"{"x": 1}"#, "no key `x`")] {
            let error = run(extract, false).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
