//! What says which mail is meant: the parameters of `mail.wait`, which `onramp mail wait` takes as well.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::mail_words as words;
use crate::clock::Timestamp;
use crate::diagnostic::{escape, kind};
use crate::mail::{Cursor, Extract, InvalidExtract, Mailbox, Query, is_field_name, known_authserv_id};
use crate::workflow::{Bounds, Judges, Parameter, Refusal, Type, parse_duration};

/// How long is waited where nothing else is said.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// By so much another clock may be ahead of ours.
const CLOCK_ALLOWANCE: Duration = Duration::from_secs(120);

/// The one finding that can be required.
const DKIM_PASS: &str = "dkim=pass";

pub(super) fn parameters() -> Vec<Parameter> {
    let value = |judge| Judges { value: Some(judge), ..Judges::NONE };
    vec![
        Parameter::required("to", Type::String, words::TO).email(),
        Parameter::optional("from", Type::array(Type::String), words::FROM).judged(value(judge_from)),
        Parameter::optional("subject", Type::String, words::SUBJECT),
        Parameter::optional("header", Type::Object, words::HEADER)
            .judged(Judges { field: Some(judge_header), ..Judges::NONE }),
        Parameter::optional("since", Type::String, words::SINCE).judged(value(judge_since)).instead_of("after"),
        Parameter::optional("after", Type::Object, words::AFTER).judged(value(judge_cursor)),
        Parameter::optional("require", Type::String, words::REQUIRE)
            .one_of(&[DKIM_PASS])
            .needs("authserv-id", "the mailbox is at Gmail"),
        Parameter::optional("authserv-id", Type::String, words::AUTHSERV_ID).judged(value(judge_authserv_id)),
        Parameter::optional("junk", Type::Boolean, words::JUNK),
        Parameter::required("extract", Type::Any, words::EXTRACT).judged(Judges {
            value: Some(judge_extract),
            field: Some(judge_pattern),
            schema: Some(extracts),
        }),
    ]
}

/// Reads the parameters, each by its name. `began` is when the wait's reason did: a duration in `since` lies before it. Says
/// which of them is wrong.
pub fn mail_query<'a>(
    get: impl Fn(&str) -> Option<&'a Value>,
    mailbox: &Mailbox,
    began: Timestamp,
) -> Result<Query, String> {
    let wrong = |name: &'static str| move |refusal: Refusal| format!("`{name}`: {refusal}");
    let text = |name: &'static str| match get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(format!("`{name}` must be a string, not {}", kind(other))),
    };
    let to = text("to")?.ok_or("`to` is missing")?;
    if !Bounds::Format("email").hold(&Value::from(to)) {
        return Err(format!("`to`: `{}` is no e-mail address", escape(to)));
    }
    let after = get("after").map(|cursor| cursor_of(cursor).map_err(wrong("after"))).transpose()?;
    let since = text("since")?.map(|text| Since::parse(text).map_err(wrong("since"))).transpose()?;
    if after.is_some() && since.is_some() {
        return Err("`since` and `after` say the same: leave one of them out".to_owned());
    }
    let extract = Extract::parse(get("extract").unwrap_or(&Value::Null));
    Ok(Query {
        from: senders(get("from")).map_err(wrong("from"))?,
        subject: text("subject")?.map(str::to_owned),
        header: fields(get("header")).map_err(wrong("header"))?,
        after,
        since: since.map(|since| since.before(began).map_err(wrong("since"))).transpose()?,
        dkim_pass_by: authserv_id(text("require")?, text("authserv-id")?, mailbox)?,
        junk: get("junk").and_then(Value::as_bool).unwrap_or_default(),
        ..Query::new(to, extract.map_err(|error| format!("`extract`: {error}"))?)
    })
}

/// The server whose finding is required, if one is.
fn authserv_id(require: Option<&str>, name: Option<&str>, mailbox: &Mailbox) -> Result<Option<String>, String> {
    match (require, name.or_else(|| known_authserv_id(mailbox.host()))) {
        (None, _) if name.is_some() => Err(format!("`authserv-id` is for `require: {DKIM_PASS}`, which is not given")),
        (None, _) => Ok(None),
        (Some(DKIM_PASS), Some(name)) => {
            authserv_id_of(name).map(Some).map_err(|refusal| format!("`authserv-id`: {refusal}"))
        }
        (Some(DKIM_PASS), None) => Err(format!(
            "`require: {DKIM_PASS}` needs `authserv-id`: the name at the beginning of the topmost Authentication-Results of a \
             mail in this mailbox"
        )),
        (Some(other), _) => Err(format!("`require` is `{DKIM_PASS}`, and cannot be `{}`", escape(other))),
    }
}

