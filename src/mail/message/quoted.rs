//! Which lines of plain text are of an earlier message.

/// Reads lines in order.
#[derive(Default)]
pub(super) struct Quotation {
    below_a_head: bool,
}

impl Quotation {
    /// A line without its signs of quotation, and whether an earlier message says it.
    pub fn line<'t>(&mut self, line: &'t str) -> (&'t str, bool) {
        let said = line.trim_start_matches(['>', ' ']);
        self.below_a_head |= is_head(line.trim());
        (said, self.below_a_head || line.trim_start().starts_with('>'))
    }
}

/// `---------- Forwarded message ---------`, `-----Original Message-----`, in any language.
fn is_head(line: &str) -> bool {
    let words = line.trim_matches(['-', '_', ' ']);
    line.starts_with("-----")
        && line.ends_with("---")
        && words.chars().any(char::is_alphabetic)
        && !words.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_message_says_is_quoted() {
        let mut quotation = Quotation::default();
        for (line, said, quoted) in [
            ("482911", "482911", false),
            ("> Your code", "Your code", true),
            (" >> 771204", "771204", true),
            ("-----", "-----", false),
            ("---------- Forwarded message ---------", "---------- Forwarded message ---------", true),
            ("Your code", "Your code", true),
        ] {
            assert_eq!(quotation.line(line), (said, quoted));
        }
    }
}
