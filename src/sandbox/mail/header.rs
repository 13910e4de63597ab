//! The header of a raw message, cut without decoding anything.

/// Where the body begins: after the first empty line, or at the end.
fn body_start(raw: &[u8]) -> usize {
    raw.windows(4).position(|window| window == b"\r\n\r\n").map_or(raw.len(), |at| at + 4)
}

/// The header with the empty line that ends it.
pub fn header(raw: &[u8]) -> &[u8] {
    raw.get(..body_start(raw)).unwrap_or_default()
}

pub fn body(raw: &[u8]) -> &[u8] {
    raw.get(body_start(raw)..).unwrap_or_default()
}

/// The fields whose name passes `wanted` (it is given in lower case), folded lines and all, and an empty line.
pub fn fields(raw: &[u8], wanted: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut taken = Vec::new();
    let mut taking = false;
    for line in header(raw).split_inclusive(|byte| *byte == b'\n').filter(|line| *line != b"\r\n") {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            taking = wanted(&String::from_utf8_lossy(name).trim_end().to_lowercase());
        }
        if taking {
            taken.extend_from_slice(line);
        }
    }
    taken.extend_from_slice(b"\r\n");
    taken
}

/// The first field called `name` (in lower case), unfolded, as it is written.
pub fn unfolded(raw: &[u8], name: &str) -> Option<String> {
    let found = fields(raw, |field| field == name);
    let text = String::from_utf8_lossy(&found).replace("\r\n ", " ").replace("\r\n\t", " ");
    text.lines().next()?.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// The unfolded values of the fields called `name`, in lower case, one a line.
pub fn values(raw: &[u8], name: &str) -> String {
    let name = name.to_lowercase();
    let found = fields(raw, |field| field == name);
    let text = String::from_utf8_lossy(&found).to_lowercase().replace("\r\n ", " ").replace("\r\n\t", " ");
    let values = text.lines().filter_map(|line| line.split_once(':')).map(|(_, value)| value.trim());
    values.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &[u8] = b"To: a@x\r\nSubject: One\r\n two\r\nto: b@x\r\n\r\nTo: body\r\n";

    #[test]
    fn fields_keep_their_folding_and_end_in_an_empty_line() {
        assert_eq!(fields(RAW, |name| name == "subject"), b"Subject: One\r\n two\r\n\r\n");
        assert_eq!(fields(RAW, |name| name != "subject"), b"To: a@x\r\nto: b@x\r\n\r\n");
        assert_eq!(fields(RAW, |_| false), b"\r\n");
    }

    #[test]
    fn values_are_unfolded_and_the_body_is_not_searched() {
        assert_eq!(values(RAW, "TO"), "a@x\nb@x");
        assert_eq!(values(RAW, "subject"), "one two");
        assert_eq!((header(RAW).len(), body(RAW)), (RAW.len() - 10, &b"To: body\r\n"[..]));
    }

    #[test]
    fn a_message_without_a_body_is_all_header() {
        assert_eq!((header(b"To: x"), body(b"To: x")), (&b"To: x"[..], &b""[..]));
    }
}