enum Since {
    At(Timestamp),
    Before(Duration),
}

impl Since {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let at = || Timestamp::parse(text).map(Self::At);
        let refused = || Refusal::new("this is no time").help("write 10m, or RFC 3339 as 2026-11-22T12:00:00Z");
        parse_duration(text).map(Self::Before).or_else(at).ok_or_else(refused)
    }

    /// The time that is meant by a wait whose reason `began` then. No mail can count that comes since a later one.
    fn before(self, began: Timestamp) -> Result<Timestamp, Refusal> {
        match self {
            Self::At(at) if at > began.plus(CLOCK_ALLOWANCE) => {
                Err(Refusal::new(format!("{at} lies in the future")).help(format!("at the beginning it was {began}")))
            }
            Self::At(at) => Ok(at),
            Self::Before(duration) => {
                let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
                Ok(Timestamp::from_millis(began.as_millis().saturating_sub(millis)))
            }
        }
    }
}

fn judge_since(value: &Value) -> Result<(), Refusal> {
    value.as_str().map_or(Ok(()), |text| Since::parse(text).map(drop))
}

fn judge_authserv_id(value: &Value) -> Result<(), Refusal> {
    value.as_str().map_or(Ok(()), |text| authserv_id_of(text).map(drop))
}

fn authserv_id_of(text: &str) -> Result<String, Refusal> {
    let is_name = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !";=()\"".contains(c));
    let refused =
        || Refusal::new("this is no name of a server").help("write it as it stands in the field: mx.example.com");
    is_name.then(|| text.to_owned()).ok_or_else(refused)
}

fn judge_cursor(value: &Value) -> Result<(), Refusal> {
    cursor_of(value).map(drop)
}

fn cursor_of(value: &Value) -> Result<Cursor, Refusal> {
    let refusal = |_| Refusal::new("this is no cursor").help("write `${{ steps.ID.outputs.cursor }}` of a `mail.mark`");
    Cursor::deserialize(value).map_err(refusal)
}

fn judge_from(value: &Value) -> Result<(), Refusal> {
    senders(Some(value)).map(drop)
}

fn senders(from: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let one = |value: &Value| match value {
        Value::String(text) => sender(text),
        other => Err(Refusal::new(format!("it holds {}", kind(other)))),
    };
    match from {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(many)) => many.iter().map(one).collect(),
        Some(text @ Value::String(_)) => Ok(vec![one(text)?]),
        Some(other) => Err(Refusal::new(format!("it must be a text or a list of texts, not {}", kind(other)))),
    }
}

fn sender(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@').unwrap_or(("", text));
    let is_sender = !domain.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || "<>,\"".contains(c))
        && !local.contains('@');
    let refused = || {
        let why = format!("`{}` is neither an address nor a domain", escape(text));
        Refusal::new(why).help("write no-reply@example.com or example.com")
    };
    is_sender.then(|| text.to_owned()).ok_or_else(refused)
}

fn fields(header: Option<&Value>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(header) = header else { return Ok(BTreeMap::new()) };
    let Some(fields) = header.as_object() else {
        return Err(Refusal::new(format!("it must be an object, not {}", kind(header))));
    };
    let field = |(name, part): (&String, &Value)| {
        judge_header(name, Some(part))?;
        Ok((name.clone(), part.as_str().unwrap_or_default().to_owned()))
    };
    fields.iter().map(field).collect()
}

const PART: &str = "write a text that the field must have in it";

fn judge_header(name: &str, part: Option<&Value>) -> Result<(), Refusal> {
    if !is_field_name(name) {
        let why = format!("`{}` is no name of a header field", escape(name));
        return Err(Refusal::new(why).help("write letters, digits and dashes, as X-Service"));
    }
    match part {
        None => Ok(()),
        Some(Value::String(part)) if !part.is_empty() => Ok(()),
        Some(Value::String(_)) => Err(Refusal::new(format!("`{name}` has no part of its value")).help(PART)),
        Some(other) => {
            Err(Refusal::new(format!("`{name}` is to have {} in it, which is no text", kind(other))).help(PART))
        }
    }
}

