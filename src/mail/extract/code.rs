//! The verification codes that running text may mean, each with what speaks for it and against it.

use super::candidate::{Bar, Candidate, Gathered, Sign};
use super::decoys;
use super::phrase::{Label, Phrase, Sheet};
use super::shape::CodeShape;
use super::token::{Form, Token};
use super::words::Topic;
use crate::mail::message::Content;

pub(super) const BAR: Bar = Bar { enough: 7, doubtful: 6, rival: 4 };

/// What is looked at, and what it weighs.
mod sign {
    use super::Sign;

    macro_rules! signs {
        ($($id:ident $weight:literal $name:literal)*) => {
            $(pub(super) const $id: Sign = Sign { weight: $weight, name: $name };)*
        };
    }

    signs! {
        LABELLED 7 "right beside a word for a code"
        SECRET 6 "right beside a word for a password or PIN"
        NEAR 5 "in a sentence with a word for a code"
        FAR 1 "a word for a code in the sentence, another number between"
        PURPOSE 4 "in a sentence about verifying or signing in"
        ENTERED 2 "behind a word such as \"enter\""
        ALONE 4 "alone on its line or in its cell"
        ABOVE 3 "below a line with a word for a code"
        BELOW 2 "above a line with a word for a code"
        ANNOUNCED 1 "behind a colon or \"is\""
        STRONG 2 "bold, large or spaced"
        SIX 1 "six digits"
        SUBJECT 3 "in the subject as well"
        SUBJECT_SAYS 1 "the subject has a word for a code"
        PARTS 1 "in the plain and in the HTML part"
        PREFIXED 3 "written as G-123456"
        ASKED 6 "of the shape that was asked for"
        OTHER -12 "beside a word for another number"
        FOREIGN -12 "in or beside a sentence about a discount, a meeting or the like"
        OLD -8 "in a sentence about an earlier code"
        HIDDEN -3 "not shown to a reader"
        LINK -3 "the words of a link"
        YEAR -4 "could be a year"
        DATE -4 "could be a date"
        WORD -5 "could be a word"
        LOWER -1 "has small letters"
        NOTHING -6 "nothing around it speaks of a code"
    }
}

/// The candidates of a message; of the shape that was asked for, if one was.
pub(super) fn candidates(content: &Content, asked: Option<&CodeShape>) -> Vec<Candidate> {
    let mut gathered = Gathered::default();
    let subject = Sheet::of_subject(&content.subject, asked);
    let says_code = subject.has(Topic::Code);
    let says_purpose = subject.has(Topic::Purpose);
    let in_subject: Vec<String> = subject.tokens().map(|(_, token)| token.value.clone()).collect();
    let mut in_parts: Vec<Vec<String>> = Vec::new();
    for sheet in std::iter::once(subject).chain(content.parts.iter().map(|part| Sheet::of_part(part, asked))) {
        let mut here = Vec::new();
        for (at, token) in sheet.tokens() {
            let place = Place { sheet: &sheet, phrase: sheet.phrase(at), at, token, says_code, says_purpose };
            gathered.add(place.candidate());
            here.push(token.value.clone());
        }
        in_parts.push(here);
    }
    for one in gathered.each().filter(|one| one.decoy.is_none()) {
        let parts = in_parts.iter().skip(1).filter(|part| part.contains(&one.value)).count();
        if parts > 0 && in_subject.contains(&one.value) {
            one.signs.push(sign::SUBJECT);
        }
        if parts > 1 {
            one.signs.push(sign::PARTS);
        }
    }
    gathered.finish()
}

/// A token where it stands.
struct Place<'a> {
    sheet: &'a Sheet<'a>,
    phrase: &'a Phrase<'a>,
    at: usize,
    token: &'a Token,
    says_code: bool,
    says_purpose: bool,
}

