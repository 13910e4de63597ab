//! A position in a mailbox.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Where a folder stood: messages at or above `uid_next` came later, as long as `uid_validity` is the same (RFC 3501,
/// 2.3.1.1). It is a step's output, so it reads the JSON that it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub uid_validity: u32,
    pub uid_next: u32,
    /// When the position was taken, for the case that the folder was rebuilt since. IMAP cannot ask for the server's clock:
    /// this is ours, or the arrival of the newest message if the server says that it lies later.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub server_time: Option<Timestamp>,
    /// Where the folder for junk stood, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub junk: Option<JunkCursor>,
}

/// A position in the folder for junk, as in a [`Cursor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JunkCursor {
    pub uid_validity: u32,
    pub uid_next: u32,
}

mod rfc3339 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::clock::Timestamp;

    pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.collect_str(time),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| Timestamp::parse(&text).ok_or_else(|| D::Error::custom("server_time: want RFC 3339")))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_what_it_writes() {
        let at = Timestamp::parse("2026-11-22T01:34:05.067Z");
        let junk = Some(JunkCursor { uid_validity: 3, uid_next: 2 });
        for (server_time, junk) in [(at, None), (None, junk)] {
            let cursor = Cursor { uid_validity: 7, uid_next: 4_000_000_000, server_time, junk };
            let json = serde_json::to_string(&cursor).unwrap();
            assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor, "{json}");
        }
        let json = r#"{"uid_validity":7,"uid_next":1,"server_time":"yesterday"}"#;
        assert!(serde_json::from_str::<Cursor>(json).is_err());
    }
}
