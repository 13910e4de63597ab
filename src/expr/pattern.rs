//! `matches`, within bounds: a pattern compiles to little, and once for many texts.

use std::sync::{Arc, Mutex, PoisonError};

use cel::extractors::This;
use cel::{Context, DeclarationError, ExecutionError};
use regex::{Regex, RegexBuilder};

/// What `matches` is called in a parsed expression, so that CEL's own is not.
pub(super) const MATCHES: &str = "@matches";
/// A compiled pattern stays within this many bytes; to compile a larger one takes too long.
const MAX_PATTERN: usize = 1 << 18;
/// So many patterns are kept.
const KEPT: usize = 8;

pub(super) fn add(context: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    let kept: Mutex<Vec<(Arc<String>, Regex)>> = Mutex::default();
    let matches = move |This(text): This<Arc<String>>, pattern: Arc<String>| -> Result<bool, ExecutionError> {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, regex)) = kept.iter().find(|(known, _)| *known == pattern) {
            return Ok(regex.is_match(&text));
        }
        let regex = RegexBuilder::new(&pattern)
            .size_limit(MAX_PATTERN)
            .build()
            .map_err(|_| ExecutionError::function_error("matches", "not a pattern"))?;
        let found = regex.is_match(&text);
        kept.truncate(KEPT - 1);
        kept.insert(0, (pattern, regex));
        Ok(found)
    };
    context.add_function(MATCHES, matches)
}
