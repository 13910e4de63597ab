//! `Authentication-Results` (RFC 8601): what the receiving server found out about a message.

use std::iter::Peekable;
use std::str::Chars;

use crate::mail::address::{canonical_domain, domain_of, is_within};

/// One such field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mail) struct AuthenticationResults {
    /// Who says so (authserv-id), in lower case.
    server: String,
    results: Vec<Verdict>,
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdict {
    method: String,
    result: String,
    /// `header.d` and the like, in lower case, with their values.
    properties: Vec<(String, String)>,
}

impl AuthenticationResults {
    /// Reads a field's value. What is not well formed vouches for nothing: the whole field where brackets, quotes or the name of the
    /// server are wrong, else the one result.
    pub fn parse(text: &str) -> Option<Self> {
        let lexemes = lexemes(text)?;
        let mut parts = lexemes.split(|lexeme| *lexeme == Lexeme::Semicolon);
        let server = match parts.next()? {
            [Lexeme::Word(server)] => server,
            [Lexeme::Word(server), Lexeme::Word(version)] if version == "1" => server,
            _ => return None,
        };
        Some(Self { server: server.to_lowercase(), results: parts.filter_map(Verdict::read).collect() })
    }

    /// Whether `server` says that a signature of this domain, or of one above it, is good.
    pub fn vouches(&self, server: &str, domain: &str) -> bool {
        let aligned = |verdict: &Verdict| verdict.signer().is_some_and(|signer| is_within(domain, &signer));
        self.server == server.trim().to_lowercase()
            && self
                .results
                .iter()
                .any(|verdict| verdict.method == "dkim" && verdict.result == "pass" && aligned(verdict))
    }
}

impl Verdict {
    /// `method=result name=value …`; `none` is no result.
    fn read(lexemes: &[Lexeme]) -> Option<Self> {
        let mut pairs = Vec::new();
        let (mut name, mut rest) = (String::new(), lexemes.iter());
        while let Some(lexeme) = rest.next() {
            match lexeme {
                // `header . d` may be written so.
                Lexeme::Word(word) => name.push_str(&word.to_lowercase()),
                Lexeme::Equals => match rest.next()? {
                    Lexeme::Word(value) => pairs.push((std::mem::take(&mut name), value.clone())),
                    _ => return None,
                },
                Lexeme::Semicolon => return None,
            }
        }
        if !name.is_empty() || pairs.is_empty() {
            return None;
        }
        let (method, result) = pairs.remove(0);
        // `dkim/1`: the version of the method.
        let method = method.split_once('/').map_or(method.as_str(), |(method, _)| method).to_owned();
        Some(Self { method, result: result.to_lowercase(), properties: pairs })
    }

