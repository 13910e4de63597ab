//! A request as a message names it.

use url::Url;

/// Method and URL, without who logs in and without what a query gives away.
pub fn asked(method: &str, url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    // Fails only for URLs that have no host, and thus nobody to log in.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    let query = url.query().map(|query| query.split('&').map(masked).collect::<Vec<_>>().join("&"));
    url.set_query(query.as_deref());
    format!("{method} {url}")
}

fn masked(field: &str) -> String {
    match field.split_once('=') {
        Some((name, _)) => format!("{name}=***"),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_named_without_its_secrets() {
        for (url, named) in [
            ("https://shop.test/orders", "https://shop.test/orders"),
            (
                "http://ada:hunter2@127.0.0.1:8080/a?token=hunter2&page=2#hunter2",
                "http://127.0.0.1:8080/a?token=***&page=***",
            ),
            ("https://shop.test/?hunter2", "https://shop.test/?***"),
        ] {
            assert_eq!(asked("POST", &Url::parse(url).unwrap()), format!("POST {named}"));
        }
    }
}
