//! Stripe's test cards: how each behaves.

/// What comes of charging a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Pays,
    /// The card's holder has to agree first (3-D Secure).
    Asks,
    /// With this `decline_code`.
    Declines(&'static str),
}

pub struct TestCard {
    pub number: &'static str,
    pub brand: &'static str,
    pub charged: Behaviour,
    /// Whether it can be saved though it is declined later.
    pub saves: bool,
}

use Behaviour::{Asks, Declines, Pays};

#[rustfmt::skip]
static CARDS: [TestCard; 7] = [
    TestCard { number: "4242424242424242", brand: "visa", charged: Pays, saves: true },
    TestCard { number: "5555555555554444", brand: "mastercard", charged: Pays, saves: true },
    TestCard { number: "378282246310005", brand: "amex", charged: Pays, saves: true },
    TestCard { number: "4000002500003155", brand: "visa", charged: Asks, saves: true },
    TestCard { number: "4000000000000002", brand: "visa", charged: Declines("generic_decline"), saves: false },
    TestCard { number: "4000000000009995", brand: "visa", charged: Declines("insufficient_funds"), saves: false },
    TestCard { number: "4000000000000341", brand: "visa", charged: Declines("generic_decline"), saves: true },
];

/// The test card with this number.
pub fn by_number(number: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.number == number)
}

/// The test card that a stored card is; the last four digits tell them apart.
pub fn by_last4(last4: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.number.ends_with(last4))
}

pub fn charging(last4: &str) -> Behaviour {
    by_last4(last4).map_or(Declines("generic_decline"), |card| card.charged)
}

/// Whether `number` is made of digits whose check digit (Luhn) is right.
pub fn is_card_number(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|digit| digit.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (12..=19).contains(&digits.len())) else { return false };
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let value = |(place, digit): (usize, &u32)| if place % 2 == 1 { doubled(*digit) } else { *digit };
    digits.iter().rev().enumerate().map(value).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_cards_are_told_apart_by_their_last_digits_and_have_right_check_digits() {
        for card in &CARDS {
            assert!(is_card_number(card.number), "{}", card.number);
            let last4 = &card.number[card.number.len() - 4..];
            assert_eq!(by_last4(last4).map(|found| found.number), Some(card.number));
        }
        for wrong in ["4242424242424241", "4242", "4242-4242-4242-4242", ""] {
            assert!(!is_card_number(wrong), "{wrong}");
        }
    }
}
