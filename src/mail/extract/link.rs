//! The links that may be meant to be followed, each with what speaks for it and against it.

use url::Url;

use super::candidate::{Bar, Candidate, Gathered, Sign};
use super::words::{self, Topic};
use crate::mail::address::is_within;
use crate::mail::message::{Content, Link};

pub(super) const BAR: Bar = Bar { enough: 3, doubtful: 2, rival: 1 };

const fn sign(weight: i32, name: &'static str) -> Sign {
    Sign { weight, name }
}

const PATH: Sign = sign(3, "its address says verify, confirm, sign in or the like");
const LABEL: Sign = sign(3, "its words say so");
const TOKEN: Sign = sign(2, "has a field for a token");
const OPAQUE: Sign = sign(2, "carries what looks like a token");
const BUTTON: Sign = sign(1, "dressed as a button");
const BARE: Sign = sign(-2, "carries nothing that is the reader's own");
const SUBJECT: Sign = sign(1, "the subject says verify, confirm, sign in or the like");

const SOCIAL: [&str; 18] = [
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
    "apps.apple.com",
    "play.google.com",
];
const FILES: [&str; 9] = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".css", ".pdf"];
/// Words of addresses that confirm something.
const PURPOSE: [&str; 18] = [
    "verif",
    "confirm",
    "activat",
    "validat",
    "magic",
    "login",
    "signin",
    "sign-in",
    "sign_in",
    "auth",
    "invit",
    "reset",
    "recover",
    "register",
    "accept",
    "callback",
    "passwordless",
    "onboard",
];
/// Parts of addresses that lead elsewhere.
const ELSEWHERE: [&str; 30] = [
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
    "cookies",
    "careers",
    "view-in-browser",
    "abuse",
    "report",
    "itunes",
    "deny",
    "decline",
    "reject",
    "cancel",
    "revoke",
    "docs",
    "status",
    "pricing",
];
/// Query fields that carry a token.
const TOKENS: [&str; 12] = [
    "token",
    "secret",
    "code",
    "key",
    "signature",
    "hash",
    "otp",
    "ticket",
    "oobcode",
    "confirmation",
    "confirmation_token",
    "token_hash",
];

/// The candidates of a message.
pub(super) fn candidates(content: &Content) -> Vec<Candidate> {
    let mut gathered = Gathered::default();
    let says = words::mentions(&words::lower(&content.subject)).iter().any(|mention| mention.topic == Topic::Purpose);
    for link in &content.links {
        if let Some(mut one) = candidate(link) {
            if says && one.decoy.is_none() && !one.signs.is_empty() {
                one.signs.push(SUBJECT);
            }
            gathered.add(one);
        }
    }
    gathered.finish()
}

fn candidate(link: &Link) -> Option<Candidate> {
    let url = Url::parse(&link.href).ok()?;
    let host = url.host_str()?;
    let path = url.path().to_lowercase();
    let place = format!("{path}?{}", url.query().unwrap_or_default()).to_lowercase();
    let topics: Vec<Topic> =
        words::mentions(&words::lower(&link.label)).into_iter().map(|mention| mention.topic).collect();
    let speaks = topics.iter().any(|topic| matches!(topic, Topic::Purpose | Topic::Code));
    // In plain text the words before an address are its label, and may speak of more than the link.
    let elsewhere = topics.contains(&Topic::Elsewhere) && !(speaks && topics.last() != Some(&Topic::Elsewhere));
    let decoy = if place == "/?" && url.fragment().is_none() {
        Some("a home page")
    } else if SOCIAL.iter().any(|domain| is_within(host, domain)) && !PURPOSE.iter().any(|word| path.contains(word)) {
        Some("a social network or a shop of apps")
    } else if FILES.iter().any(|ending| path.ends_with(ending)) {
        Some("a picture or a document")
    } else if elsewhere
        || path.split(['/', '_', '.']).any(|segment| ELSEWHERE.contains(&segment))
        || place.contains("unsubscribe")
    {
        Some("a link that leads elsewhere")
    } else {
        None
    };
    let signs = if decoy.is_some() { Vec::new() } else { signs(link, &url, &place, speaks) };
    Some(Candidate { value: link.href.clone(), signs, decoy, quoted: false })
}

fn signs(link: &Link, url: &Url, place: &str, speaks: bool) -> Vec<Sign> {
    let carries = url.query_pairs().any(|(key, _)| TOKENS.contains(&key.to_lowercase().as_str()));
    let parts =
        url.path().split(['/', ':']).chain(url.fragment().into_iter().flat_map(|inner| inner.split(['/', '=', '&'])));
    let opaque = parts.into_iter().any(is_opaque) || url.query_pairs().any(|(_, value)| is_opaque(&value));
    let digits = url.path().bytes().any(|byte| byte.is_ascii_digit());
    let known = [
        (PURPOSE.iter().any(|word| place.contains(word)), PATH),
        (speaks, LABEL),
        (carries, TOKEN),
        (opaque, OPAQUE),
        (link.button, BUTTON),
        (url.query().is_none() && url.fragment().is_none() && !digits, BARE),
    ];
    known.into_iter().filter(|(holds, _)| *holds).map(|(_, sign)| sign).collect()
}

fn is_opaque(segment: &str) -> bool {
    segment.len() >= 16
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
}
