//! `mail.wait`: waits for a mail and takes the code or link out of it.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::context::{not_sent, outputs};
use super::mailbox;
use super::{Action, Context};
use crate::diagnostic::kind;
use crate::mail::{Cursor, Extract, Found, InvalidExtract, MailErrorKind, Query};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::secret::{MASKED, Secret};
use crate::workflow::{
    ActionSpec, Contact, Effect, EffectRule, Judges, OutputSpec, Parameter, Reach, Refusal, Type, UndoRule,
};

/// How long a step without `timeout` waits.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct MailWait;

const EXAMPLE: &str = r#"inputs:
  email: { format: email, sandbox: agent@onramp.test }
secrets:
  mailbox: { env: ONRAMP_MAILBOX_URL }
steps:
  code:
    uses: mail.wait
    with:
      mailbox: "${{ secrets.mailbox }}"
      to: "${{ inputs.email }}"
      subject: verify
      extract: code
    timeout: 3m
"#;

impl Action for MailWait {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "mail.wait",
            doc: "Waits for a mail with a code or link. It must be to one recipient; the newest that fits counts, and none \
                  serves twice.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::to(Contact::Mailbox("mailbox")),
            parameters: vec![
                mailbox::parameter(),
                Parameter::required("to", Type::String, "The recipient's whole address.").email(),
                Parameter::optional("from", Type::array(Type::String), "Allowed senders: addresses or domains."),
                Parameter::optional("subject", Type::String, "A part of the subject."),
                Parameter::optional(
                    "after",
                    Type::Object,
                    "A cursor of `mail.mark`; else since the needed steps began.",
                )
                .judged(Judges { value: Some(judge_cursor), ..Judges::NONE }),
                Parameter::required(
                    "extract",
                    Type::Any,
                    "`code`, `link`, or a pattern of one's own: {link: \"/verify/{code}\"}, {regex: 'Code: (\\d+)'}, \
                     {css: \"#code\"}, {code: {digits: 6}}.",
                )
                .judged(Judges {
                    value: Some(judge_extract),
                    field: Some(judge_pattern),
                    schema: Some(extracts),
                }),
            ],
            outputs: vec![
                OutputSpec::secret("code", Type::String, "The code; null if a link was asked for."),
                OutputSpec::secret("link", Type::String, "The link that was taken, if there is one."),
                OutputSpec::public("from", Type::String, "The sender; the code and link are masked in it.")
                    .echoes("from"),
                OutputSpec::public("subject", Type::String, "The subject; the code and link are masked in it.")
                    .echoes("subject"),
                OutputSpec::public("received_at", Type::String, "When the server received it, RFC 3339."),
            ],
            captures: false,
            errors: mailbox::ERRORS.to_vec(),
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.wait(context).await.unwrap_or_else(not_sent) })
    }
}

impl MailWait {
    async fn wait(&self, context: &Context) -> Result<Outcome, StepError> {
        let mailbox = mailbox::parse(context)?;
        let query = query(context)?;
        Ok(match context.services.mail.wait(&mailbox, &query, context.remaining(PATIENCE)).await {
            Ok(found) => Outcome {
                claims: vec![found.message.clone()],
                ..Outcome::succeeded(outputs(&self.spec(), values(&found)))
            },
            // The wait was as long as the step allows: to wait again is for `on-error`, not for `retry`.
            Err(error) if error.kind == MailErrorKind::Timeout => {
                not_sent(StepError { class: None, ..mailbox::step_error(&error) })
            }
            Err(error) => not_sent(mailbox::step_error(&error)),
        })
    }
}

fn values(found: &Found) -> [(&'static str, Value); 5] {
    let exposed = |secret: &Option<Secret<String>>| secret.as_ref().map(|secret| secret.expose().as_str()).into();
    [
        ("code", exposed(&found.code)),
        ("link", exposed(&found.link)),
        ("from", without_secrets(&found.from, found).into()),
        ("subject", without_secrets(&found.subject, found).into()),
        ("received_at", found.received_at.to_string().into()),
    ]
}

/// Services like to put the code into the subject as well, which is public.
fn without_secrets(text: &str, found: &Found) -> String {
    let secrets = [&found.link, &found.code].into_iter().flatten();
    secrets.fold(text.to_owned(), |text, secret| without(&text, secret.expose()))
}

/// `text` with `secret` masked, however its letters and digits are grouped: `123 456` is `123456`.
fn without(text: &str, secret: &str) -> String {
    let letters: Vec<char> = secret.chars().filter(|c| c.is_alphanumeric()).collect();
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        let masked = spelled(rest, &letters);
        let length = masked.unwrap_or(first.len_utf8());
        kept.push_str(if masked.is_some() { MASKED } else { &rest[..length] });
        rest = &rest[length..];
    }
    kept
}

/// How long the beginning of `text` is that consists of `letters` and what stands between them.
fn spelled(text: &str, letters: &[char]) -> Option<usize> {
    let mut left = letters.iter();
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            left.next().filter(|letter| letter.eq_ignore_ascii_case(&c))?;
            if left.len() == 0 {
                return Some(at + c.len_utf8());
            }
        } else if at == 0 {
            return None;
        }
    }
    None
}

fn query(context: &Context) -> Result<Query, StepError> {
    let wrong = |message: String| StepError::new(ErrorKind::Config, "config.parameter", message);
    let after = context.get("after").map(|cursor| serde_json::from_value::<Cursor>(cursor.clone()));
    let extract = context.get("extract").unwrap_or(&Value::Null);
    Ok(Query {
        to: context.require("to")?.to_owned(),
        from: senders(context.get("from")).map_err(wrong)?,
        subject: context.text("subject").map(str::to_owned),
        since: context.order.needs_began.filter(|_| after.is_none()),
        after: after.transpose().map_err(|_| wrong("`after` must be a cursor of `mail.mark`".into()))?,
        extract: Extract::parse(extract).map_err(|error| wrong(format!("`extract`: {error}")))?,
        used: context.order.claims.iter().cloned().collect(),
    })
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

fn judge_cursor(value: &Value) -> Result<(), Refusal> {
    let refusal = |_| Refusal::new("this is no cursor").help("write `${{ steps.ID.outputs.cursor }}` of a `mail.mark`");
    Cursor::deserialize(value).map(drop).map_err(refusal)
}

fn senders(from: Option<&Value>) -> Result<Vec<String>, String> {
    match from {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(many)) => many
            .iter()
            .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| format!("`from` holds {}", kind(one))))
            .collect(),
        Some(other) => Err(format!("`from` must be a text or a list of texts, not {}", kind(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn the_code_does_not_stand_in_the_public_subject() {
        let found = |subject: &str| Found {
            code: Some(Secret::new("428913".into())),
            link: Some(Secret::new("https://host.test/verify?c=428913".into())),
            from: "no-reply+428913@host.test".into(),
            subject: subject.into(),
            received_at: Timestamp::from_millis(0),
            message: "1:1".into(),
        };
        for (subject, shown) in [
            ("428913 is your code", "*** is your code"),
            ("Your code: 428-913!", "Your code: ***!"),
            ("Code 428 913 é 428", "Code *** é 428"),
            ("Go to https://host.test/verify?c=428913", "Go to ***"),
            ("Verify your address", "Verify your address"),
        ] {
            let values = values(&found(subject));
            assert_eq!(values[3], ("subject", shown.into()));
            assert_eq!(values[2], ("from", "no-reply+***@host.test".into()));
        }
    }
}
