//! What a workflow and the files that it calls may cost together to read.

use serde_json::Value;

use super::Rules;
use super::decode::Patterns;
use crate::expr::weight;

/// What is left of it.
#[derive(Default)]
pub(crate) struct Budget {
    pub(super) patterns: Patterns,
    pub(super) effort: Effort,
}

/// What may still be spent on holding the values that stand in a file against the rules of inputs.
pub(super) struct Effort(u64);

impl Default for Effort {
    /// Some tenth of a second with the worst of patterns, and less with any other.
    fn default() -> Self {
        Self(16 << 20)
    }
}

impl Effort {
    /// What is wrong with a value, with the code of the error.
    pub fn fault(&mut self, rules: &Rules, value: &Value) -> Option<(&'static str, String)> {
        match self.0.checked_sub(rules.cost(value)) {
            Some(left) => {
                self.0 = left;
                Some(("E0134", rules.violation(value)?))
            }
            None => Some(("E0108", "to hold this against its `pattern` or `enum` takes too long".to_owned())),
        }
    }
}

impl Rules {
    /// What it costs to ask for a violation: texts times the patterns that they meet, and values times those allowed.
    fn cost(&self, value: &Value) -> u64 {
        /// As long as a value may be that is compared at once.
        const AT_ONCE: usize = 100;
        let product = |one: usize, other: usize| (one as u64).saturating_mul(other as u64);
        let inside = match (value, &self.pattern, &self.items) {
            (Value::String(text), Some(pattern), _) => product(text.len(), pattern.extent),
            (Value::Array(items), _, Some(rules)) => {
                items.iter().fold(0, |sum: u64, item| sum.saturating_add(rules.cost(item)))
            }
            _ => 0,
        };
        inside.saturating_add(product(weight(value).div_ceil(AT_ONCE), self.one_of.len()))
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use serde_json::json;

    use super::*;
    use crate::workflow::Pattern;

    #[test]
    fn values_are_held_against_rules_until_it_takes_too_long() {
        let code = |rules: &Rules, value: Value| Effort::default().fault(rules, &value).map(|(code, _)| code);
        let pattern = Pattern { regex: Regex::new("^[a-z]+$").unwrap(), extent: 1000 };
        let pattern = Rules { pattern: Some(pattern), ..Rules::default() };
        assert_eq!(code(&pattern, json!("a".repeat(16_000))), None);
        assert_eq!(code(&pattern, json!("a".repeat(17_000))), Some("E0108"));
        let one_of = Rules { one_of: (0..1000).map(Value::from).collect(), ..Rules::default() };
        let items = Rules { items: Some(Box::new(one_of)), ..Rules::default() };
        assert_eq!(code(&items, json!(vec![999; 16_000])), None);
        assert_eq!(code(&items, json!(vec![1000; 16_000])), Some("E0134"));
        assert_eq!(code(&items, json!(vec![999; 17_000])), Some("E0108"));
        let mut effort = Effort::default();
        let held = (0..10).filter(|_| effort.fault(&items, &json!(vec![999; 8_000])).is_none()).count();
        assert_eq!(held, 2, "what was spent is gone");
    }
}
