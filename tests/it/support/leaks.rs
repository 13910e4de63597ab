//! Finding a secret wherever it lies, in any of the spellings in which it might have got there.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The places where `secret` stands, in plain, URL- or base64-encoded form, in any file below `folder` or in its name.
pub fn leaks(secret: &str, folder: &Path) -> Vec<String> {
    assert!(secret.len() >= 8, "a secret so short is found by chance");
    let spellings = spellings(secret);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().as_encoded_bytes().to_vec();
        let bytes = if path.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
        for (spelling, text) in &spellings {
            if contains(&bytes, text.as_bytes()) || contains(&name, text.as_bytes()) {
                found.push(format!("{spelling} in {}", path.display()));
            }
        }
        if path.is_dir() {
            found.extend(leaks(secret, &path));
        }
    }
    found
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The secret as it may be written.
pub fn spellings(secret: &str) -> Vec<(String, String)> {
    let percent = |hex: fn(u8) -> String, plain: fn(u8) -> bool| {
        secret
            .bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { hex(byte) })
            .collect::<String>()
    };
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    let upper = |byte: u8| format!("%{byte:02X}");
    let lower = |byte: u8| format!("%{byte:02x}");
    let quoted = |text: &str| {
        let quoted = serde_json::to_string(text).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let mut all = vec![
        ("plain".to_owned(), secret.to_owned()),
        ("JSON".to_owned(), quoted(secret)),
        ("JSON inside JSON".to_owned(), quoted(&quoted(secret))),
        ("URL-encoded".to_owned(), percent(upper, unreserved)),
        ("URL-encoded, lower case".to_owned(), percent(lower, unreserved)),
        ("URL-encoded, all but letters".to_owned(), percent(upper, alphanumeric)),
        ("form-encoded".to_owned(), url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()),
    ];
    for ahead in 0..3 {
        let text = [vec![b'x'; ahead], secret.as_bytes().to_vec()].concat();
        for (name, engine) in [("base64", &STANDARD_NO_PAD), ("base64url", &URL_SAFE_NO_PAD)] {
            let encoded = engine.encode(&text);
            // What stands before and after decides the characters at both ends.
            let end = encoded.len() - usize::from(text.len() % 3 != 0);
            all.push((format!("{name} after {ahead}"), encoded[[0, 2, 3][ahead]..end].to_owned()));
        }
    }
    all
}
