//! No mail panics or takes much of the machine.

use std::fs;
use std::path::Path;

use allocation_counter::measure;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{cases, judge};

/// In bytes, what a mail of 5 MB may take besides itself.
const MOST_MEMORY: u64 = 50_000_000;
/// As large as the stack of the thread that watches a mailbox.
const STACK: usize = 1 << 20;

#[test]
fn mails_of_5_mb_take_at_most_50_mb() {
    for (name, mail) in cases::mails() {
        let read = move || {
            let used = measure(|| drop(judge::extracts()[0].explain(&mail)));
            assert!(used.bytes_max <= MOST_MEMORY, "{name}: {} bytes at a time", used.bytes_max);
        };
        std::thread::Builder::new().stack_size(STACK).spawn(read).unwrap().join().unwrap();
    }
}

/// Pieces that mails are made of, and that mean something to a reader of them.
const PIECES: &[&str] = &[
    "Content-Type: text/html; charset=utf-8\r\n",
    "Content-Type: multipart/alternative; boundary=b\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Type: message/rfc822\r\n",
    "Subject: =?utf-8?q?your_code_482911?=\r\n",
    "\r\n\r\n",
    "--b\r\n",
    "--b--",
    "Your code is ",
    "482911",
    "4 8 2 9 1 1",
    "X3WG-V522",
    "NMFHMJ",
    "https://x.test/verify?token=0a1b2c3d4e5f6a7b8c9d",
    "order ",
    "22.11.2026",
    "<p>",
    "</p>",
    "<b>",
    "<br",
    "<div style='display:none",
    "<a href=\"",
    "&#52;",
    "&amp",
    "=34=",
    "\u{200b}",
    "\u{664}\u{668}",
    "\u{9a8c}\u{8bc1}\u{7801}",
    "\u{130}",
    "> ",
    "----- Forwarded -----\r\n",
    ". ",
    ":",
    "\u{0}",
    "'",
    ">",
];

fn fixtures() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/mail");
    fs::read_dir(root).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mails_of_meaningful_pieces_give_a_result(pieces in prop::collection::vec(select(PIECES), 0..60)) {
        judge::mail(pieces.concat().as_bytes());
    }

    #[test]
    fn mails_of_any_bytes_give_a_result(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        judge::mail(&bytes);
    }

    #[test]
    fn damaged_mails_give_a_result(which in any::<Index>(), at in any::<Index>(), bytes in prop::collection::vec(any::<u8>(), 0..8)) {
        let mut mails = fixtures();
        let mail = which.get_mut(&mut mails);
        let at = at.index(mail.len());
        let end = mail.len().min(at + bytes.len() / 2);
        mail.splice(at..end, bytes);
        judge::mail(mail);
    }
}
