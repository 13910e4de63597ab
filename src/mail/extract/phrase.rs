//! Text in sentences, with what is known of the words and numbers in each.

use std::cell::OnceCell;
use std::ops::Range;

use super::decoys;
use super::sentence::sentences;
use super::shape::CodeShape;
use super::token::{Form, Token, tokens};
use super::words::{self, Mention, Topic};
use crate::mail::message::Block;

/// Blocks are searched up to this many bytes, and so many bytes of a part.
const MAX_BLOCK: usize = 4000;
const MAX_PART: usize = 128 << 10;
/// Between a token and a word right beside it stand at most so many bytes; in Chinese, that is a third of the characters.
const BESIDE: usize = 44;
/// Of one phrase, so many words are known; more are there only to take time.
const MAX_MENTIONS: usize = 100;
/// A word further away says nothing.
const NEAR: usize = 160;
/// So near a word for another number must stand.
const OTHER: usize = 24;

/// What the words of a sentence say of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Beside(Topic),
    Near(Topic),
    /// Another number stands between.
    Far(Topic),
}

/// One sentence, or one line or cell without any.
pub(super) struct Phrase<'a> {
    text: &'a str,
    strong: Vec<Range<usize>>,
    tokens: Vec<Token>,
    pub hidden: bool,
    pub quoted: bool,
    pub linked: bool,
    mentions: OnceCell<Vec<Mention>>,
    decoys: OnceCell<Vec<(Range<usize>, &'static str)>>,
    numbers: OnceCell<Vec<Range<usize>>>,
}

/// The phrases of one part, or of the subject.
pub(super) struct Sheet<'a>(Vec<Phrase<'a>>);

impl<'a> Sheet<'a> {
    pub fn of_subject(subject: &'a str, asked: Option<&CodeShape>) -> Self {
        let mut sheet = Self(Vec::new());
        sheet.add(subject, &Block::default(), asked);
        sheet
    }

    pub fn of_part(part: &'a [Block], asked: Option<&CodeShape>) -> Self {
        let (mut sheet, mut read) = (Self(Vec::new()), 0);
        for block in part {
            read += block.text.len().min(MAX_BLOCK);
            if read > MAX_PART {
                break;
            }
            sheet.add(&block.text, block, asked);
        }
        sheet
    }

    fn add(&mut self, text: &'a str, block: &Block, asked: Option<&CodeShape>) {
        let text = &text[..text.floor_char_boundary(MAX_BLOCK)];
        for range in sentences(text) {
            let within = |strong: &Range<usize>| {
                let (start, end) = (strong.start.max(range.start), strong.end.min(range.end));
                (start < end).then(|| start - range.start..end - range.start)
            };
            let said = &text[range.clone()];
            self.0.push(Phrase {
                text: said,
                strong: block.strong.iter().filter_map(within).collect(),
                tokens: tokens(said, asked),
                hidden: block.hidden,
                quoted: block.quoted,
                linked: block.linked,
                mentions: OnceCell::new(),
                decoys: OnceCell::new(),
                numbers: OnceCell::new(),
            });
        }
    }

    pub fn has(&self, topic: Topic) -> bool {
        self.0.iter().any(|phrase| phrase.has(topic))
    }

    /// Each token with the place of its phrase.
    pub fn tokens(&self) -> impl Iterator<Item = (usize, &Token)> {
        self.0.iter().enumerate().flat_map(|(at, phrase)| phrase.tokens.iter().map(move |token| (at, token)))
    }

    pub fn phrase(&self, at: usize) -> &Phrase<'a> {
        &self.0[at]
    }

    /// The phrases before the one at `at` that a reader sees, the nearest first.
    pub fn before(&self, at: usize) -> impl Iterator<Item = &Phrase<'a>> {
        self.0[..at].iter().rev().filter(|phrase| !phrase.hidden)
    }

    pub fn after(&self, at: usize) -> impl Iterator<Item = &Phrase<'a>> {
        self.0[at + 1..].iter().filter(|phrase| !phrase.hidden)
    }
}

