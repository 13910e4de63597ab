//! Mails of 5 MB, each the worst of its kind.

/// As large as what is promised.
const MAIL: usize = 5 << 20;

const PLAIN: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
const HTML: &str = "Content-Type: text/html; charset=utf-8\r\n\r\n";
const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
const DIGEST: &str = "Content-Type: multipart/digest; boundary=b\r\n\r\n";

/// What a mail begins with, and what is said again and again.
const REPEATED: [(&str, &str, &str); 34] = [
    ("codes, one a line", PLAIN, "code 482911\n"),
    ("codes in one line", PLAIN, "code 482911 "),
    ("numbers", PLAIN, "482911\n"),
    ("digits", PLAIN, "4"),
    ("spaced digits", PLAIN, "4 "),
    ("dashed digits", PLAIN, "4-"),
    ("groups", PLAIN, "A1B2-"),
    ("prices", PLAIN, "$1"),
    ("dates", PLAIN, "22.11.2026 "),
    ("dots", PLAIN, "a."),
    ("addresses", PLAIN, "a@"),
    ("stars", PLAIN, "* "),
    ("Chinese", PLAIN, "验证码482911 "),
    ("Arabic", PLAIN, "رمز ٤٨٢٩١١ "),
    ("links", PLAIN, "https://x.test/verify?token=0a1b2c3d4e5f6a7b8c9d "),
    ("brackets in a link", PLAIN, "https://x.test/((((()"),
    ("quotations", PLAIN, "> > "),
    ("less-than", HTML, "<"),
    ("open tags", HTML, "<div>482911"),
    ("close tags", HTML, "<b></x>"),
    ("anchors", HTML, "<a href=https://x.test/verify/1>code 482911"),
    ("unclosed anchors", HTML, "<a "),
    ("unclosed quotes", HTML, "<a href=\""),
    ("ampersands", HTML, "&"),
    ("styles", HTML, "<p style='font-size:24px;font-size:"),
    ("images", HTML, "<img alt='482911 code'>"),
    ("scripts", HTML, "<script></x "),
    ("headers", "", "a:b\r\n"),
    ("one long header", "Content-Type: text/plain", ";a=b"),
    ("encoded subject", "Subject: ", "=?utf-8?q?482911_code?= "),
    ("parts", MIXED, "--b\r\nContent-Type: text/html\r\n\r\n<p>code 482911\r\n"),
    ("messages inside", "", "Content-Type: message/rfc822\r\n\r\n"),
    ("digests", DIGEST, "--b\r\n\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n"),
    ("Japanese", "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", "\u{1b}$B3N\u{1b}(B"),
];

/// By name.
pub fn mails() -> Vec<(&'static str, Vec<u8>)> {
    let repeated = REPEATED.iter().map(|(name, head, piece)| {
        let mut mail = head.as_bytes().to_vec();
        mail.extend(piece.as_bytes().iter().cycle().take(MAIL));
        (*name, mail)
    });
    let noise = (0..MAIL as u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    repeated.chain([("noise", noise), ("messages inside, encoded", encoded()), ("parts in parts", nested())]).collect()
}

/// A message that is encoded, with messages inside.
fn encoded() -> Vec<u8> {
    // "Content-Type: message/rfc822\r\n\r\n" and a space, so that it has no padding.
    let inside = "Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMg0KDQog";
    let mut mail = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
    mail.extend(inside.as_bytes().iter().cycle().take(MAIL));
    mail
}

fn nested() -> Vec<u8> {
    let mut mail = Vec::new();
    for depth in 0.. {
        mail.extend(format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n").bytes());
        if mail.len() > MAIL {
            break;
        }
    }
    mail
}