fn extracts() -> Value {
    let pattern = json!({ "link": { "type": "string" } });
    let pattern =
        json!({ "type": "object", "properties": pattern, "required": ["link"], "additionalProperties": false });
    json!({ "anyOf": [{ "enum": ["code", "link"] }, pattern] })
}

fn judge_extract(value: &Value) -> Result<(), Refusal> {
    // The field of a pattern is judged by itself.
    let is_pattern = value.as_object().is_some_and(|fields| fields.len() == 1);
    if is_pattern { Ok(()) } else { Extract::parse(value).map(drop).map_err(refusal) }
}

fn judge_pattern(name: &str, value: Option<&Value>) -> Result<(), Refusal> {
    Extract::check_field(name, value).map_err(refusal)
}

fn refusal(InvalidExtract { why, help }: InvalidExtract) -> Refusal {
    Refusal::new(why).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: i64 = 3_600_000;

    fn read(more: &Value, mailbox: &str) -> Result<Query, String> {
        let mut given = json!({ "to": "ada@x.test", "extract": "code" });
        given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        mail_query(|name| given.get(name), &Mailbox::parse(mailbox).unwrap(), Timestamp::from_millis(BEGAN))
    }

    #[test]
    fn a_duration_lies_before_the_beginning_and_a_time_is_one() {
        for (since, millis) in [
            ("10m", BEGAN - 600_000),
            ("0s", BEGAN),
            ("1970-01-01T00:00:07Z", 7000),
            ("1970-01-01T01:02:00Z", BEGAN + 120_000),
        ] {
            let query = read(&json!({ "since": since }), "imaps://a:b@mail.test").unwrap();
            assert_eq!(query.since, Some(Timestamp::from_millis(millis)), "{since}");
        }
    }

    #[test]
    fn who_finds_a_signature_is_named_or_known() {
        let pass = json!({ "require": "dkim=pass" });
        let named = json!({ "require": "dkim=pass", "authserv-id": "mx.x.test" });
        for (given, host, server) in [
            (&json!({}), "imap.gmail.com", None),
            (&pass, "imap.gmail.com", Some("mx.google.com")),
            (&pass, "IMAP.googlemail.com", Some("mx.google.com")),
            (&named, "imap.gmail.com", Some("mx.x.test")),
            (&named, "mail.test", Some("mx.x.test")),
        ] {
            let query = read(given, &format!("imaps://a:b@{host}")).unwrap();
            assert_eq!(query.dkim_pass_by.as_deref(), server, "{given} {host}");
        }
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        for (given, says) in [
            (json!({ "to": 7 }), "`to` must be a string"),
            (json!({ "to": "Ada <ada@x.test>" }), "`to`: `Ada <ada@x.test>` is no e-mail address"),
            (json!({ "from": ["a b"] }), "`from`: `a b` is neither"),
            (json!({ "from": [""] }), "`from`: `` is neither"),
            (json!({ "from": ["a@b@c"] }), "`from`: `a@b@c` is neither"),
            (json!({ "from": { "a": 1 } }), "`from`: it must be"),
            (json!({ "header": { "X Y": "a" } }), "`header`: `X Y` is no name"),
            (json!({ "header": { "X)\r\nA1": "a" } }), "is no name"),
            (json!({ "header": { "X-Y": "" } }), "`header`: `X-Y` has no part"),
            (json!({ "header": { "X-Y": ["a"] } }), "`header`: `X-Y` is to have a list in it, which is no text"),
            (json!({ "since": "yesterday" }), "`since`: this is no time"),
            (json!({ "since": "1970-01-01T01:02:01Z" }), "`since`: 1970-01-01T01:02:01.000Z lies in the future"),
            (json!({ "since": "10m", "after": { "uid_validity": 1, "uid_next": 1 } }), "leave one of them out"),
            (json!({ "after": { "uid": 1 } }), "`after`: this is no cursor"),
            (json!({ "require": "spf=pass", "authserv-id": "a" }), "`require` is `dkim=pass`"),
            (json!({ "require": "dkim=pass" }), "needs `authserv-id`"),
            (json!({ "require": "dkim=pass", "authserv-id": "mx; dkim=pass" }), "`authserv-id`: this is no name"),
            (json!({ "authserv-id": "mx.x.test" }), "`authserv-id` is for"),
            (json!({ "extract": "kode" }), "`extract`: `kode`"),
        ] {
            let error = read(&given, "imaps://a:b@mail.test").unwrap_err();
            assert!(error.contains(says), "{given}: {error}");
        }
    }
}
