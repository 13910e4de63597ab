//! A walk over the HTML of a mail, in one pass: text into blocks, anchors into links.
//!
//! Not a browser's parser: mails need block breaks, inline joins ("4<b>8</b>2" is 482), entities, and to know what is
//! hidden or set large. Each byte is looked at a bounded number of times, whatever the input.

use super::attributes::Attributes;
use super::content::{Block, Link};
use super::entities::decode_entities;

/// Elements that are open at once; deeper ones are not followed.
const MAX_OPEN: usize = 200;
const MAX_LINKS: usize = 2000;

pub(super) struct Page {
    pub blocks: Vec<Block>,
    pub links: Vec<Link>,
}

pub(super) fn read(html: &str) -> Page {
    let mut walk =
        Walk { blocks: Vec::new(), links: Vec::new(), open: Vec::new(), text: String::new(), plain: 0, anchor: None };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        walk.say(&rest[..at]);
        rest = walk.markup(&rest[at..]);
    }
    walk.say(rest);
    walk.end_block();
    Page { blocks: walk.blocks, links: walk.links }
}

/// Text for reading: one space between words, no invisible characters.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        let c = match c {
            // Full-width forms: the digits and letters of CJK keyboards.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if c != ' ' || !(tidied.is_empty() || tidied.ends_with(' ')) {
            tidied.push(c);
        }
    }
    tidied.truncate(tidied.trim_end().len());
    tidied
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

struct Open {
    name: String,
    emphasised: bool,
    hidden: bool,
}

struct Walk {
    blocks: Vec<Block>,
    links: Vec<Link>,
    open: Vec<Open>,
    /// The block under way, and how many of its visible characters are not emphasised.
    text: String,
    plain: usize,
    /// The link under way: its place in `links` and where its label begins in `text`.
    anchor: Option<(usize, usize)>,
}

impl Walk {
    fn say(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        let text = decode_entities(raw);
        if !self.open.last().is_some_and(|open| open.emphasised) {
            self.plain += text.chars().filter(|c| c.is_alphanumeric()).count();
        }
        self.text.push_str(&text);
    }

    fn end_block(&mut self) {
        let text = tidy(&self.text);
        if let Some((link, begin)) = self.anchor {
            self.label(link, begin);
            self.anchor = Some((link, 0));
        }
        if !text.is_empty() {
            let hidden = self.open.last().is_some_and(|open| open.hidden);
            self.blocks.push(Block { text, emphasised: self.plain == 0, hidden });
        }
        self.text.clear();
        self.plain = 0;
    }

    fn label(&mut self, link: usize, begin: usize) {
        let words = tidy(self.text.get(begin..).unwrap_or_default());
        if let Some(link) = self.links.get_mut(link).filter(|_| !words.is_empty()) {
            if !link.label.is_empty() {
                link.label.push(' ');
            }
            link.label.push_str(&words);
        }
    }

    /// Takes one tag, comment or declaration off the front of `rest`, which begins with `<`.
    fn markup<'a>(&mut self, rest: &'a str) -> &'a str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, after)| after);
        }
        let Some(next) = rest[1..].chars().next().filter(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        else {
            self.say("<");
            return &rest[1..];
        };
        let end = tag_end(rest);
        let tag = &rest[1..end];
        let after = rest.get(end + 1..).unwrap_or_default();
        match next {
            '/' => self.close(&name_of(&tag[1..])),
            '!' | '?' => {}
            _ => return self.begin(tag, after),
        }
        after
    }

    fn begin<'a>(&mut self, tag: &str, after: &'a str) -> &'a str {
        let name = name_of(tag);
        if matches!(name.as_str(), "style" | "script" | "title" | "template" | "noscript" | "svg") {
            return skip_element(after, &name);
        }
        let tag = tag.strip_suffix('/').unwrap_or(tag);
        let attributes = Attributes::read(&tag[name.len().min(tag.len())..]);
        if is_block(&name) {
            self.end_block();
        }
        match name.as_str() {
            "br" | "hr" | "img" | "input" | "meta" | "link" | "wbr" | "col" | "base" => return after,
            "a" => self.begin_link(&attributes),
            _ => {}
        }
        let (emphasised, hidden) = self.open.last().map_or((false, false), |open| (open.emphasised, open.hidden));
        let emphasised = emphasised || is_emphasis(&name) || attributes.enlarges();
        let hidden = hidden || attributes.hides();
        if hidden && !self.open.last().is_some_and(|open| open.hidden) {
            self.end_block();
        }
        if self.open.len() < MAX_OPEN {
            self.open.push(Open { name, emphasised, hidden });
        }
        after
    }

    fn begin_link(&mut self, attributes: &Attributes) {
        let href = attributes.href.trim();
        self.anchor = None;
        if self.links.len() < MAX_LINKS && is_web(href) {
            self.links.push(Link { href: href.to_owned(), label: String::new(), button: attributes.is_button() });
            self.anchor = Some((self.links.len() - 1, self.text.len()));
        }
    }

    fn close(&mut self, name: &str) {
        if name == "a"
            && let Some((link, begin)) = self.anchor.take()
        {
            self.label(link, begin);
        }
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else {
            if is_block(name) {
                self.end_block();
            }
            return;
        };
        let reveals = self.open[at].hidden && !at.checked_sub(1).is_some_and(|outer| self.open[outer].hidden);
        if is_block(name) || reveals {
            self.end_block();
        }
        self.open.truncate(at);
    }
}

