//! What says which mail is meant, in words: for the parameters of `mail.wait` and for the flags of `onramp mail wait`.

pub const TO: &str = "The recipient's whole address, as it stands in the mail: with its plus tag.";
pub const FROM: &str = "Allowed senders: addresses, or domains with all below them.";
pub const SUBJECT: &str = "A part of the subject, in any case.";
pub const HEADER: &str = "Header fields by name, each with a part of its value, in any case; all must hold.";
pub const AFTER: &str = "A cursor of `mail.mark`: only mail that came after it counts.";
pub const SINCE: &str =
    "Only mail since then counts: a time (RFC 3339), or, as 10m, so long before what caused the wait began.";
pub const REQUIRE: &str =
    "`dkim=pass`: the server must have found a good signature of the sender's domain. Needs `authserv-id`.";
pub const AUTHSERV_ID: &str =
    "Whose finding counts for `require`: the name at the beginning of Authentication-Results; known of Gmail.";
pub const JUNK: &str = "Look into the junk folder as well, after 10 s or half of the time.";
pub const EXTRACT: &str = "`code`, `link`, or a pattern of one's own: {link: \"/verify/{code}\"}, {regex: 'Code: (\\d+)'}, \
                           {css: \"#code\"}, {code: {digits: 6}}.";
