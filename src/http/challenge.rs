//! A page that wants a human in front of it.

use super::Response;

/// How large a page is looked into.
const LOOKED_INTO: usize = 256 * 1024;

/// What the pages of those who make such tests have in them, in lower case.
const SIGNS: &[&str] =
    &["g-recaptcha", "h-captcha", "hcaptcha.com", "cf-turnstile", "cf-chl-", "/cdn-cgi/challenge-platform"];

impl Response {
    /// Whether it refuses with a CAPTCHA, or with another test that programs are not to pass. Nothing was done then.
    pub fn is_challenge(&self) -> bool {
        if self.header("cf-mitigated").is_some_and(|how| how.eq_ignore_ascii_case("challenge")) {
            return true;
        }
        let is_page =
            self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
        if !is_page || !matches!(self.status, 401 | 403 | 429 | 503) {
            return false;
        }
        let page = &self.body[..self.body.len().min(LOOKED_INTO)];
        let page = String::from_utf8_lossy(page).to_ascii_lowercase();
        SIGNS.iter().any(|sign| page.contains(sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_for_humans_is_known_by_its_header_or_by_its_page() {
        assert!(Response::of(403, &[("cf-mitigated", "challenge")], "").is_challenge());
        let html = [("content-type", "text/html; charset=UTF-8")];
        assert!(Response::of(403, &html, r#"<div class="G-ReCaptcha" data-sitekey="x"></div>"#).is_challenge());
        assert!(Response::of(503, &html, r#"<script src="/cdn-cgi/challenge-platform/h/b"></script>"#).is_challenge());
    }

    #[test]
    fn a_refusal_and_a_page_that_was_asked_for_are_none() {
        let html = [("content-type", "text/html")];
        assert!(!Response::of(403, &html, "<h1>Forbidden</h1>").is_challenge());
        assert!(!Response::of(200, &html, r#"<div class="g-recaptcha"></div>"#).is_challenge());
        let json = [("content-type", "application/json")];
        assert!(!Response::of(403, &json, r#"{"error":"g-recaptcha token missing"}"#).is_challenge());
    }
}
