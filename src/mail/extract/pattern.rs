//! A link of a known form, with the code at a known place: `/verify/{code}`.

use std::collections::BTreeSet;

use url::Url;

use super::{InvalidExtract, refuse};
use crate::diagnostic::escape;
use crate::mail::message::Content;

const HOLE: &str = "{code}";
const MAX_CODE: usize = 1024;

/// `/verify/{code}`, `/verify?token={code}`, or either behind `https://host`. The path must fit as a whole (a closing slash
/// does not matter) and the hole takes one path segment, or a part of one, or the value of a query field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPattern {
    origin: Option<String>,
    /// The path as written, and the query field and the text around the hole in it.
    path: Fit,
    field: Option<(String, Fit)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fit {
    Exactly(String),
    Around(String, String),
}

impl Fit {
    fn read(text: &str) -> Self {
        match text.split_once(HOLE) {
            Some((before, after)) => Self::Around(before.into(), after.into()),
            None => Self::Exactly(text.into()),
        }
    }

    /// What fills the hole; empty if there is none.
    fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Exactly(whole) => (text == whole).then_some(""),
            Self::Around(before, after) => {
                text.strip_prefix(before.as_str())?.strip_suffix(after.as_str()).filter(|code| !code.is_empty())
            }
        }
    }
}

impl LinkPattern {
    pub fn parse(text: &str) -> Result<Self, InvalidExtract> {
        if text.matches(HOLE).count() != 1 || text.matches(['{', '}']).count() != 2 {
            let why = format!("a link pattern has {HOLE} exactly once, where the code stands");
            return refuse(why, format!("write `{}`", with_hole(text)));
        }
        let (origin, rest) = match text.split_once("://") {
            Some((scheme, rest)) if matches!(scheme, "http" | "https") => {
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let origin = Url::parse(&format!("{scheme}://{host}")).ok().filter(|_| !host.contains(HOLE));
                let Some(origin) = origin else {
                    let why = format!("`{scheme}://{}` is not an origin", escape(host));
                    return refuse(why, format!("as in https://host.test/verify/{HOLE}"));
                };
                (Some(origin.origin().ascii_serialization()), path)
            }
            _ => (None, text),
        };
        if !rest.starts_with('/') || rest.contains('#') {
            let why = "a link pattern begins with / or with https://HOST/, and has no #";
            return refuse(why, format!("as in /verify/{HOLE}"));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let field = match query.split_once('=') {
            Some((name, value)) if !query.contains('&') && !name.contains(HOLE) => {
                Some((name.into(), Fit::read(value)))
            }
            None if query.is_empty() => None,
            _ => return refuse("behind ? a link pattern has one field", format!("as in /verify?token={HOLE}")),
        };
        Ok(Self { origin, path: Fit::read(without_slash(path)), field })
    }

    /// The codes in links of this form; if there are none, those in addresses written without `https://`.
    pub(super) fn candidates(&self, content: &Content) -> BTreeSet<String> {
        // Most mails give a link several times.
        let hrefs: BTreeSet<&str> = content.links.iter().map(|link| link.href.as_str()).collect();
        let found: BTreeSet<String> = hrefs.into_iter().filter_map(|href| self.code_in(href)).collect();
        if !found.is_empty() {
            return found;
        }
        let words = content.parts.iter().flatten().flat_map(|block| block.text.split([' ', '<', '>', '(', ')', '"']));
        words
            .filter(|word| word.find(['.', '/']).is_some_and(|at| at > 0) && !word.contains("://"))
            .filter_map(|word| self.code_in(&format!("https://{}", word.trim_end_matches(['.', ',', ';', '!']))))
            .collect()
    }

    fn code_in(&self, href: &str) -> Option<String> {
        let url = Url::parse(href).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        if self.origin.as_ref().is_some_and(|origin| *origin != url.origin().ascii_serialization()) {
            return None;
        }
        let in_path = self.path.of(without_slash(url.path())).filter(|code| !code.contains('/'))?;
        let code = match &self.field {
            None => in_path,
            Some((name, fit)) => {
                let fields = url.query()?.split('&').filter_map(|field| field.split_once('='));
                let in_field = fields.filter(|(key, _)| key == name).find_map(|(_, value)| fit.of(value))?;
                if in_path.is_empty() { in_field } else { in_path }
            }
        };
        decode_once(code).filter(|code| (1..=MAX_CODE).contains(&code.len()) && !code.chars().any(char::is_control))
    }
}

/// What was likely meant by a pattern that has no hole, or one of another name.
fn with_hole(text: &str) -> String {
    let other = text.find('{').zip(text.find('}')).filter(|(open, close)| open < close);
    match other {
        Some((open, close)) if text.matches(['{', '}']).count() == 2 => {
            escape(&format!("{}{HOLE}{}", &text[..open], &text[close + 1..]))
        }
        None if text.starts_with('/') && !text.contains(['{', '}', '?', '#']) => {
            escape(&format!("{}/{HOLE}", without_slash(text)))
        }
        _ => format!("/verify/{HOLE}"),
    }
}

fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// Percent-decoding, once; a `+` stays a `+`, as tokens in base64 have it.
fn decode_once(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(pattern: &str, href: &str) -> Option<String> {
        LinkPattern::parse(pattern).unwrap().code_in(href)
    }

    #[test]
    fn the_code_is_one_segment_or_one_field() {
        for (pattern, href, expected) in [
            ("/verify/{code}", "https://x.test/verify/abc-123", Some("abc-123")),
            ("/verify/{code}", "https://x.test/verify/abc/?utm=1#top", Some("abc")),
            ("/verify/{code}", "https://x.test/app/verify/abc", None),
            ("/verify/{code}", "https://x.test/verify/a/b", None),
            ("/verify/{code}", "https://x.test/verify/", None),
            ("/verify/{code}", "ftp://x.test/verify/abc", None),
            ("/verify/{code}/now", "https://x.test/verify/abc/now", Some("abc")),
            ("/v-{code}.html", "https://x.test/v-abc.html", Some("abc")),
            ("/verify?token={code}", "https://x.test/verify?a=1&token=abc&b=2", Some("abc")),
            ("/verify?token={code}", "https://x.test/verify?atoken=abc", None),
            ("https://x.test/verify/{code}", "https://x.test/verify/abc", Some("abc")),
            ("https://x.test/verify/{code}", "https://evil.test/verify/abc", None),
            ("https://x.test/verify/{code}", "https://x.test.evil/verify/abc", None),
        ] {
            assert_eq!(code(pattern, href).as_deref(), expected, "{pattern} {href}");
        }
    }

    #[test]
    fn the_code_is_decoded_once() {
        assert_eq!(code("/v/{code}", "https://x.test/v/a%252Fb+c%3D").as_deref(), Some("a%2Fb+c="));
        for bad in ["%", "%4", "%zz", "%00", "%ff", "%0d%0a"] {
            assert_eq!(code("/v/{code}", &format!("https://x.test/v/{bad}")), None, "{bad}");
        }
    }

    #[test]
    fn other_patterns_are_refused() {
        for bad in [
            "",
            "/verify",
            "verify/{code}",
            "/{code}/{code}",
            "/{id}/{code}",
            "https://{code}/x",
            "/v?{code}",
            "/v?a=1&t={code}",
            "/v#{code}",
            "ftp://x/{code}",
        ] {
            assert!(LinkPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
