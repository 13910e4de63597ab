//! `mail.wait`: waits for a mail and takes the code or link out of it.

use futures_util::future::BoxFuture;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::context::not_sent;
use super::mail_query::{PATIENCE, mail_query, parameters};
use super::mailbox;
use super::{Action, Context};
use crate::id::hex;
use crate::mail::{Found, MailErrorKind, Mailbox, Query};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::secret::{Secret, hide_ranges};
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Reach, Type, UndoRule};

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
                  serves twice. Without `since` and `after`, mail counts that came since the needed steps began.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::to(Contact::Mailbox("mailbox")),
            parameters: std::iter::once(mailbox::parameter()).chain(parameters()).collect(),
            outputs: vec![
                OutputSpec::secret("code", Type::String, "The code; null if a link was asked for."),
                OutputSpec::secret("link", Type::String, "The link that was taken, if there is one."),
                OutputSpec::public("from", Type::String, "The sender; the code and link are masked in it.")
                    .echoes("from"),
                OutputSpec::public("subject", Type::String, "The subject; the code and link are masked in it.")
                    .echoes("subject"),
                OutputSpec::public("received_at", Type::String, "When the server received it, RFC 3339."),
                OutputSpec::public("junk", Type::Boolean, "Whether it lay in the junk folder."),
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
        let query = query(context, &mailbox)?;
        Ok(match context.services.mail.wait(&mailbox, &query, context.remaining(PATIENCE)).await {
            Ok(found) => {
                let keys = [&found.message].into_iter().chain(&found.identity);
                Outcome {
                    claims: keys.map(|key| claim(&mailbox, key)).collect(),
                    ..Outcome::succeeded(context.outputs(values(&found)))
                }
            }
            // The wait was as long as the step allows: to wait again is for `on-error`, not for `retry`.
            Err(error) if error.kind == MailErrorKind::Timeout => {
                not_sent(StepError { class: None, ..mailbox::step_error(&error) })
            }
            Err(error) => not_sent(mailbox::step_error(&error)),
        })
    }
}

fn values(found: &Found) -> [(&'static str, Value); 6] {
    let exposed = |secret: &Option<Secret<String>>| secret.as_ref().map(|secret| secret.expose().as_str()).into();
    [
        ("code", exposed(&found.code)),
        ("link", exposed(&found.link)),
        ("from", without_secrets(&found.from, found).into()),
        ("subject", without_secrets(&found.subject, found).into()),
        ("received_at", found.received_at.to_string().into()),
        ("junk", found.junk.into()),
    ]
}

/// Services like to put the code into the subject as well, which is public.
fn without_secrets(text: &str, found: &Found) -> String {
    let secrets = [&found.link, &found.code].into_iter().flatten();
    secrets.fold(text.to_owned(), |text, secret| without(&text, secret.expose()))
}

/// `text` with `secret` masked, however its letters and digits are grouped: `123 456` is `123456`.
fn without(text: &str, secret: &str) -> String {
    let found = text.char_indices().filter_map(|(at, _)| Some(at..at + spelled(&text[at..], secret)?));
    hide_ranges(text, found)
}

/// How long the beginning of `text` is that consists of the letters and digits of `secret` and what stands between them.
fn spelled(text: &str, secret: &str) -> Option<usize> {
    let mut left = secret.chars().filter(|c| c.is_alphanumeric()).peekable();
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            left.next().filter(|letter| letter.eq_ignore_ascii_case(&c))?;
            if left.peek().is_none() {
                return Some(at + c.len_utf8());
            }
        } else if at == 0 {
            return None;
        }
    }
    None
}

fn query(context: &Context, mailbox: &Mailbox) -> Result<Query, StepError> {
    let wrong = |message: String| StepError::new(ErrorKind::Config, "config.parameter", message);
    let needs_began = context.order.needs_began;
    let began = needs_began.unwrap_or_else(|| context.services.clock.now());
    let query = mail_query(|name| context.get(name), mailbox, began).map_err(wrong)?;
    let since = query.since.or(needs_began.filter(|_| query.after.is_none()));
    let used = context.order.claims.iter().filter_map(|claimed| {
        let (_, key) = claimed.split_once('/')?;
        (claim(mailbox, key) == *claimed).then(|| key.to_owned())
    });
    Ok(Query { since, used: used.collect(), ..query })
}

/// What a message is called in a run, which may read several mailboxes: servers count for each account alone. A name that a
/// message has by itself is the same at each address of its server.
fn claim(mailbox: &Mailbox, key: &str) -> String {
    let mut digest = Sha256::new();
    if !key.starts_with("id:") {
        digest.update(mailbox.origin());
        digest.update("\0");
    }
    digest.update(mailbox.user());
    digest.update("\0");
    digest.update(mailbox.folder());
    format!("{}/{key}", hex(&digest.finalize()[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn a_number_names_a_message_at_one_server_alone_and_its_own_name_at_each() {
        let at = |place: &str| Mailbox::parse(&format!("imaps://ada:hunter22@{place}")).unwrap();
        let (one, port, other) = (at("one.test/INBOX"), at("one.test:994/INBOX"), at("two.test/INBOX"));
        for another in [&port, &other] {
            assert_ne!(claim(&one, "7:3"), claim(another, "7:3"));
            assert_ne!(claim(&one, "junk:7:3"), claim(another, "junk:7:3"));
            assert_eq!(claim(&one, "id:77"), claim(another, "id:77"));
        }
        assert_ne!(claim(&one, "id:77"), claim(&at("one.test/Codes"), "id:77"));
    }

    #[test]
    fn the_code_does_not_stand_in_the_public_subject() {
        let found = |subject: &str| Found {
            code: Some(Secret::new("428913".into())),
            link: Some(Secret::new("https://host.test/verify?c=428913".into())),
            from: "no-reply+428913@host.test".into(),
            subject: subject.into(),
            received_at: Timestamp::from_millis(0),
            junk: false,
            message: "1:1".into(),
            identity: None,
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
