//! Why a row cannot take part.

/// One thing that is wrong with one row; a row may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its place in what was given, from 1.
    pub number: u64,
    /// Where it begins; `None` if it stands in no file.
    pub line: Option<u64>,
    pub column: Option<String>,
    /// The value as it may be shown: cut, escaped, and never in a file that may hold secrets.
    pub found: Option<String>,
    /// Never repeats a value.
    pub reason: String,
}
