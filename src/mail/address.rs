//! Addresses and domains, made comparable.

use url::Host;

/// In lower case, the domain in its ASCII form. What stands before the `@` stays as it is otherwise: a plus tag is part of it.
pub(super) fn canonical(address: &str) -> String {
    let address = address.trim().to_lowercase();
    match address.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => format!("{local}@{}", canonical_domain(domain)),
        _ => address,
    }
}

/// `bücher.example` and `xn--bcher-kva.example` are one name.
pub(super) fn canonical_domain(domain: &str) -> String {
    let domain = domain.trim().to_lowercase();
    // The parser of URLs decodes percent signs, which mean nothing in mail.
    if domain.is_ascii() || domain.contains('%') {
        return domain;
    }
    match Host::parse(&domain) {
        Ok(Host::Domain(ascii)) => ascii,
        _ => domain,
    }
}

pub(super) fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// Whether `domain` is `parent` or lies below it. Both are canonical.
pub(super) fn is_within(domain: &str, parent: &str) -> bool {
    !parent.is_empty() && domain.strip_suffix(parent).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_domain_are_one() {
        for (one, other) in [
            ("Ada+7@X.test", " ada+7@x.test"),
            ("ada@b\u{fc}cher.example", "ADA@XN--BCHER-KVA.example"),
            ("ada@B\u{dc}CHER.example", "ada@xn--bcher-kva.example"),
            ("ada@\u{4f8b}\u{3048}.test", "ada@xn--r8jz45g.test"),
        ] {
            assert_eq!(canonical(one), canonical(other));
        }
        assert_ne!(canonical("ada@b\u{fc}cher.example"), canonical("ada@bucher.example"));
        assert_ne!(canonical("ada+7@x.test"), canonical("ada@x.test"));
    }

    #[test]
    fn a_name_lies_below_its_parents_only() {
        for (domain, parent, within) in [
            ("x.test", "x.test", true),
            ("mail.x.test", "x.test", true),
            ("x.test", "mail.x.test", false),
            ("evilx.test", "x.test", false),
            ("x.test.evil", "x.test", false),
            ("x.test", "", false),
        ] {
            assert_eq!(is_within(domain, parent), within, "{domain} {parent}");
        }
    }
}
