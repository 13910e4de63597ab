//! The text and the links of a message, plain and HTML part alike.

use std::ops::Range;
use std::sync::LazyLock;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::line::tidy;
use super::{bound, html, quoted, urls};

/// Text beyond this is not looked at, in bytes: of one part, and of all.
const MAX_TEXT: usize = 512 << 10;
const MAX_TEXTS: usize = 1 << 20;
const MAX_LINES: usize = 5000;
/// A label in plain text is no longer.
const MAX_LABEL: usize = 120;
/// Parts beyond this are not looked at.
const MAX_PARTS: usize = 20;

static PARSER: LazyLock<MessageParser> =
    LazyLock::new(|| MessageParser::new().with_mime_headers().header_text("Subject").default_header_ignore());

/// A stretch of text that stands by itself: a line, a paragraph, a table cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::mail) struct Block {
    pub text: String,
    /// Where it is set apart: bold, large, letter-spaced, a heading.
    pub strong: Vec<Range<usize>>,
    /// Not shown to a reader (preheaders, `display: none`), or said instead of an image.
    pub hidden: bool,
    /// Of an earlier message that this one quotes or forwards.
    pub quoted: bool,
    /// The words of a link, and nothing else.
    pub linked: bool,
}

/// A web address and the words that it stands behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mail) struct Link {
    pub href: String,
    pub label: String,
    /// Dressed as a button.
    pub button: bool,
}

/// What a message says. Attachments are not opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::mail) struct Content {
    pub subject: String,
    /// The blocks of each part, in order.
    pub parts: Vec<Vec<Block>>,
    pub links: Vec<Link>,
    /// The HTML parts, for a selector of the user's own.
    pub html: Vec<String>,
    /// Bytes of plain parts that were looked at.
    plain: usize,
}

impl Content {
    /// Reads a message; what cannot be read is left out.
    pub fn read(message: &[u8]) -> Self {
        Self::with(message, Self::add_html)
    }

    /// Reads a message, but leaves its HTML parts as they are.
    pub fn read_for_selector(message: &[u8]) -> Self {
        Self::with(message, |content, html| content.html.push(html))
    }

    fn with(message: &[u8], add_html: fn(&mut Self, String)) -> Self {
        let mut content = Self::default();
        let Some(message) = PARSER.parse(bound::bounded(message)) else { return content };
        content.subject = tidy(message.subject().unwrap_or_default());
        content.add_bodies(&message, MAX_PARTS, add_html);
        // A message that is forwarded as a whole. What a report sends back is not for the one who reads it.
        let is_report = message.content_type().is_some_and(|kind| kind.subtype() == Some("report"));
        if !is_report {
            for part in message.parts.iter().filter(|part| !is_attached(part)) {
                if let PartType::Message(forwarded) = &part.body {
                    let first = content.parts.len();
                    content.add_bodies(forwarded, MAX_PARTS.saturating_sub(first), add_html);
                    content.parts[first..].iter_mut().flatten().for_each(|block| block.quoted = true);
                }
            }
        }
        dismantle(message);
        content
    }

    fn add_bodies(&mut self, message: &Message<'_>, most: usize, add_html: fn(&mut Self, String)) {
        // A part that stands in for both alternatives is listed twice.
        let mut ids: Vec<_> = message.text_body.iter().chain(&message.html_body).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids.into_iter().take(most) {
            match message.part(id).map(|part| &part.body) {
                Some(PartType::Text(text)) => self.add_text(self.bounded(text)),
                Some(PartType::Html(html)) => add_html(self, self.bounded(html).to_owned()),
                _ => {}
            }
        }
    }

    /// As much of `text` as is still looked at.
    fn bounded<'t>(&self, text: &'t str) -> &'t str {
        let used: usize = self.html.iter().map(String::len).sum::<usize>() + self.plain;
        &text[..text.floor_char_boundary(MAX_TEXT.min(MAX_TEXTS.saturating_sub(used)))]
    }

    fn add_text(&mut self, text: &str) {
        self.plain += text.len();
        let mut quotation = quoted::Quotation::default();
        let mut blocks: Vec<Block> = Vec::new();
        for line in text.lines().take(MAX_LINES) {
            let (line, quoted) = quotation.line(line);
            let text = tidy(line);
            if !text.is_empty() {
                let before = blocks.last().map_or("", |block| block.text.as_str());
                self.links.extend(links_in(&text, before));
                blocks.push(Block { text, quoted, ..Block::default() });
            }
        }
        self.parts.push(blocks);
    }

    fn add_html(&mut self, html: String) {
        let page = html::read(&html);
        self.links.extend(page.links);
        self.links.extend(page.blocks.iter().flat_map(|block| links_in(&block.text, "")));
        self.parts.push(page.blocks);
        self.html.push(html);
    }
}

/// Messages in messages are freed one by one: to free the outermost would go as deep as they lie.
fn dismantle(message: Message<'_>) {
    let mut left = vec![message];
    while let Some(message) = left.pop() {
        left.extend(message.parts.into_iter().filter_map(|part| match part.body {
            PartType::Message(inner) => Some(inner),
            _ => None,
        }));
    }
}

fn is_attached(part: &MessagePart<'_>) -> bool {
    part.content_disposition().is_some_and(|disposition| disposition.ctype().eq_ignore_ascii_case("attachment"))
}

/// The addresses in a line; the words before an address, or the line before if there are none, are its label.
fn links_in(text: &str, line_before: &str) -> Vec<Link> {
    let mut from = 0;
    let mut links = Vec::new();
    for range in urls::find(text) {
        let words = text[from..range.start].trim();
        let label = if words.chars().any(char::is_alphanumeric) || from > 0 { words } else { line_before };
        from = range.end;
        links.push(Link { href: text[range].to_owned(), label: last_words(label).to_owned(), button: false });
    }
    links
}

fn last_words(label: &str) -> &str {
    &label[label.floor_char_boundary(label.len().saturating_sub(MAX_LABEL))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Subject: Hi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Go to https://x.test/verify/to=\r\nken?a=3D1&b=3D2\r\n\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Go <a href=\"https://x.test/verify/token?a=1&amp;b=2\">there</a></p>\r\n--b--\r\n";

    #[test]
    fn both_alternatives_are_read_and_decoded() {
        let content = Content::read(MAIL.as_bytes());
        assert_eq!(content.parts.len(), 2);
        let hrefs: Vec<_> = content.links.iter().map(|link| &*link.href).collect();
        assert_eq!(hrefs, ["https://x.test/verify/token?a=1&b=2"; 2]);
        assert_eq!(content.links[1].label, "there");
    }

    #[test]
    fn other_charsets_are_decoded() {
        let mail = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B3NG'%3!<%I\x1b(B 482911\r\n";
        assert_eq!(Content::read(mail).parts[0][0].text, "\u{78ba}\u{8a8d}\u{30b3}\u{30fc}\u{30c9} 482911");
    }

    #[test]
    fn attachments_are_not_opened() {
        let mail = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n\
            --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n482911\r\n--b--\r\n";
        assert_eq!(Content::read(mail.as_bytes()).parts, [[Block { text: "hello".into(), ..Block::default() }]]);
    }
}
