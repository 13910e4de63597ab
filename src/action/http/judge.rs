//! What no request can be made of.

use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::diagnostic::escape;
use crate::workflow::Refusal;

pub(super) fn url(value: &Value) -> Result<(), Refusal> {
    let text = value.as_str().unwrap_or_default();
    // A path stands below a base URL, whichever that is.
    let full = if text.starts_with('/') { format!("https://host.test{text}") } else { text.to_owned() };
    Url::parse(&full).map(drop).map_err(|error| Refusal::new(format!("it is not a URL: {error}")))
}

pub(super) fn header(name: &str, value: Option<&Value>) -> Result<(), Refusal> {
    // An expression in a name is an error of its own.
    if !name.contains("${{") && HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(Refusal::new(format!("`{}` is not the name of a header", escape(name))));
    }
    match value.and_then(Value::as_str).map(HeaderValue::from_str) {
        Some(Err(_)) => {
            Err(Refusal::new(format!("`{name}` holds what no header can")).help("leave out line breaks and the like"))
        }
        _ => Ok(()),
    }
}
