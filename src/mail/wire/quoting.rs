//! The names of folders inside of commands.

use crate::mail::error::{MailError, MailErrorKind};

/// A folder's name as it stands in a quoted string. One that would end the command is refused.
pub(super) fn within_quotes(folder: &str) -> Result<String, MailError> {
    if folder.contains(['\r', '\n', '\0']) {
        return Err(MailError::new(MailErrorKind::Config, "the folder's name has a line break or NUL in it"));
    }
    Ok(folder.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_begin_another_command_is_refused() {
        for name in ["a\r\nA1 DELETE b", "a\nb", "a\0b"] {
            assert_eq!(within_quotes(name).map_err(|error| error.kind), Err(MailErrorKind::Config));
        }
        assert_eq!(within_quotes("a\"\\b").unwrap(), "a\\\"\\\\b");
    }
}