impl Phrase<'_> {
    fn mentions(&self) -> &[Mention] {
        self.mentions.get_or_init(|| {
            let mut mentions = words::mentions(&words::lower(self.text));
            mentions.truncate(MAX_MENTIONS);
            mentions
        })
    }

    pub fn has(&self, topic: Topic) -> bool {
        self.mentions().iter().any(|mention| mention.topic == topic)
    }

    pub fn decoy_at(&self, token: &Range<usize>) -> Option<&'static str> {
        let decoys = self.decoys.get_or_init(|| decoys::find(self.text));
        decoys.iter().find(|(range, _)| range.start < token.end && token.start < range.end).map(|(_, name)| *name)
    }

    pub fn is_strong(&self, token: &Range<usize>) -> bool {
        self.strong.iter().any(|strong| strong.start <= token.start && token.end <= strong.end)
    }

    pub fn is_alone(&self, token: &Range<usize>) -> bool {
        let rest = [part(self.text, 0..token.start), part(self.text, token.end..self.text.len())];
        !rest.iter().any(|rest| rest.chars().any(char::is_alphanumeric))
    }

    /// The word for a code that is meant for the token: of those before and after, the nearest that no number separates.
    pub fn label(&self, token: &Range<usize>) -> Option<Label> {
        let ranked =
            |topic: Topic| [Topic::Code, Topic::Secret, Topic::Purpose].into_iter().position(|one| one == topic);
        let known = self.mentions().iter().filter_map(|mention| {
            let topic = ranked(mention.topic)?;
            let gap = self.gap(&mention.range, token).filter(|gap| gap.len() <= NEAR)?;
            let (far, label) = match gap.len() {
                _ if self.numbers().iter().any(|number| gap.start <= number.start && number.end <= gap.end) => {
                    (2, Label::Far(mention.topic))
                }
                0..=BESIDE => (0, Label::Beside(mention.topic)),
                _ => (1, Label::Near(mention.topic)),
            };
            // A word for a code or a password is more than one for what they are for; else the nearer one counts.
            Some(((topic == 2, far, topic), label))
        });
        known.min_by_key(|(rank, _)| *rank).map(|(_, label)| label)
    }

    /// The tokens that are numbers of their own, and no date, order or the like.
    fn numbers(&self) -> &[Range<usize>] {
        self.numbers.get_or_init(|| {
            let is_number = |token: &&Token| {
                matches!(token.form, Form::Digits | Form::Prefixed | Form::Asked)
                    && self.decoy_at(&token.range).is_none()
                    && !self.other_beside(&token.range)
            };
            self.tokens.iter().filter(is_number).map(|token| token.range.clone()).collect()
        })
    }

    fn gap(&self, word: &Range<usize>, token: &Range<usize>) -> Option<Range<usize>> {
        if word.end <= token.start {
            Some(word.end..token.start)
        } else if token.end <= word.start {
            Some(token.end..word.start)
        } else {
            None
        }
    }

    /// The topic of the last word before the token, if only a few letters stand between.
    pub fn word_before(&self, token: &Range<usize>) -> Option<Topic> {
        let last = self.mentions().iter().rev().find(|mention| mention.range.end <= token.start)?;
        (token.start - last.range.end <= 14).then_some(last.topic)
    }

    /// Whether a word for another number is nearer than one for a code.
    pub fn other_beside(&self, token: &Range<usize>) -> bool {
        // Behind the number, only a word right there counts: "4829 lines of code".
        let follows = |gap: &Range<usize>| gap.start < token.end || part(self.text, gap.clone()) == " ";
        let nearest = |after: bool| {
            let sides = self.mentions().iter().filter(|mention| {
                matches!(mention.topic, Topic::Code | Topic::Secret | Topic::Other)
                    && if after { token.end <= mention.range.start } else { mention.range.end <= token.start }
            });
            let gaps = sides.filter_map(|mention| Some((self.gap(&mention.range, token)?, mention.topic)));
            gaps.min_by_key(|(gap, _)| gap.len())
        };
        let is_other = |side: Option<(Range<usize>, Topic)>| {
            side.is_some_and(|(gap, topic)| {
                let numbers = self.tokens.iter().any(|one| gap.start <= one.range.start && one.range.end <= gap.end);
                topic == Topic::Other && gap.len() <= OTHER && follows(&gap) && !numbers
            })
        };
        is_other(nearest(false)) || is_other(nearest(true))
    }

    /// Whether the sentence ends with a word of the topic, but for a few letters: "Order number:".
    pub fn ends_with_topic(&self, topic: Topic) -> bool {
        let ends =
            self.mentions().last().is_some_and(|last| last.topic == topic && self.text.len() - last.range.end <= OTHER);
        ends && !self.has(Topic::Code)
    }

    pub fn old_before(&self, token: &Range<usize>) -> bool {
        self.mentions().iter().any(|mention| {
            mention.topic == Topic::Old && self.gap(&mention.range, token).is_some_and(|gap| gap.len() <= NEAR)
        })
    }

    /// Whether something is to follow.
    pub fn announces(&self) -> bool {
        self.text.ends_with(':')
    }

    /// Whether a colon or "is" stands right before the token.
    pub fn is_announced(&self, token: &Range<usize>) -> bool {
        const IS: [&str; 22] = [
            ":", "=", " is", " ist", " lautet", " est", " es", " è", " é", " este", " är", " er", " on", " to",
            " jest", " je", " —", " -", "是", "为", "為", "は",
        ];
        let before =
            part(self.text, 0..token.start).trim_end_matches([' ', '"', '\'', '“', '«', '(', '[', '「', '【', '*']);
        let before = words::lower(before);
        IS.iter().any(|is| before.ends_with(is))
    }
}

/// The part of a text that lies in `range`, as far as there is one.
fn part(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}
