//! A card, from when it is read until it has been sent.

use std::fmt;

use crate::secret::Secret;

/// Stripe's own cards for tests, beside those of [`TEST_RANGE`].
const TEST_CARDS: &[&str] = &[
    "4242424242424242",
    "5555555555554444",
    "2223003122003222",
    "5200828282828210",
    "5105105105105100",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "6011000990139424",
    "6011981111111113",
    "3056930009020004",
    "36227206271667",
    "6555900000604105",
    "3566002020360505",
    "6200000000000005",
];

/// How the numbers begin of cards that are declined, or that ask their holder.
const TEST_RANGE: &str = "400000";

/// What stands on a card. Not printed, and wiped when it is dropped.
#[derive(Clone)]
pub struct Card {
    number: Secret<String>,
    exp_month: Secret<String>,
    exp_year: Secret<String>,
    cvc: Secret<String>,
}

impl Card {
    /// Reads what people write: a number may have spaces or hyphens, a year two digits or four. An error names the field, and
    /// nothing of what stands there.
    pub fn read(number: &str, exp_month: &str, exp_year: &str, cvc: &str) -> Result<Self, String> {
        let number: Secret<String> = Secret::new(number.chars().filter(|c| !matches!(c, ' ' | '-')).collect());
        let (exp_month, exp_year, cvc) = (exp_month.trim(), exp_year.trim(), cvc.trim());
        let digits = |text: &str, lengths: &[usize]| {
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let month = exp_month.parse().is_ok_and(|month: u8| (1..=12).contains(&month));
        for (right, what) in [
            (digits(number.expose(), &[12, 13, 14, 15, 16, 17, 18, 19]), "the card's number must have 12 to 19 digits"),
            (digits(exp_month, &[1, 2]) && month, "the month until which the card is good must be 1 to 12"),
            (digits(exp_year, &[2, 4]), "the year until which the card is good must have two digits or four"),
            (digits(cvc, &[3, 4]), "the card's security code must have three digits or four"),
        ] {
            if !right {
                return Err(what.to_owned());
            }
        }
        let kept = |text: &str| Secret::new(text.to_owned());
        Ok(Self { number, exp_month: kept(exp_month), exp_year: kept(exp_year), cvc: kept(cvc) })
    }

    /// It is one of those that Stripe has for tests.
    pub fn is_for_tests(&self) -> bool {
        let number = self.number.expose();
        number.starts_with(TEST_RANGE) || TEST_CARDS.contains(&number.as_str())
    }

    /// As Stripe takes it, below `prefix`.
    pub(super) fn fields(&self, prefix: &str) -> Vec<(String, String)> {
        let all = [
            ("number", &self.number),
            ("exp_month", &self.exp_month),
            ("exp_year", &self.exp_year),
            ("cvc", &self.cvc),
        ];
        all.map(|(name, value)| (format!("{prefix}[{name}]"), value.expose().clone())).into()
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_read_as_people_write_it() {
        let card = Card::read("4242-4242 4242 4242", " 7 ", "30", "123").unwrap();
        let wanted =
            [("c[number]", "4242424242424242"), ("c[exp_month]", "7"), ("c[exp_year]", "30"), ("c[cvc]", "123")];
        assert_eq!(card.fields("c"), wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(format!("{card:?}"), "Card(***)");
    }

    #[test]
    fn what_is_wrong_with_a_card_is_said_without_repeating_it() {
        let good = ["4242424242424242", "12", "2030", "123"];
        for (place, wrong) in
            [(0, "424242"), (0, "4242x42424242424"), (1, "13"), (1, "0"), (2, "203"), (3, "12"), (3, "abc")]
        {
            let mut given = good;
            given[place] = wrong;
            let error = Card::read(given[0], given[1], given[2], given[3]).unwrap_err();
            assert!(!error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn cards_for_tests_are_known() {
        let is_for_tests = |number| Card::read(number, "12", "2030", "123").unwrap().is_for_tests();
        assert!(is_for_tests("4242 4242 4242 4242") && is_for_tests("4000002500003155"));
        assert!(!is_for_tests("4111111111111111"));
    }
}
