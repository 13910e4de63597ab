//! How rows are written.

use std::path::Path;

use super::OpError;
use super::sheet::Sheet;
use super::text::Text;
use super::{csv, json, yaml};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// RFC 4180, with a header.
    Csv,
    /// An object on each line.
    Jsonl,
    /// A list of objects.
    Json,
    /// A list of maps.
    Yaml,
}

impl RowFormat {
    /// By the extension.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// By what the text begins with.
    fn guess(text: &[u8]) -> Self {
        let text = text.trim_ascii_start();
        match text {
            [b'[', ..] => Self::Json,
            [b'{', ..] => Self::Jsonl,
            [b'#', ..] | [b'-', b' ' | b'\n' | b'\r', ..] | [b'-', b'-', b'-', ..] => Self::Yaml,
            _ => Self::Csv,
        }
    }
}

pub(super) fn read(mut text: Text<'_>, format: Option<RowFormat>, sheet: &mut Sheet<'_>) -> Result<(), OpError> {
    text.skip_mark()?;
    let format = match format {
        Some(format) => format,
        None => RowFormat::guess(text.ahead()?),
    };
    match format {
        RowFormat::Csv => csv::read(&mut text, sheet)?,
        RowFormat::Jsonl => json::lines(&mut text, sheet)?,
        RowFormat::Json => json::list(&mut text, sheet)?,
        RowFormat::Yaml => yaml::read(&mut text, sheet)?,
    }
    match sheet.count() {
        0 => Err(text.unfit("it holds no rows")),
        _ => Ok(()),
    }
}
