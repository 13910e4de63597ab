//! Bytes of a file to a text that diagnostics can point into.

use crate::diagnostic::{Diagnostic, Source, Span};

/// Takes `bytes` as UTF-8. If they are not, the error points into the readable rendition that comes with it.
pub fn read_source(path: &str, bytes: &[u8]) -> Result<Source, Box<(Source, Diagnostic)>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(error) => {
            let at = error.valid_up_to();
            let diagnostic = Diagnostic::error("E0101", Span::new(at, at), "the file is not UTF-8")
                .label("the first byte that is not")
                .help("save the file as UTF-8");
            Err(Box::new((Source::new(path, &String::from_utf8_lossy(bytes)), diagnostic)))
        }
    }
}
