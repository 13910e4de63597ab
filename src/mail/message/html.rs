//! A walk over the HTML of a mail, in one pass: text into blocks, anchors into links.
//!
//! Not a browser's parser: mails need block breaks, inline joins ("4<b>8</b>2" is 482), entities, and to know what is
//! hidden or set large. Each byte is looked at a bounded number of times, whatever the input.

mod tag;

use tag::{Name, skip_element, tag_end};

use super::attributes::Attributes;
use super::boxes;
use super::content::{Block, Link};
use super::elements::{is_block, is_emphasis, is_skipped, is_void};
use super::entities::decode_entities;
use super::line::{Line, tidy};
use super::picker::Picker;
use super::selector::Selector;

/// Elements that are open at once; deeper ones are not followed.
const MAX_OPEN: usize = 100;
const MAX_LINKS: usize = 2000;
const MAX_BLOCKS: usize = 5000;
/// An image's words that are not longer than this are a part of the text around it.
const INLINE_ALT: usize = 2;

pub(super) struct Page {
    pub blocks: Vec<Block>,
    pub links: Vec<Link>,
}

pub(super) fn read(html: &str) -> Page {
    let walk = walk(html, None);
    Page { blocks: walk.blocks, links: walk.links }
}

/// The text of each element that `selector` means.
pub(in crate::mail) fn select(html: &str, selector: &Selector) -> Vec<String> {
    walk(html, Some(Picker::new(selector))).picker.map(Picker::finish).unwrap_or_default()
}

fn walk<'a>(html: &str, picker: Option<Picker<'a>>) -> Walk<'a> {
    let mut walk = Walk { picker, ..Walk::default() };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        walk.say(&rest[..at]);
        rest = walk.markup(&rest[at..]);
    }
    walk.say(rest);
    walk.end_block();
    walk
}

/// What holds inside of an element, and of those in it.
#[derive(Clone, Copy, Default)]
struct Dress {
    strong: bool,
    hidden: bool,
    quoted: bool,
}

struct Open {
    name: Name,
    dress: Dress,
}

#[derive(Default)]
struct Walk<'a> {
    blocks: Vec<Block>,
    links: Vec<Link>,
    open: Vec<Open>,
    /// The block under way, and whether some of it stands in no link.
    line: Line,
    unlinked: bool,
    /// The link under way: its place in `links` and where its label begins in `line`.
    anchor: Option<(usize, usize)>,
    picker: Option<Picker<'a>>,
}

impl<'a> Walk<'a> {
    fn dress(&self) -> Dress {
        self.open.last().map(|open| open.dress).unwrap_or_default()
    }

    fn say(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        let text = decode_entities(raw);
        self.unlinked |= self.anchor.is_none() && text.contains(|c: char| !c.is_whitespace());
        self.line.push(&text, self.dress().strong);
        if let Some(picker) = &mut self.picker {
            picker.say(&text);
        }
    }

    fn end_block(&mut self) {
        if let Some((link, begin)) = self.anchor {
            self.label(link, begin);
            self.anchor = Some((link, 0));
        }
        let Line { text, strong } = self.line.take();
        let (linked, dress) = (!self.unlinked, self.dress());
        self.unlinked = false;
        if !text.is_empty() && self.blocks.len() < MAX_BLOCKS {
            let quoted = dress.quoted || text.starts_with('>');
            let block = Block { text, strong, linked, hidden: dress.hidden, quoted };
            let apart = match self.blocks.last_mut() {
                Some(row) => boxes::put(row, block),
                None => Some(block),
            };
            self.blocks.extend(apart);
        }
        if let Some(picker) = &mut self.picker {
            picker.say(" ");
        }
    }

    fn label(&mut self, link: usize, begin: usize) {
        let words = self.line.text.get(begin..).unwrap_or_default().trim();
        if let Some(link) = self.links.get_mut(link).filter(|_| !words.is_empty()) {
            if !link.label.is_empty() {
                link.label.push(' ');
            }
            link.label.push_str(words);
        }
    }

    /// Takes one tag, comment or declaration off the front of `rest`, which begins with `<`.
    fn markup<'t>(&mut self, rest: &'t str) -> &'t str {
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
            '/' => self.close(Name::of(&tag[1..])),
            '!' | '?' => {}
            _ => return self.begin(tag, after),
        }
        after
    }

    fn begin<'t>(&mut self, tag: &str, after: &'t str) -> &'t str {
        let element = Name::of(tag);
        let name = element.as_str();
        if is_skipped(name) {
            return skip_element(after, name);
        }
        let tag = tag.strip_suffix('/').unwrap_or(tag);
        let written = &tag[name.len().min(tag.len())..];
        let attributes = Attributes::read(written);
        if is_block(name) {
            self.end_block();
        }
        match name {
            "img" => self.say_alt(&attributes.alt),
            "a" => self.begin_link(&attributes),
            _ => {}
        }
        if is_void(name) {
            return after;
        }
        let outer = self.dress();
        let dress = Dress {
            strong: outer.strong || is_emphasis(name) || attributes.enlarges,
            hidden: outer.hidden || attributes.hides,
            quoted: outer.quoted || attributes.quotes,
        };
        if dress.hidden && !outer.hidden {
            self.end_block();
        }
        if self.open.len() < MAX_OPEN {
            if let Some(picker) = &mut self.picker {
                picker.open(name, written);
            }
            self.open.push(Open { name: element, dress });
        }
        after
    }

    /// What is said instead of an image: a digit of a code that is made of images, else a block of its own.
    fn say_alt(&mut self, alt: &str) {
        if alt.chars().count() <= INLINE_ALT {
            return self.say(alt);
        }
        let text = tidy(alt);
        if !text.is_empty() && self.blocks.len() < MAX_BLOCKS {
            self.blocks.push(Block { text, hidden: true, quoted: self.dress().quoted, ..Block::default() });
        }
    }

    fn begin_link(&mut self, attributes: &Attributes) {
        // Browsers leave line breaks out of an address.
        let href = attributes.href.trim().replace(char::is_control, "");
        self.anchor = None;
        if self.links.len() < MAX_LINKS && is_web(&href) {
            self.links.push(Link { href, label: String::new(), button: attributes.is_button });
            self.anchor = Some((self.links.len() - 1, self.line.text.len()));
        }
    }

    fn close(&mut self, name: Name) {
        if name.as_str() == "a"
            && let Some((link, begin)) = self.anchor.take()
        {
            self.label(link, begin);
        }
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else {
            if is_block(name.as_str()) {
                self.end_block();
            }
            return;
        };
        let outer = at.checked_sub(1).map(|outer| self.open[outer].dress).unwrap_or_default();
        if is_block(name.as_str()) || self.open[at].dress.hidden && !outer.hidden {
            self.end_block();
        }
        self.open.truncate(at);
        if let Some(picker) = &mut self.picker {
            picker.close(at);
        }
    }
}

fn is_web(href: &str) -> bool {
    let begins = |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    begins("https://") || begins("http://")
}

#[cfg(test)]
mod tests;
