//! The root of the service that a run belongs to.

use url::Url;

use super::OpError;
use super::surroundings::DEFAULT_BASE_URL;
use crate::http::is_loopback;

/// The base URL that was given, or that of ModelsLab.
pub(super) fn base_url_of(given: Option<&str>) -> Result<String, OpError> {
    checked_base_url(given.unwrap_or(DEFAULT_BASE_URL)).map_err(OpError::Usage)
}

/// The root of a service, without a trailing slash. Tokens go there, so nobody between may read them.
pub(super) fn checked_base_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err(format!("the base URL is none; it must look like {DEFAULT_BASE_URL}"));
    };
    let (place, text) = (url.origin().ascii_serialization(), text.trim());
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "the base URL ({place}) holds a user or password, and it is shown and stored; leave them out"
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("the base URL ({place}) has a `?` or `#`; it ends with its path, like {DEFAULT_BASE_URL}"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(format!(
            "the base URL {text} is http://: passwords and tokens would go there in the clear; use https://"
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_the_root_of_a_service_and_nothing_more() {
        for (given, kept) in [
            ("https://host.test", "https://host.test"),
            ("https://host.test:8443/below/", "https://host.test:8443/below"),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
            ("http://localhost:4010/", "http://localhost:4010"),
        ] {
            assert_eq!(checked_base_url(given).as_deref(), Ok(kept));
        }
        for (given, why) in [
            ("host.test", "must look like"),
            ("ftp://host.test", "must look like"),
            ("https://ada:hunter22@host.test", "user or password"),
            ("https://hunter22@host.test", "user or password"),
            ("https://host.test/?key=hunter22", "`?` or `#`"),
            ("https://host.test/#hunter22", "`?` or `#`"),
            ("http://host.test", "in the clear"),
            ("http://127.0.0.1.host.test/", "in the clear"),
        ] {
            let error = checked_base_url(given).unwrap_err();
            assert!(error.contains(why) && !error.contains("hunter22"), "{given}: {error}");
        }
    }
}
