//! Amounts of US dollars, counted in cents.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// Whole cents of a US dollar; shown as dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cents(u64);

impl Cents {
    pub const fn new(cents: u64) -> Self {
        Self(cents)
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// Dollars with at most two decimals, as `20` or `19.99`.
    pub fn parse(text: &str) -> Option<Self> {
        let (dollars, cents) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(dollars) || !digits(cents) || cents.len() > 2 {
            return None;
        }
        let cents: u64 = format!("{cents:0<2}").parse().ok()?;
        dollars.parse::<u64>().ok()?.checked_mul(100)?.checked_add(cents).map(Self)
    }

    /// A number of dollars; `None` for what is no number, is negative, or has more than two decimals.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// What may be spent, or what something may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Money {
    UpTo(Cents),
    /// Without a bound.
    Any,
}

impl Money {
    /// The sum of all that has a bound.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Cents {
        all.into_iter().fold(Cents::default(), |sum, money| match money {
            Self::UpTo(cents) => sum.plus(*cents),
            Self::Any => sum,
        })
    }

    /// Whether a limit of this much covers what costs `more`, once `begun` is spent.
    pub fn covers(self, begun: Cents, more: Self) -> bool {
        match (self, more) {
            (Self::Any, _) => true,
            (Self::UpTo(_), Self::Any) => false,
            (Self::UpTo(limit), Self::UpTo(cents)) => begun.plus(cents) <= limit,
        }
    }
}

/// As `--allow-spend` takes it.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpTo(cents) => cents.fmt(f),
            Self::Any => f.write_str("any"),
        }
    }
}

impl FromStr for Money {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "any" => Ok(Self::Any),
            text => Cents::parse(text)
                .map(Self::UpTo)
                .ok_or_else(|| "write US dollars with at most two decimals, like 20 or 19.99, or `any`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dollars_have_at_most_two_decimals() {
        for (text, cents) in [("20", 2000), ("19.99", 1999), ("0.5", 50), ("007", 700), ("0", 0)] {
            assert_eq!(Cents::parse(text), Some(Cents(cents)), "{text}");
        }
        for text in ["", ".", "1.", ".5", "1.999", "-1", "+1", "1e3", "1,5", "$5", " 1", "NaN", "inf", "٣"] {
            assert_eq!(Cents::parse(text), None, "{text}");
        }
        assert_eq!(Cents::parse("184467440737095516.15"), Some(Cents(u64::MAX)));
        assert_eq!(Cents::parse("184467440737095516.16"), None);
    }

    #[test]
    fn only_a_number_is_an_amount() {
        assert_eq!(Cents::of(&json!(12.5)), Some(Cents(1250)));
        assert_eq!(Cents::of(&json!(100.0)), Some(Cents(10_000)));
        for value in [json!("5"), json!(null), json!(true), json!(-5), json!(0.001), json!(1e300), json!(-0.0)] {
            assert_eq!(Cents::of(&value), None, "{value}");
        }
    }

    #[test]
    fn a_limit_reads_back_as_it_is_shown() {
        for limit in [Money::Any, Money::UpTo(Cents(0)), Money::UpTo(Cents(1999)), Money::UpTo(Cents(u64::MAX))] {
            assert_eq!(limit.to_string().parse(), Ok(limit));
        }
        assert!("ANY".parse::<Money>().is_err());
    }
}