impl Place<'_> {
    fn candidate(&self) -> Candidate {
        let decoy = self.phrase.decoy_at(&self.token.range);
        let signs = if decoy.is_some() { Vec::new() } else { self.signs() };
        Candidate {
            value: self.token.value.clone(),
            signs,
            decoy: decoy.or(self.not_at_all()),
            quoted: self.phrase.quoted,
        }
    }

    fn signs(&self) -> Vec<Sign> {
        let mut signs = self.look();
        let before = signs.len();
        signs.extend(self.relation());
        let alone = self.is_alone();
        if alone {
            signs.push(sign::ALONE);
            signs.extend(self.neighbours());
            signs.extend(self.says_code.then_some(sign::SUBJECT_SAYS));
        }
        let speaks = signs[before..].iter().any(|sign| *sign != sign::ALONE && sign.weight > 0);
        let form = matches!(self.token.form, Form::Prefixed | Form::Asked);
        if !(speaks || form || alone && self.has_purpose(&signs)) {
            signs.push(sign::NOTHING);
        }
        signs.extend(self.against(alone));
        signs
    }

    /// Six digits alone below "Verify your email" are a code, though nothing calls them so.
    fn has_purpose(&self, signs: &[Sign]) -> bool {
        let above = || self.sheet.before(self.at).take(3).any(|phrase| phrase.has(Topic::Purpose));
        signs.contains(&sign::SIX) && (self.says_purpose || above())
    }

    /// How the token is written and set.
    fn look(&self) -> Vec<Sign> {
        let value = self.token.value.as_str();
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        let known = [
            (self.phrase.is_strong(&self.token.range), sign::STRONG),
            (digits && value.len() == 6, sign::SIX),
            (self.token.form == Form::Prefixed, sign::PREFIXED),
            (self.token.form == Form::Asked, sign::ASKED),
            (self.phrase.hidden, sign::HIDDEN),
            (self.phrase.linked, sign::LINK),
            (decoys::is_year(value), sign::YEAR),
            (decoys::is_compact_date(value), sign::DATE),
            (self.token.form == Form::Capitals && can_be_read(value), sign::WORD),
            (self.token.form == Form::MixedCase, sign::LOWER),
        ];
        known.into_iter().filter(|(holds, _)| *holds).map(|(_, sign)| sign).collect()
    }

    /// What the words of the sentence say of it.
    fn relation(&self) -> Vec<Sign> {
        let mut signs = Vec::new();
        signs.extend(match self.phrase.label(&self.token.range) {
            Some(Label::Beside(Topic::Code)) => Some(sign::LABELLED),
            Some(Label::Beside(Topic::Secret)) => Some(sign::SECRET),
            Some(Label::Near(Topic::Code)) => Some(sign::NEAR),
            Some(Label::Far(Topic::Code)) => Some(sign::FAR),
            Some(Label::Beside(Topic::Purpose) | Label::Near(Topic::Purpose)) => Some(sign::PURPOSE),
            _ => None,
        });
        let entered = self.phrase.word_before(&self.token.range) == Some(Topic::Enter);
        signs.extend(entered.then_some(sign::ENTERED));
        let colon = self.is_alone() && self.sheet.before(self.at).next().is_some_and(Phrase::announces);
        signs.extend((colon || self.phrase.is_announced(&self.token.range)).then_some(sign::ANNOUNCED));
        if signs.as_slice() == [sign::ANNOUNCED] {
            signs.clear();
        }
        signs
    }

    /// What the lines before and after a token that stands alone say.
    fn neighbours(&self) -> Vec<Sign> {
        let has = |phrase: &Phrase<'_>| phrase.has(Topic::Code) || phrase.has(Topic::Secret);
        let above = self.sheet.before(self.at).take(4).any(has);
        let below = self.sheet.after(self.at).take(2).any(has);
        let signs = [(above, sign::ABOVE), (below, sign::BELOW)];
        signs.into_iter().filter(|(holds, _)| *holds).map(|(_, sign)| sign).collect()
    }

    fn against(&self, alone: bool) -> Vec<Sign> {
        let labelled_above = || {
            let above = self.sheet.before(self.at).next();
            alone && above.is_some_and(|above| above.ends_with_topic(Topic::Other))
        };
        let beside = self.phrase.other_beside(&self.token.range);
        let foreign = self.phrase.has(Topic::Foreign)
            || self
                .sheet
                .before(self.at)
                .take(1)
                .chain(self.sheet.after(self.at).take(1))
                .any(|near| near.has(Topic::Foreign));
        let known = [
            (beside || labelled_above(), sign::OTHER),
            (foreign, sign::FOREIGN),
            (self.phrase.old_before(&self.token.range), sign::OLD),
        ];
        known.into_iter().filter(|(holds, _)| *holds).map(|(_, sign)| sign).collect()
    }

    fn is_alone(&self) -> bool {
        self.phrase.is_alone(&self.token.range)
    }

    /// Letters in running text are words, unless they are set apart or named a code.
    fn not_at_all(&self) -> Option<&'static str> {
        let set_apart = self.is_alone() || self.phrase.is_strong(&self.token.range);
        let named = matches!(self.phrase.label(&self.token.range), Some(Label::Beside(Topic::Code | Topic::Secret)));
        let announced = self.phrase.is_announced(&self.token.range);
        let digits = self.token.value.bytes().any(|byte| byte.is_ascii_digit());
        match self.token.form {
            Form::Capitals if !set_apart || self.phrase.linked => Some("a word"),
            Form::MixedCase if !digits || !(set_apart || named && announced) => Some("a word"),
            Form::Mixed | Form::Grouped if !(set_apart || named) => Some("a name in running text"),
            _ => None,
        }
    }
}

/// Capitals alone on a line may be a heading: HELLO, NOTICE.
fn can_be_read(token: &str) -> bool {
    let vowels = token.bytes().filter(|byte| b"AEIOU".contains(byte)).count();
    vowels * 4 > token.len()
}
