//! The one link that is meant to be followed.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::mail::message::{Content, Link};

/// Words of links that lead elsewhere, in path, query or label.
const ELSEWHERE: [&str; 24] = [
    "unsubscribe",
    "opt-out",
    "optout",
    "preferences",
    "privacy",
    "terms",
    "imprint",
    "impressum",
    "legal",
    "support",
    "help",
    "contact",
    "faq",
    "blog",
    "about",
    "cookie",
    "careers",
    "view-in-browser",
    "view in browser",
    "abuse",
    "report",
    "app-store",
    "itunes",
    "play.google",
];
const SOCIAL: [&str; 16] = [
    "x.com",
    "twitter.com",
    "facebook.com",
    "instagram.com",
    "linkedin.com",
    "youtube.com",
    "youtu.be",
    "tiktok.com",
    "discord.gg",
    "discord.com",
    "github.com",
    "t.me",
    "reddit.com",
    "pinterest.com",
    "mastodon.social",
    "bsky.app",
];
const IMAGES: [&str; 8] = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".css"];
/// Words of links that confirm something.
const PURPOSE: [&str; 16] = [
    "verify", "verif", "confirm", "activat", "validat", "magic", "login", "signin", "sign-in", "auth", "invit",
    "reset", "recover", "register", "accept", "callback",
];
/// Query fields that carry a token.
const TOKENS: [&str; 10] =
    ["token", "secret", "code", "key", "signature", "hash", "otp", "ticket", "oobcode", "confirmation"];

/// A link this little behind the best one is a rival: neither is taken.
const RIVAL: u32 = 1;

/// The links that look most like the one that is meant; more than one if they look alike.
pub(super) fn candidates(content: &Content) -> BTreeSet<String> {
    let mut scores: BTreeMap<String, u32> = BTreeMap::new();
    for link in &content.links {
        if let Some(score) = score(link) {
            let best = scores.entry(link.href.clone()).or_default();
            *best = (*best).max(score);
        }
    }
    let top = scores.values().copied().max();
    scores.into_iter().filter(|(_, score)| top.is_some_and(|top| score + RIVAL >= top)).map(|(href, _)| href).collect()
}

/// How much the link looks like the one that is meant; `None` if it leads elsewhere.
fn score(link: &Link) -> Option<u32> {
    let url = Url::parse(&link.href).ok()?;
    let host = url.host_str()?;
    let place = format!("{}?{}", url.path(), url.query().unwrap_or_default()).to_lowercase();
    let label = link.label.to_lowercase();
    let is_at = |domain: &&str| host == *domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'));
    let names = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    if place == "/?"
        || SOCIAL.iter().any(is_at)
        || IMAGES.iter().any(|ending| url.path().to_lowercase().ends_with(ending))
        || names(&ELSEWHERE, &label)
        || url.path().to_lowercase().split(['/', '_', '.']).any(|segment| ELSEWHERE.contains(&segment))
        || place.contains("unsubscribe")
    {
        return None;
    }
    let carries_token = url.query_pairs().any(|(key, _)| TOKENS.contains(&key.to_lowercase().as_str()));
    let opaque = url.path().split(['/', ':']).any(is_opaque) || url.query_pairs().any(|(_, value)| is_opaque(&value));
    let signs =
        [(names(&PURPOSE, &place), 3), (carries_token, 2), (opaque, 2), (names(&PURPOSE, &label), 2), (link.button, 1)];
    Some(signs.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum())
}

fn is_opaque(segment: &str) -> bool {
    segment.len() >= 16
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
}
