//! Fields that are no plain text: numbers, amounts, switches, days, links. Numbers may also be written as strings.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::Check;
use super::check::words;

impl Check<'_> {
    pub fn boolean(&mut self, field: &str) -> Option<bool> {
        match self.present(field)? {
            Value::Bool(value) => Some(*value),
            Value::Number(number) if number.as_u64() == Some(0) => Some(false),
            Value::Number(number) if number.as_u64() == Some(1) => Some(true),
            Value::String(text) if text == "0" || text == "false" => Some(false),
            Value::String(text) if text == "1" || text == "true" => Some(true),
            _ => {
                self.refuse(field, format!("The {} field must be true or false.", words(field)));
                None
            }
        }
    }

    pub fn integer(&mut self, field: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.present(field)?;
        let Some(number) = value.as_u64().or_else(|| value.as_str()?.parse().ok()) else {
            self.refuse(field, format!("The {} field must be an integer.", words(field)));
            return None;
        };
        self.within(field, number, &range, |n| n.to_string())
    }

    /// An amount in dollars, as cents; `range` is in cents.
    pub fn cents(&mut self, field: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.present(field)?;
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        let Some(cents) = number.and_then(whole_cents) else {
            self.refuse(field, format!("The {} field must be an amount in dollars and cents.", words(field)));
            return None;
        };
        self.within(field, cents, &range, dollars)
    }

    fn within(
        &mut self,
        field: &str,
        number: u64,
        range: &RangeInclusive<u64>,
        show: impl Fn(u64) -> String,
    ) -> Option<u64> {
        if number < *range.start() {
            self.refuse(field, format!("The {} field must be at least {}.", words(field), show(*range.start())));
            return None;
        }
        if number > *range.end() {
            self.refuse(field, format!("The {} field must not be greater than {}.", words(field), show(*range.end())));
            return None;
        }
        Some(number)
    }

    /// A day, written `YYYY-MM-DD`.
    pub fn day(&mut self, field: &str) -> Option<chrono::NaiveDate> {
        let text = self.optional_text(field, 0, 10)?;
        let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        if day.is_none() {
            self.refuse(field, format!("The {} field must match the format Y-m-d.", words(field)));
        }
        day
    }

    pub fn link(&mut self, field: &str) -> Option<String> {
        let text = self.optional_text(field, 0, 2_048)?;
        let good = url::Url::parse(text).is_ok_and(|link| matches!(link.scheme(), "http" | "https"));
        if !good {
            self.refuse(field, format!("The {} field must be a valid URL.", words(field)));
        }
        good.then(|| text.to_owned())
    }
}

/// `None` for what is no amount: negative, infinite, or with parts of a cent.
fn whole_cents(dollars: f64) -> Option<u64> {
    let cents = (dollars * 100.0).round();
    let whole = (dollars * 100.0 - cents).abs() < 1e-6 && (0.0..1e12).contains(&cents);
    whole.then_some(cents as u64)
}

fn dollars(cents: u64) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::http::Refusal;

    #[test]
    fn amounts_are_read_to_the_cent() {
        let read = |value: Value| {
            let input = json!({ "amount": value });
            let mut check = Check::new(input.as_object().unwrap());
            check.cents("amount", 1_000..=100_000)
        };
        assert_eq!(
            [json!(10), json!(25.10), json!("19.99"), json!(10.0)].map(read),
            [1_000, 2_510, 1_999, 1_000].map(Some)
        );
        assert!(
            [json!(9.99), json!(1_000.01), json!(10.005), json!(-20), json!("x"), json!(true), json!(null)]
                .map(read)
                .iter()
                .all(Option::is_none)
        );
    }

    #[test]
    fn what_is_wrong_with_a_number_is_said() {
        let input = json!({ "amount": 9, "page": "x", "limit": 300, "on": "maybe", "from": "2026-13-01", "url": "javascript:x" });
        let mut check = Check::new(input.as_object().unwrap());
        check.cents("amount", 1_050..=100_000);
        check.integer("page", 1..=10);
        check.integer("limit", 1..=200);
        check.boolean("on");
        check.day("from");
        check.link("url");
        let Err(Refusal::Invalid(wrong)) = check.done() else { unreachable!("all six are wrong") };
        assert_eq!(wrong["amount"], json!(["The amount field must be at least 10.50."]));
        assert_eq!(wrong["limit"], json!(["The limit field must not be greater than 200."]));
        assert_eq!(wrong.len(), 6);
    }
}
