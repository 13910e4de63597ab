//! The replies to LIST (RFC 3501, 7.2.2), read here since the crate's own parser gives the whole answer up for one odd line.

/// A folder that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mail) struct Listed {
    /// As it goes over the wire.
    pub name: String,
    /// The server says that it is for junk (RFC 6154).
    pub is_junk: bool,
}

/// The folders in a reply. Lines that make no sense are left out.
pub(super) fn listed(reply: &str) -> Vec<Listed> {
    let mut folders = Vec::new();
    let mut lines = reply.split("\r\n");
    while let Some(line) = lines.next() {
        let Some((attributes, rest)) = line.strip_prefix("* LIST (").and_then(|rest| rest.split_once(')')) else {
            continue;
        };
        // The character between levels, then the name.
        let Some((name, _)) = text(rest).and_then(|(_, rest)| text(rest)) else { continue };
        // A literal stands on the line below.
        let name =
            if name.starts_with('{') && name.ends_with('}') { lines.next().map(str::to_owned) } else { Some(name) };
        let has = |wanted: &str| attributes.split(' ').any(|attribute| attribute.eq_ignore_ascii_case(wanted));
        if !has("\\Noselect") && !has("\\NonExistent") {
            // A name goes back to the server within a command: it must not end that.
            let name = name.filter(|name| !name.chars().any(char::is_control));
            folders.extend(name.map(|name| Listed { name, is_junk: has("\\Junk") }));
        }
    }
    folders
}

/// The quoted string or atom at the beginning, and what is left.
fn text(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches(' ');
    let Some(quoted) = line.strip_prefix('"') else {
        let end = line.find(' ').unwrap_or(line.len());
        return (end > 0).then(|| (line[..end].to_owned(), &line[end..]));
    };
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    loop {
        match chars.next()? {
            (at, '"') => return Some((text, &quoted[at + 1..])),
            (_, '\\') => text.push(chars.next()?.1),
            (_, c) => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_as_servers_write_them() {
        let reply = "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST (\\HasNoChildren \\junk) \"/\" \"[Gmail]/Spam\"\r\n\
            * LIST (\\Noselect \\Junk) \".\" \"gone\"\r\n* LIST () NIL \"a \\\"b\\\\c\"\r\n* LIST (\\Junk) \".\" {7}\r\nINBOX.x\r\n* LIST (\\Junk) \"/\" {8}\r\nx\ny NOOP\r\n\
            * LIST (\\Junk\r\n* LIST () \"/\"\r\n* LIST () \"/\" \"open\r\n* 3 EXISTS\r\na1 OK done\r\n";
        let names: Vec<(String, bool)> = listed(reply).into_iter().map(|one| (one.name, one.is_junk)).collect();
        let expected = [("INBOX", false), ("[Gmail]/Spam", true), ("a \"b\\c", false), ("INBOX.x", true)];
        assert_eq!(names, expected.map(|(name, junk)| (name.to_owned(), junk)));
    }
}
