//! Words that say what stands beside them, by language. All in lower case.
//!
//! `*` stands for any ending, `=` for none. Words of scripts that set no spaces, or join small words to others, are found
//! anywhere; others at the beginning of a word, words for a code also at the end of one: `Bestätigungscode`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What a word is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// A code that is meant to be entered.
    Code,
    /// A password or the like, which is sometimes such a code.
    Secret,
    /// What such codes and links are for: verifying, signing in.
    Purpose,
    /// "Enter", "use".
    Enter,
    /// Another number: of an order, a customer, a street.
    Other,
    /// A code for something else: a discount, a meeting, a network.
    Foreign,
    /// That what follows is no longer good.
    Old,
    /// A link that leads elsewhere.
    Elsewhere,
}

/// A word of a topic and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub topic: Topic,
    pub range: Range<usize>,
}

/// By topic and language.
const TABLE: &str = include_str!("words.txt");

const TOPICS: [(&str, Topic); 8] = [
    ("code", Topic::Code),
    ("secret", Topic::Secret),
    ("purpose", Topic::Purpose),
    ("enter", Topic::Enter),
    ("other", Topic::Other),
    ("foreign", Topic::Foreign),
    ("old", Topic::Old),
    ("elsewhere", Topic::Elsewhere),
];

#[derive(Clone, Copy)]
enum Ending {
    Short,
    Any,
    None,
}

struct Lexicon {
    regex: Regex,
    /// The first topic of a word counts.
    words: HashMap<&'static str, (Topic, Ending)>,
}

static LEXICON: LazyLock<Option<Lexicon>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for (topic, written) in rows() {
        let word = written.trim_end_matches(['*', '=']);
        let ending = match &written[word.len()..] {
            "*" => Ending::Any,
            "=" => Ending::None,
            _ => Ending::Short,
        };
        words.entry(word).or_insert((topic, ending));
    }
    // Where two begin at the same place, the longer one is meant.
    let mut sorted: Vec<&str> = words.keys().copied().collect();
    sorted.sort_unstable_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    let pattern = sorted.iter().map(|word| regex::escape(word)).collect::<Vec<_>>().join("|");
    Some(Lexicon { regex: Regex::new(&pattern).ok()?, words })
});

/// Each word of the table as it is written there. A row that cannot be read is left out; a test sees that there is none.
fn rows() -> impl Iterator<Item = (Topic, &'static str)> {
    let row = |line: &'static str| {
        let mut cells = line.split(" | ");
        let (topic, _, words) = (cells.next()?, cells.next()?, cells.next()?);
        Some((TOPICS.iter().find(|(name, _)| *name == topic)?.1, words))
    };
    TABLE.lines().filter_map(row).flat_map(|(topic, words)| words.split("; ").map(move |word| (topic, word)))
}

/// The words of known topics in `text`, which is in lower case.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let Some(lexicon) = LEXICON.as_ref() else { return Vec::new() };
    let mut mentions = Vec::new();
    let mut at = 0;
    while let Some(found) = lexicon.regex.find_at(text, at) {
        let mention = lexicon
            .words
            .get(found.as_str())
            .filter(|(topic, ending)| is_joined(found.as_str()) || stands(text, found.range(), *topic, *ending));
        at = match mention {
            Some((topic, _)) => {
                mentions.push(Mention { topic: *topic, range: found.range() });
                found.end()
            }
            None => found.start() + text[found.start()..].chars().next().map_or(1, char::len_utf8),
        };
    }
    mentions
}

/// In lower case, each character as long as it was: places stay true.
pub(super) fn lower(text: &str) -> String {
    let lower = |c: char| {
        let mut lowered = c.to_lowercase();
        lowered.next().filter(|low| lowered.next().is_none() && low.len_utf8() == c.len_utf8()).unwrap_or(c)
    };
    text.chars().map(lower).collect()
}

/// Words of scripts without spaces between words, or with small words joined to others.
fn is_joined(word: &str) -> bool {
    word.chars().any(|c| matches!(c, '\u{590}'..='\u{10ff}' | '\u{1200}'..='\u{1dff}' | '\u{2e80}'..))
}

fn stands(text: &str, range: Range<usize>, topic: Topic, ending: Ending) -> bool {
    let inner = text[..range.start].chars().next_back().is_some_and(char::is_alphabetic);
    let tail = text[range.end..].chars().take_while(|c| c.is_alphabetic()).take(8).count();
    let fits = match ending {
        Ending::None => tail == 0,
        Ending::Short => tail <= if inner { 2 } else { 5 },
        Ending::Any => true,
    };
    fits && (!inner || topic == Topic::Code && !matches!(ending, Ending::None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(text: &str) -> Vec<Topic> {
        mentions(&lower(text)).into_iter().map(|mention| mention.topic).collect()
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.split(" | ").count() == 3));
        let words: usize = lines.map(|line| line.split("; ").count()).sum();
        assert_eq!(rows().count(), words);
        assert!(rows().all(|(_, word)| lower(word) == word && word.trim() == word && !word.is_empty()));
    }

    #[test]
    fn words_are_known_in_their_forms_and_inside_of_longer_ones() {
        for text in [
            "Your code:",
            "Bestätigungscode",
            "vahvistuskoodisi",
            "verifieringskoden",
            "kodunuz",
            "КОД",
            "您的验证码是",
            "الرمز",
            "認証コードは",
            "mã 1",
        ] {
            assert!(topics(text).contains(&Topic::Code), "{text}: {:?}", topics(text));
        }
        for text in ["method", "episode", "opinion", "spin", "mâle", "unicorn", "hotpot"] {
            assert_eq!(topics(text), [], "{text}");
        }
    }

    #[test]
    fn other_codes_are_other_numbers() {
        for text in ["ZIP code", "Postal code", "error code", "postcode", "Bestellnummer", "código postal", "order"] {
            assert_eq!(topics(text), [Topic::Other], "{text}");
        }
        for text in [
            "Registrikood",
            "Įmonės kodas",
            "Termékkód",
            "Codul poștal",
            "Ürün kodu",
            "Код товара",
            "Пощенски код",
            "Κωδικός προϊόντος",
            "Kod odbioru",
            "Kód zboží",
            "Abholcode",
            "Afhaalcode",
            "Code de retrait",
            "Código de recogida",
            "Codice articolo",
            "Hämtkod",
            "Noutokoodi",
            "Kode pos",
            "Mã sản phẩm",
            "รหัสสินค้า",
            "エラーコード",
            "상품코드",
            "取餐码",
            "الرمز البريدي",
            "کد پستی",
            "מיקוד",
            "पिन कोड",
        ] {
            assert_eq!(topics(text), [Topic::Other], "{text}");
        }
        assert_eq!(topics("Promo code"), [Topic::Foreign, Topic::Code]);
    }
}
