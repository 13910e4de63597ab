//! A language, as the verification mail is written in it.

use encoding_rs::Encoding;

use super::languages::LANGUAGES;

/// What a language says, and how it writes the six digits.
pub struct Language {
    pub tag: &'static str,
    pub charset: &'static Encoding,
    pub right_to_left: bool,
    pub digits: Digits,
    pub subject: &'static str,
    /// `{}` is the name.
    pub greeting: &'static str,
    pub intro: &'static str,
    pub outro: &'static str,
}

/// How the digits are written.
#[derive(Clone, Copy)]
pub enum Digits {
    Ascii,
    /// Two groups of three, with this between them.
    Grouped(char),
    /// In a script whose zero is this.
    From(char),
}

impl Digits {
    pub fn write(self, code: &str) -> String {
        match self {
            Self::Ascii => code.to_owned(),
            Self::Grouped(between) => match code.split_at_checked(3) {
                Some((first, rest)) => format!("{first}{between}{rest}"),
                None => code.to_owned(),
            },
            Self::From(zero) => {
                let digit = |c: char| c.to_digit(10).and_then(|value| char::from_u32(u32::from(zero) + value));
                code.chars().map(|c| digit(c).unwrap_or(c)).collect()
            }
        }
    }
}

impl Language {
    /// The language that the plus tag of an address names; without one, any, but always the same for an address.
    pub fn of(address: &str) -> &'static Language {
        let tag = address.rsplit_once('@').and_then(|(local, _)| Some(local.split_once('+')?.1)).unwrap_or_default();
        let place = address.bytes().map(usize::from).sum::<usize>() % LANGUAGES.len();
        LANGUAGES.iter().find(|language| language.tag == tag).unwrap_or(&LANGUAGES[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_tag_names_the_language_and_an_address_keeps_its_own() {
        assert_eq!(Language::of("ada+ja@x.test").tag, "ja");
        assert_eq!(Language::of("ada@x.test").tag, Language::of("ada@x.test").tag);
    }

    #[test]
    fn every_language_can_be_written_in_its_charset() {
        for language in &LANGUAGES {
            let all = [language.subject, language.greeting, language.intro, language.outro].join("\n");
            let (_, _, unmappable) = language.charset.encode(&(all + &language.digits.write("0123456789")));
            assert!(!unmappable, "{}", language.tag);
        }
    }
}
