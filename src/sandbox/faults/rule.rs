//! The rules as they are written, in a file or at `/_sandbox/faults`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sandbox::api::ROUTES;

/// A list of rules. All that match a request apply; of those that end it, the first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Faults(Vec<FaultRule>);

/// One rule. Of the requests that match `on`, the first `after` are left alone; of the next `times` (all, if it is
/// missing) each is struck with `probability`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The name of a route (`signup`), a method and a path (`POST /api/agents/v1/api-keys`), or `*`.
    pub on: String,
    pub fault: FaultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    #[serde(default)]
    pub after: u64,
    /// Whether `times` and `after` count for each account by itself.
    #[serde(default)]
    pub per_account: bool,
    #[serde(default = "certain")]
    pub probability: f64,
    /// Milliseconds, for `latency`, `mail-late` and `hang`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// For `429` and the 5xx faults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<RetryAfter>,
    /// For the 5xx faults: whether what was asked is done all the same.
    #[serde(default)]
    pub effect: Effect,
    /// For `no-credits`: 402, or 200 with `status: error` in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
}

fn certain() -> f64 {
    1.0
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The request is held back for `ms` milliseconds.
    Latency,
    /// Throttled: 429 with `Retry-After`.
    #[serde(rename = "429")]
    TooManyRequests,
    #[serde(rename = "500")]
    ServerError,
    /// A proxy's HTML page.
    #[serde(rename = "502")]
    BadGateway,
    #[serde(rename = "503")]
    Unavailable,
    /// The connection is reset; nothing was done.
    DropBefore,
    /// What was asked is done, then the connection is reset without an answer.
    DropAfter,
    /// What was asked is done, and the answer does not come; after `ms` milliseconds (a minute) the connection is reset.
    Hang,
    /// The mail comes `ms` milliseconds later.
    MailLate,
    MailLost,
    MailTwice,
    /// Before the mail comes one like it, an hour old, whose code was never good.
    MailOldFirst,
    /// The mail is marked as spam, and lands in the junk folder.
    MailJunk,
    /// A generation is refused for want of credits.
    NoCredits,
    /// A generation ends without an image.
    ImageFailed,
    /// What should be an image, or base64 of one, is something else.
    NotAnImage,
    /// A login whose password is right is refused: the account is blocked.
    Blocked,
}

/// When a struck client may come again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RetryAfter {
    Seconds(u64),
    /// As an HTTP date, so many seconds from now.
    Date {
        date_in: u64,
    },
    /// The header's value as it is sent.
    Verbatim(String),
}

/// Whether what was asked is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    #[default]
    None,
    Done,
}

/// Why a text is not a list of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultsError {
    /// Not JSON, or not of the right shape; the text says where.
    Json(String),
    /// Rule `number` (counted from one) is wrong.
    Rule { number: usize, reason: String },
}

impl fmt::Display for FaultsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(reason) => write!(f, "not a list of fault rules: {reason}"),
            Self::Rule { number, reason } => write!(f, "fault rule {number}: {reason}"),
        }
    }
}

impl std::error::Error for FaultsError {}

impl Faults {
    /// Reads a JSON list of rules and checks each.
    pub fn from_json(text: &str) -> Result<Self, FaultsError> {
        let faults: Self = serde_json::from_str(text).map_err(|error| FaultsError::Json(error.to_string()))?;
        for (rule, number) in faults.0.iter().zip(1..) {
            rule.check().map_err(|reason| FaultsError::Rule { number, reason })?;
        }
        Ok(faults)
    }

    pub fn rules(&self) -> &[FaultRule] {
        &self.0
    }
}

impl FaultRule {
    fn check(&self) -> Result<(), String> {
        if !is_route(&self.on) {
            let near = ROUTES
                .iter()
                .map(|route| route.name)
                .max_by(|a, b| strsim::jaro_winkler(a, &self.on).total_cmp(&strsim::jaro_winkler(b, &self.on)));
            let near = near.unwrap_or("*");
            return Err(format!("no route is called `{}`; did you mean `{near}`?", self.on.escape_debug()));
        }
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(format!("`probability` is from 0 to 1, not {}", self.probability));
        }
        if matches!(self.fault, FaultKind::Latency | FaultKind::MailLate) && self.ms.is_none() {
            return Err("`latency` and `mail-late` need `ms`".into());
        }
        if !matches!(self.http_status, None | Some(200 | 402)) {
            return Err("`http_status` of `no-credits` is 402 or 200".into());
        }
        match &self.retry_after {
            Some(RetryAfter::Verbatim(text)) if !text.bytes().all(|b| (0x20..0x7f).contains(&b)) => {
                Err("`retry_after` must be printable ASCII".into())
            }
            _ => Ok(()),
        }
    }

    /// Whether the rule is about requests to this route; `path` is its template.
    pub fn is_about(&self, name: &str, method: &str, path: &str) -> bool {
        self.on == "*" || self.on == name || self.on.split_once(' ') == Some((method, path))
    }
}

fn is_route(on: &str) -> bool {
    let named = |route: &crate::sandbox::api::Route| {
        on == route.name || on.split_once(' ') == Some((route.method.as_str(), route.path))
    };
    on == "*" || ROUTES.iter().any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_needs_only_where_and_what() {
        let faults = Faults::from_json(r#"[{"on":"signup","fault":"drop-after"}]"#).unwrap();
        let rule = &faults.rules()[0];
        assert_eq!((rule.fault, rule.after, rule.times, rule.probability), (FaultKind::DropAfter, 0, None, 1.0));
    }

    #[test]
    fn retry_after_has_three_spellings() {
        let read = |value: &str| serde_json::from_str::<RetryAfter>(value).unwrap();
        assert_eq!(read("2"), RetryAfter::Seconds(2));
        assert_eq!(read(r#"{"date_in":2}"#), RetryAfter::Date { date_in: 2 });
        assert_eq!(read(r#""soon""#), RetryAfter::Verbatim("soon".into()));
    }

    #[test]
    fn a_wrong_rule_is_named_with_what_was_meant() {
        let reason = |rule: &str| Faults::from_json(&format!("[{rule}]")).unwrap_err().to_string();
        assert!(
            reason(r#"{"on":"sigup","fault":"500"}"#)
                .contains("rule 1: no route is called `sigup`; did you mean `signup`?")
        );
        assert!(reason(r#"{"on":"*","fault":"500","probability":2}"#).contains("probability"));
        assert!(reason(r#"{"on":"*","fault":"latency"}"#).contains("`ms`"));
        assert!(reason(r#"{"on":"*","fault":"tea"}"#).contains("unknown variant `tea`"));
        assert!(reason(r#"{"on":"*","fault":"500","time":1}"#).contains("unknown field `time`"));
        assert!(reason(r#"{"on":"*","fault":"no-credits","http_status":500}"#).contains("402 or 200"));
    }

    #[test]
    fn a_rule_is_about_a_name_a_path_or_everything() {
        let rule = |on: &str| FaultRule {
            on: on.into(),
            ..Faults::from_json(r#"[{"on":"*","fault":"500"}]"#).unwrap().0.remove(0)
        };
        for on in ["*", "create_api_key", "POST /api/agents/v1/api-keys"] {
            assert!(rule(on).is_about("create_api_key", "POST", "/api/agents/v1/api-keys"), "{on}");
        }
        assert!(!rule("GET /api/agents/v1/api-keys").is_about("create_api_key", "POST", "/api/agents/v1/api-keys"));
    }
}
