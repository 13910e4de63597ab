//! The text of a mail, as Laravel's notifications look: a plain part and an HTML part that say the same.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8};

use super::encoding::{base64_lines, encoded_words_in, html, quoted_printable};
use super::forward::{SENDER, forwarded};
use super::language::Language;
use super::letter::{Letter, LetterKind};
use super::page::{frame, framed, page, text};
use crate::clock::Timestamp;
use crate::sandbox::MailStyle;

/// What makes one copy of a mail different from another.
pub struct Stamp {
    pub at: Timestamp,
    /// A UUID: the Message-ID and the boundary come from it.
    pub id: String,
}

const SERVICE: &str = "ModelsLab <noreply@modelslab.com>";

pub struct Content {
    pub subject: String,
    /// Lines end in `\n`.
    pub text: String,
    pub html: String,
}

/// The whole message, with CRLF line ends.
pub fn compose(letter: &Letter, style: MailStyle, base_url: &str, stamp: &Stamp) -> String {
    let name: String = letter.name.chars().filter(|c| !c.is_control()).take(100).collect();
    let (mut from, mut charset) = (SERVICE, UTF_8);
    let content = match &letter.kind {
        LetterKind::Verification { secret } if style == MailStyle::Multilingual => {
            let language = Language::of(&letter.to);
            let content = translated(&name, secret, language);
            let all = [&*content.subject, &content.text, &content.html].concat();
            // As mailers do where a name does not fit.
            charset = if language.charset.encode(&all).2 { UTF_8 } else { language.charset };
            content
        }
        LetterKind::Verification { secret } if style == MailStyle::Forwarded => {
            from = SENDER;
            forwarded(&typed_code(&name, secret, MailStyle::Code), &letter.to, stamp.at)
        }
        LetterKind::Verification { secret } if style.is_code() => typed_code(&name, secret, style),
        LetterKind::Verification { secret } => verification_link(&name, &format!("{base_url}/verify/{secret}")),
        LetterKind::Reset { secret } => reset_link(&name, &reset_address(base_url, secret, &letter.to)),
        LetterKind::Invite { id } => invite(&name, &letter.account, &format!("{base_url}/teams/invitations/{id}")),
    };
    let subject = encoded_words_in(charset, &content.subject);
    format!("{}{}", head(from, &letter.to, &subject, stamp), body(&content, style, charset, &stamp.id))
}

fn head(from: &str, to: &str, subject: &str, stamp: &Stamp) -> String {
    let date = chrono::DateTime::from_timestamp_millis(stamp.at.as_millis()).unwrap_or_default().to_rfc2822();
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{}@modelslab.com>\r\n\
         MIME-Version: 1.0\r\nDate: {date}\r\n",
        stamp.id
    )
}

fn body(content: &Content, style: MailStyle, charset: &'static Encoding, boundary: &str) -> String {
    let part = |kind: &str, encoding: &str, text: &str| {
        let charset = charset.name().to_lowercase();
        format!("Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{text}")
    };
    let (encoding, encode): (_, fn(&[u8]) -> String) = match style {
        MailStyle::Plain => return part("text/plain", "8bit", &content.text.replace('\n', "\r\n")),
        MailStyle::Spans => return part("text/html", "quoted-printable", &quoted_printable(content.html.as_bytes())),
        MailStyle::Multilingual if charset == ISO_2022_JP => ("7bit", crlf),
        MailStyle::Base64 | MailStyle::Multilingual => ("base64", base64_lines),
        MailStyle::LaravelLink | MailStyle::Code | MailStyle::Forwarded => ("quoted-printable", quoted_printable),
    };
    let text = part("text/plain", encoding, &encode(&charset.encode(&content.text).0));
    let html = part("text/html", encoding, &encode(&charset.encode(&content.html).0));
    format!(
        "Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\n{text}\r\n--{boundary}\r\n{html}\r\n--{boundary}--\r\n"
    )
}

fn crlf(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace('\n', "\r\n")
}

fn verification_link(name: &str, link: &str) -> Content {
    let (intro, button) = ("Please click the button below to verify your email address.", "Verify Email Address");
    let outro = "If you did not create an account, no further action is required.";
    Content {
        subject: button.into(),
        text: text(name, intro, button, link, outro),
        html: page(name, intro, button, link, outro),
    }
}

/// As Laravel writes it: the form behind it needs the e-mail as well as the token.
fn reset_address(base_url: &str, token: &str, email: &str) -> String {
    let email: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    format!("{base_url}/reset-password/{token}?email={email}")
}

fn reset_link(name: &str, link: &str) -> Content {
    let intro = "You are receiving this email because we received a password reset request for your account.";
    let (button, outro) = ("Reset Password", "If you did not request a password reset, no further action is required.");
    Content {
        subject: "Reset Password Notification".into(),
        text: text(name, intro, button, link, outro),
        html: page(name, intro, button, link, outro),
    }
}

fn invite(owner: &str, account: &str, link: &str) -> Content {
    let intro = format!("{owner} ({account}) has invited you to join their team on ModelsLab.");
    let (button, outro) = ("Accept Invitation", "If you did not expect this invitation, you may discard this email.");
    let subject = "You have been invited to join a team on ModelsLab".into();
    Content {
        subject,
        text: text("there", &intro, button, link, outro),
        html: page("there", &intro, button, link, outro),
    }
}

