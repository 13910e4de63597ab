//! The text of the elements that a selector means, kept while a page is walked.

use super::attributes::pairs;
use super::entities::decode_entities;
use super::line::Line;
use super::selector::{Element, Selector};

/// So much text is taken of one element, and so many elements.
const MAX_TEXT: usize = 4096;
const MAX_PICKED: usize = 100;

/// Follows a walk and keeps the text of what the selector means.
pub(super) struct Picker<'a> {
    selector: &'a Selector,
    open: Vec<Element>,
    /// How many elements are open around each text under way.
    under_way: Vec<(usize, Line)>,
    picked: Vec<String>,
}

impl<'a> Picker<'a> {
    pub fn new(selector: &'a Selector) -> Self {
        Self { selector, open: Vec::new(), under_way: Vec::new(), picked: Vec::new() }
    }

    pub fn open(&mut self, name: &str, attributes: &str) {
        let attributes =
            pairs(attributes).map(|(name, value)| (name.to_ascii_lowercase(), decode_entities(value).into_owned()));
        self.open.push(Element { name: name.to_owned(), attributes: attributes.collect() });
        if self.picked.len() + self.under_way.len() < MAX_PICKED && self.selector.fits(&self.open) {
            self.under_way.push((self.open.len(), Line::default()));
        }
    }

    pub fn say(&mut self, text: &str) {
        for (_, line) in self.under_way.iter_mut().filter(|(_, line)| line.text.len() < MAX_TEXT) {
            line.push(&text[..text.floor_char_boundary(MAX_TEXT)], false);
        }
    }

    /// Leaves `left` elements open.
    pub fn close(&mut self, left: usize) {
        self.open.truncate(left);
        while let Some((_, mut line)) = self.under_way.pop_if(|(depth, _)| *depth > left) {
            self.picked.push(line.take().text);
        }
    }

    pub fn finish(mut self) -> Vec<String> {
        self.close(0);
        self.picked.retain(|text| !text.is_empty());
        self.picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::select;

    #[test]
    fn deep_and_endless_elements_end() {
        let selector = Selector::parse("div div > div div > div").unwrap();
        let texts = select(&"<div>x".repeat(20_000), &selector);
        assert!(!texts.is_empty() && texts.len() <= MAX_PICKED && texts.iter().all(|text| text.len() <= 2 * MAX_TEXT));
    }
}