/// The offset of the `>` that ends the tag, quotes respected; the end of the text if there is none. A quote that is never
/// closed counts as none.
fn tag_end(tag: &str) -> usize {
    let bytes = tag.as_bytes();
    let mut quote = None;
    let mut plain_end = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at,
            (b'>', Some(_)) => plain_end = plain_end.or(Some(at)),
            (b'"' | b'\'', None) if at > 0 && matches!(bytes[at - 1], b'=' | b' ') => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
        if at >= 64 << 10 {
            break;
        }
    }
    plain_end.unwrap_or_else(|| tag.floor_char_boundary(bytes.len().min(64 << 10)))
}

fn name_of(tag: &str) -> String {
    tag.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-'))
        .collect::<String>()
        .to_ascii_lowercase()
}

/// What follows the end tag of an element whose content is not text.
fn skip_element<'a>(after: &'a str, name: &str) -> &'a str {
    let mut rest = after;
    while let Some(at) = rest.find("</") {
        let tail = &rest[at + 2..];
        if tail.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return tail.split_once('>').map_or("", |(_, after)| after);
        }
        rest = tail;
    }
    ""
}

fn is_web(href: &str) -> bool {
    let begins = |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    begins("https://") || begins("http://")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "br"
            | "button"
            | "center"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "head"
            | "caption"
            | "summary"
            | "details"
    )
}

fn is_emphasis(name: &str) -> bool {
    matches!(name, "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "code" | "kbd" | "big" | "mark")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        read(html).blocks.into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn blocks_break_and_inline_text_joins() {
        assert_eq!(texts("<div>Order 1234</div><div>567890</div>"), ["Order 1234", "567890"]);
        assert_eq!(texts("<p>4<b>8</b><span>2</span></p><td>a</td><td>b<br>c"), ["482", "a", "b", "c"]);
        assert_eq!(texts("4&#8203;8&shy;2&nbsp;&nbsp;x &amp;amp; &unknown; \u{ff14}"), ["482 x &amp; &unknown; 4"]);
    }

    #[test]
    fn what_is_not_text_is_dropped() {
        let html =
            "<head><title>1</title><style>p{x:2}</style></head><!-- 3 --><script>4</script><p>five</p><!doctype x>";
        assert_eq!(texts(html), ["five"]);
    }

    #[test]
    fn hidden_and_emphasised_blocks_are_marked() {
        let html = "<div style='display: none'>pre<p>more</p></div><p>word <b>482911</b></p><td><p style=\"FONT-SIZE: 24px\">1</p></td>";
        let marks: Vec<_> =
            read(html).blocks.into_iter().map(|block| (block.text, block.hidden, block.emphasised)).collect();
        let expected = [("pre", true, false), ("more", true, false), ("word 482911", false, false), ("1", false, true)];
        assert_eq!(marks, expected.map(|(text, hidden, emphasised)| (text.to_owned(), hidden, emphasised)));
    }

    #[test]
    fn links_have_address_label_and_dress() {
        let html = "<a class='button-primary' href='https://x.test/?a=1&amp;b=2'><span>Verify</span> <b>now</b></a>\
            <a href=mailto:x>mail</a> <a href = https://y.test >y</a>";
        let link = |href: &str, label: &str, button| Link { href: href.into(), label: label.into(), button };
        assert_eq!(
            read(html).links,
            [link("https://x.test/?a=1&b=2", "Verify now", true), link("https://y.test", "y", false)]
        );
    }

    #[test]
    fn broken_markup_loses_no_text_and_no_time() {
        assert_eq!(texts("a < b <p>c <a href=\"x>d</p> e"), ["a < b", "c d", "e"]);
        for bomb in ["<", "<a ", "<div>", "</div>", "&", "<!--", "<a href=\"", "<script>", "</", "<p style='"] {
            let started = std::time::Instant::now();
            read(&bomb.repeat(100_000));
            assert!(started.elapsed().as_secs() < 20, "{bomb}");
        }
    }
}
