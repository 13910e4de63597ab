//! Fields of a message's header, as a server picks them out for HEADER.FIELDS.

/// The fields with these names, and the empty line that ends the header. `None` if `message` ends before it does.
pub(super) fn fields_of(message: &[u8], names: &[&str]) -> Option<Vec<u8>> {
    let mut fields = Vec::new();
    let mut is_named = false;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        match line {
            b"\n" | b"\r\n" => {
                fields.extend_from_slice(line);
                return Some(fields);
            }
            // The field goes on.
            [b' ' | b'\t', ..] => {}
            _ => is_named = is_field(line, names),
        }
        if is_named {
            fields.extend_from_slice(line);
        }
    }
    None
}

fn is_field(line: &[u8], names: &[&str]) -> bool {
    let Some(end) = line.iter().position(|byte| *byte == b':') else { return false };
    let name = line[..end].trim_ascii_end();
    names.iter().any(|one| name.eq_ignore_ascii_case(one.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(message: &str) -> Option<String> {
        fields_of(message.as_bytes(), &["to", "x-service"]).map(|fields| String::from_utf8(fields).unwrap())
    }

    #[test]
    fn the_named_fields_are_picked_whole() {
        let message = "Received: by x\r\n\tTo: no\r\nTO : a@x.test,\r\n b@x.test\r\nToo: no\r\nTo\r\nx-service: 1\r\n\
            To: c@x.test\r\n\r\nTo: body\r\n";
        let expected = "TO : a@x.test,\r\n b@x.test\r\nx-service: 1\r\nTo: c@x.test\r\n\r\n";
        assert_eq!(picked(message).as_deref(), Some(expected));
        assert_eq!(picked("To: a\nFrom: b\n\n").as_deref(), Some("To: a\n\n"));
        assert_eq!(picked("\r\nTo: body").as_deref(), Some("\r\n"));
    }

    #[test]
    fn a_header_that_does_not_end_is_not_known() {
        for message in ["", "To: a@x.test\r\n", "To: a@x.test\r\nX-Long: and so"] {
            assert_eq!(picked(message), None);
        }
    }
}
