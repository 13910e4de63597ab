//! The version of all that is stored in a run folder.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What this build writes. It reads every minor version of this major one and writes to none newer than itself.
///
/// | version | change |
/// |---|---|
/// | 1.0 | the first |
///
/// A field that an older build may ignore is a minor change; everything else, a new fact included, is a major one.
pub const FORMAT: Format = Format { major: 1, minor: 0 };

/// A version of the stored format, written as `1.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Format {
    pub major: u32,
    pub minor: u32,
}

impl Format {
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }

    /// Whether this build understands all that matters in what was written in this format.
    pub fn is_readable(&self) -> bool {
        self.major == FORMAT.major
    }

    /// Whether this build may write to it: a newer build may have stored more than this one would keep.
    pub fn is_writable(&self) -> bool {
        self.is_readable() && *self <= FORMAT
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a format is written as `1.0`"))
    }
}