    /// The domain that signed: `header.d`, or that of `header.i` where it is not said.
    fn signer(&self) -> Option<String> {
        let only = |wanted: &str| {
            let mut values = self.properties.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value);
            values.next().filter(|_| values.next().is_none())
        };
        let says_d = self.properties.iter().any(|(name, _)| name == "header.d");
        let domain = if says_d { only("header.d")?.as_str() } else { domain_of(only("header.i")?)? };
        // Nobody signs for a whole top-level domain.
        Some(canonical_domain(domain)).filter(|domain| domain.contains('.') && !domain.contains(['@', ' ']))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Lexeme {
    Word(String),
    Semicolon,
    Equals,
}

/// Comments and line breaks are space. `None` if a bracket or quote is not closed.
fn lexemes(text: &str) -> Option<Vec<Lexeme>> {
    let mut lexemes = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // Senders' addresses may have one in them, and few servers quote it.
        let in_value = word.is_some() && lexemes.last() == Some(&Lexeme::Equals);
        match c {
            '"' => quoted(&mut chars, word.get_or_insert_default())?,
            '=' if in_value => word.get_or_insert_default().push('='),
            '(' | ';' | '=' | ' ' | '\t' | '\r' | '\n' => {
                lexemes.extend(word.take().map(Lexeme::Word));
                match c {
                    '(' => skip_comment(&mut chars)?,
                    ';' => lexemes.push(Lexeme::Semicolon),
                    '=' => lexemes.push(Lexeme::Equals),
                    _ => {}
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    lexemes.extend(word.take().map(Lexeme::Word));
    Some(lexemes)
}

fn quoted(chars: &mut Peekable<Chars<'_>>, into: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '"' => return Some(()),
            '\\' => into.push(chars.next()?),
            c => into.push(c),
        }
    }
}

fn skip_comment(chars: &mut Peekable<Chars<'_>>) -> Option<()> {
    let mut depth = 1_u32;
    while depth > 0 {
        match chars.next()? {
            '(' => depth = depth.saturating_add(1),
            ')' => depth -= 1,
            '\\' => drop(chars.next()?),
            _ => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SERVER: &str = "mx.x.test";

    /// Whether the field vouches for good.test.
    fn vouches(value: &str) -> bool {
        AuthenticationResults::parse(value).is_some_and(|results| results.vouches(SERVER, "good.test"))
    }

    #[test]
    fn a_signature_of_the_domain_or_above_it_counts() {
        for value in [
            "mx.x.test; dkim=pass header.d=good.test",
            "MX.x.test 1; DKIM=Pass Header.D=GOOD.test",
            "mx.x.test; dkim=pass header.i=@good.test",
            "mx.x.test; dkim=pass header.i=news@good.test header.s=s1 header.b=AbC=",
            "mx.x.test;\r\n\tspf=fail (who; knows=it \"?) smtp.mailfrom=evil.test;\r\n\tdkim/1 = pass (2048-bit (rsa) key)\r\n header . d = \"good.test\"",
            "mx.x.test; dkim=fail header.d=good.test; dkim=pass reason=\"good; dkim=fail\" header.d=good.test",
            "\"mx.x.test\"; dmarc=pass action=none header.from=good.test; dkim=pass header.d=good.test; none",
            "mx.x.test; spf=pass smtp.mailfrom=SRS0=a=b=c@relay.test; dkim=pass header.d=good.test header.i=@sub.good.test",
        ] {
            assert!(vouches(value), "{value}");
        }
        let above = AuthenticationResults::parse("mx.x.test; dkim=pass header.d=good.test").unwrap();
        assert!(above.vouches(SERVER, "mail.good.test"));
    }

    #[test]
    fn anything_else_does_not() {
        for value in [
            "",
            "mx.x.test",
            "mx.x.test; none",
            "mx.evil.test; dkim=pass header.d=good.test",
            "sub.mx.x.test; dkim=pass header.d=good.test",
            "mx.x.test 2; dkim=pass header.d=good.test",
            "mx.x.test extra words; dkim=pass header.d=good.test",
            "dkim=pass header.d=good.test",
            "mx.x.test; dkim=fail header.d=good.test",
            "mx.x.test; dkim=passed header.d=good.test",
            "mx.x.test; dkim=pass",
            "mx.x.test; dkim=pass header.d=evil.test",
            "mx.x.test; dkim=pass header.d=evilgood.test",
            "mx.x.test; dkim=pass header.d=mail.good.test",
            "mx.x.test; dkim=pass header.d=test",
            "mx.x.test; dkim=pass header.d=evil.test header.i=@good.test",
            "mx.x.test; dkim=pass header.d=evil.test header.d=good.test",
            "mx.x.test; dkim=pass (header.d=good.test)",
            "mx.x.test; spf=pass header.d=good.test; dmarc=pass header.from=good.test",
            "mx.x.test; x=dkim=pass header.d=good.test",
            "mx.x.test; dkim=fail reason=\"; dkim=pass header.d=good.test\" header.d=good.test",
            "mx.x.test; spf=pass smtp.mailfrom=\"a; dkim=pass header.d=good.test \"@evil.test",
            "mx.x.test; spf=pass (a\\) ; dkim=pass header.d=good.test",
            "mx.x.test; dkim=pass header.d=good.test \"",
            "mx.x.test; dkim=pass header.d=good.test (",
            "mx.x.test; dkim=pass header.d=good.test and more",
            "mx.x.test; dkim=pass header.d= ; dkim==pass header.d=good.test",
        ] {
            assert!(!vouches(value), "{value}");
        }
    }
    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(value in "(?s).{0,60}", marks in "[;=\"()\\\\ .@a-z\r\n]{0,60}") {
            let _ = (AuthenticationResults::parse(&value), AuthenticationResults::parse(&marks));
        }

        #[test]
        fn what_is_quoted_or_a_comment_vouches_for_nothing(text in "[;=\"()\\\\ a-z]{0,20}") {
            let evil = format!("{text}; dkim=pass header.d=good.test");
            let escaped: String = evil.chars().flat_map(|c| ['\\', c]).collect();
            let comment = format!("mx.x.test; spf=pass ({escaped}) smtp.mailfrom=a@evil.test");
            let quoted = format!("mx.x.test; spf=pass reason=\"{escaped}\" smtp.mailfrom=\"{escaped}\"@evil.test");
            prop_assert!(!vouches(&comment) && !vouches(&quoted));
            let behind = "dkim=pass header.d=good.test";
            let both = [format!("{comment}; {behind}"), format!("{quoted}; {behind}")];
            prop_assert!(both.iter().all(|value| vouches(value)), "{both:?}");
        }
    }
}
