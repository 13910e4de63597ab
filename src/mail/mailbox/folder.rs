//! A folder's name on the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::Mailbox;

impl Mailbox {
    /// The folder's name in the modified UTF-7 that the protocol wants (RFC 3501, 5.1.3).
    pub(in crate::mail) fn folder_on_the_wire(&self) -> String {
        let mut wire = String::new();
        let mut shifted = Vec::new();
        for c in self.folder.chars() {
            if matches!(c, ' '..='~') {
                flush_shifted(&mut wire, &mut shifted);
                wire.push(c);
                if c == '&' {
                    wire.push('-');
                }
            } else {
                shifted.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            }
        }
        flush_shifted(&mut wire, &mut shifted);
        wire
    }
}

fn flush_shifted(wire: &mut String, utf16: &mut Vec<u8>) {
    if !utf16.is_empty() {
        wire.push('&');
        wire.push_str(&STANDARD_NO_PAD.encode(&*utf16).replace('/', ","));
        wire.push('-');
        utf16.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_written_in_modified_utf7() {
        for (path, wire) in [("Entw%C3%BCrfe", "Entw&APw-rfe"), ("a%26b", "a&-b"), ("%E5%8F%B0%E5%8C%97", "&U,BTFw-")] {
            let mailbox = Mailbox::parse(&format!("imaps://a:b@h/{path}")).unwrap();
            assert_eq!(mailbox.folder_on_the_wire(), wire);
        }
    }
}
