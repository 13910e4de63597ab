//! The shape of a code that the user knows: `{ digits: 6 }`, `{ length: 8, letters: true }`.

use serde_json::{Map, Value};

use super::{InvalidExtract, refuse};
use crate::diagnostic::{escape, kind, nearest};

/// No code that a person could be asked to type is longer.
const LONGEST: u64 = 32;
const KEYS: [&str; 3] = ["digits", "length", "letters"];
const FORM: &str = "write { code: { digits: 6 } } or { code: { length: 8, letters: true } }";

/// How long a code is, and whether letters are in it. Spaces and dashes do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeShape {
    length: Option<usize>,
    letters: bool,
}

impl CodeShape {
    pub(super) fn parse(value: &Value) -> Result<Self, InvalidExtract> {
        let Value::Object(fields) = value else { return refuse(format!("`code` is {}", kind(value)), FORM) };
        if let Some(unknown) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let meant = nearest(unknown, KEYS).map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
            return refuse(format!("`code` has no key `{}`", escape(unknown)), meant + FORM);
        }
        let letters = match fields.get("letters") {
            None => None,
            Some(Value::Bool(letters)) => Some(*letters),
            Some(other) => return refuse(format!("`letters` is {}", kind(other)), "write true or false"),
        };
        match (number(fields, "digits")?, number(fields, "length")?, letters) {
            (Some(digits), None, None) => Ok(Self { length: Some(digits), letters: false }),
            (Some(_), _, _) => refuse("`digits` says all of the shape", FORM),
            (None, None, None) => refuse("`code` has no shape", FORM),
            (None, length, letters) => Ok(Self { length, letters: letters.unwrap_or(false) }),
        }
    }

    /// Whether a code without its spaces and dashes is of this shape.
    pub(super) fn fits(&self, code: &str) -> bool {
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        let length = self.length.map_or((4..=10).contains(&code.len()), |length| code.len() == length);
        let letters =
            if self.letters { code.bytes().all(|byte| byte.is_ascii_alphanumeric()) } else { digits == code.len() };
        length && letters
    }

    /// `A1B2-C3D4` as it stands, digits without what separates them.
    pub(super) fn typed(&self, text: &str) -> String {
        let spaceless = text.replace(' ', "");
        if self.letters { spaceless } else { spaceless.replace('-', "") }
    }
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<Option<usize>, InvalidExtract> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    match value.as_u64().filter(|count| (1..=LONGEST).contains(count)).and_then(|count| usize::try_from(count).ok()) {
        Some(count) => Ok(Some(count)),
        None => refuse(format!("`{name}` is not a number from 1 to {LONGEST}"), FORM),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shapes_say_length_and_letters() {
        for (shape, code, fits) in [
            (json!({"digits": 6}), "482911", true),
            (json!({"digits": 6}), "4829111", false),
            (json!({"digits": 6}), "48291A", false),
            (json!({"length": 6}), "482911", true),
            (json!({"length": 8, "letters": true}), "A1b2C3d4", true),
            (json!({"length": 8, "letters": true}), "A1B2C3", false),
            (json!({"letters": true}), "XYZABC", true),
        ] {
            assert_eq!(CodeShape::parse(&shape).unwrap().fits(code), fits, "{shape} {code}");
        }
    }

    #[test]
    fn shapes_that_say_nothing_or_nonsense_are_refused() {
        for bad in [
            json!({}),
            json!(6),
            json!({"digits": 0}),
            json!({"digits": 33}),
            json!({"digits": "6"}),
            json!({"digits": 6, "letters": true}),
            json!({"letters": 1}),
            json!({"digit": 6}),
        ] {
            assert!(CodeShape::parse(&bad).is_err(), "{bad}");
        }
        assert!(CodeShape::parse(&json!({"digit": 6})).unwrap_err().help.contains("did you mean `digits`?"));
    }
}