fn typed_code(name: &str, code: &str, style: MailStyle) -> Content {
    let shown = match style {
        MailStyle::Spans => code.chars().map(|digit| format!("<span>{digit}</span>")).collect(),
        _ => format!("<strong>{code}</strong>"),
    };
    Content {
        subject: "Your ModelsLab verification code".into(),
        text: format!(
            "Hello {name}!\n\nYour verification code is: {code}\n\nIf you did not create an account, no further action \
             is required.\n\nRegards,\nModelsLab\n"
        ),
        html: frame(&format!(
            "<h1>Hello {}!</h1>\n<p>Your verification code is:</p>\n<p class=\"code\">{shown}</p>\n<p>If you did not \
             create an account, no further action is required.</p>\n",
            html(name)
        )),
    }
}

fn translated(name: &str, code: &str, language: &Language) -> Content {
    let (greeting, code) = (language.greeting.replace("{}", name), language.digits.write(code));
    let (intro, outro) = (language.intro, language.outro);
    let direction = if language.right_to_left { "rtl" } else { "ltr" };
    Content {
        subject: language.subject.into(),
        text: format!("{greeting}\n\n{intro} {code}\n\n{outro}\n\nModelsLab\n"),
        html: framed(
            &format!(" lang=\"{}\" dir=\"{direction}\"", language.tag),
            &format!(
                "<h1>{}</h1>\n<p>{intro}</p>\n<p class=\"code\"><strong>{code}</strong></p>\n<p>{outro}</p>\n",
                html(&greeting)
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::mail::languages::LANGUAGES;
    use mail_parser::MessageParser;

    fn letter(kind: LetterKind) -> Letter {
        let to = "ada@onramp.test".to_owned();
        Letter { account: to.clone(), to, name: "Ada <b>\r\nBcc: eve@x".into(), kind }
    }

    fn mail(kind: LetterKind, style: MailStyle) -> String {
        let stamp = Stamp { at: Timestamp::from_millis(1_795_311_245_067), id: "6d1c".into() };
        compose(&letter(kind), style, "http://127.0.0.1:8080", &stamp)
    }

    fn token() -> LetterKind {
        LetterKind::Verification { secret: "T0k3n".repeat(12) }
    }

    #[test]
    fn the_link_stands_in_both_parts_and_is_broken_by_the_encoding() {
        let raw = mail(token(), MailStyle::LaravelLink);
        let link = format!("http://127.0.0.1:8080/verify/{}", "T0k3n".repeat(12));
        assert!(!raw.contains(&link), "a soft line break cuts it");
        let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
        assert!(parsed.body_text(0).unwrap().contains(&link));
        assert!(parsed.body_html(0).unwrap().contains(&format!("href=\"{link}\"")));
        assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("noreply@modelslab.com"));
        assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-22T01:34:05Z");
    }

    /// Those of one language.
    const STYLES: [MailStyle; 6] = [
        MailStyle::LaravelLink,
        MailStyle::Code,
        MailStyle::Spans,
        MailStyle::Plain,
        MailStyle::Base64,
        MailStyle::Forwarded,
    ];

    #[test]
    fn every_style_carries_the_secret_and_only_crlf() {
        let code = || LetterKind::Verification { secret: "042917".into() };
        for style in STYLES {
            let raw = mail(if style.is_code() { code() } else { token() }, style);
            assert!(!raw.replace("\r\n", "").contains(['\r', '\n']), "{style}");
            let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
            let html = parsed.body_html(0).unwrap().replace("<span>", "").replace("</span>", "");
            let secret = if style.is_code() { "042917".to_owned() } else { "T0k3n".repeat(12) };
            assert!(html.contains(&secret), "{style}: {html}");
        }
    }

    #[test]
    fn every_language_is_read_back_from_its_charset_and_a_name_that_does_not_fit_is_in_utf_8() {
        for language in &LANGUAGES {
            for name in ["Ada", "アダ"] {
                let kind = LetterKind::Verification { secret: "042917".into() };
                let to = format!("ada+{}@onramp.test", language.tag);
                let letter = Letter { account: to.clone(), to, name: name.into(), kind };
                let stamp = Stamp { at: Timestamp::from_millis(1_795_311_245_067), id: "6d1c".into() };
                let raw = compose(&letter, MailStyle::Multilingual, "http://127.0.0.1:8080", &stamp);
                assert!(raw.is_ascii() && !raw.replace("\r\n", "").contains(['\r', '\n']), "{}", language.tag);
                let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
                assert_eq!(parsed.subject(), Some(language.subject));
                for part in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
                    assert!(part.contains(&language.digits.write("042917")), "{part}");
                    assert!(part.contains(language.outro) && part.contains(name), "{part}");
                }
            }
        }
    }

    #[test]
    fn a_name_adds_neither_headers_nor_tags() {
        let raw = mail(token(), MailStyle::LaravelLink);
        let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
        assert!(parsed.bcc().is_none());
        assert!(parsed.body_html(0).unwrap().contains("Ada &lt;b&gt;Bcc: eve@x"));
    }

    #[test]
    fn a_reset_carries_token_and_address_in_every_style() {
        for style in STYLES {
            let raw = mail(LetterKind::Reset { secret: "T0k3n".repeat(12) }, style);
            let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
            let link = format!("/reset-password/{}?email=ada%40onramp.test", "T0k3n".repeat(12));
            assert!(parsed.body_text(0).unwrap().contains(&link), "{style}");
        }
    }

    #[test]
    fn an_invite_names_the_owner_and_the_invite() {
        let raw = mail(LetterKind::Invite { id: "1f-2e".into() }, MailStyle::Plain);
        assert!(raw.contains("(ada@onramp.test) has invited you"));
        assert!(raw.contains("http://127.0.0.1:8080/teams/invitations/1f-2e"));
    }
}
