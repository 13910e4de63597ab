//! The text and the links of a message, plain and HTML part alike.

use mail_parser::{MessageParser, PartType};

use super::{html, urls};

/// Text beyond this is not looked at, in bytes for each part.
const MAX_TEXT: usize = 2 << 20;
/// Parts beyond this are not looked at.
const MAX_PARTS: usize = 20;

/// A stretch of text that stands by itself: a line, a paragraph, a table cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::mail) struct Block {
    pub text: String,
    /// Set as a heading, in bold, large or letter-spaced, as a whole.
    pub emphasised: bool,
    /// Not shown to a reader (preheaders, `display: none`).
    pub hidden: bool,
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
}

impl Content {
    /// Reads a message; what cannot be read is left out.
    pub fn read(message: &[u8]) -> Self {
        let mut content = Self::default();
        let Some(message) = MessageParser::default().parse(message) else { return content };
        content.subject = message.subject().unwrap_or_default().to_owned();
        // A part that stands in for both alternatives is listed twice.
        let mut ids: Vec<_> = message.text_body.iter().chain(&message.html_body).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids.into_iter().take(MAX_PARTS) {
            match message.part(id).map(|part| &part.body) {
                Some(PartType::Text(text)) => content.add_text(bounded(text)),
                Some(PartType::Html(html)) => content.add_html(bounded(html)),
                _ => {}
            }
        }
        content
    }

    pub(super) fn add_text(&mut self, text: &str) {
        let blocks: Vec<_> = text.lines().map(html::tidy).filter(|line| !line.is_empty()).map(Block::plain).collect();
        self.links.extend(blocks.iter().flat_map(|block| links_in(&block.text)));
        self.parts.push(blocks);
    }

    pub(super) fn add_html(&mut self, html: &str) {
        let page = html::read(html);
        self.links.extend(page.links);
        self.links.extend(page.blocks.iter().flat_map(|block| links_in(&block.text)));
        self.parts.push(page.blocks);
    }
}

impl Block {
    fn plain(text: String) -> Self {
        Self { text, emphasised: false, hidden: false }
    }
}

fn links_in(text: &str) -> Vec<Link> {
    let link = |href: &str| Link { href: href.to_owned(), label: String::new(), button: false };
    urls::find(text).into_iter().map(|range| link(&text[range])).collect()
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
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
        assert_eq!(Content::read(mail.as_bytes()).parts, [[Block::plain("hello".into())]]);
    }
}
