//! Words to people on stderr, data on stdout. A reader that went away is no error, a full disk is.

use std::io::{self, IsTerminal as _, Write as _};

use super::args::Color;
use super::environment;
use crate::diagnostic::{Diagnostic, Source, escape, is_hostile};

/// Says something to the person at the terminal.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "onramp: {}", escape(text));
}

/// Something that is drawn already: diagnostics, a table.
pub fn draw(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The findings of a file, and how many of them there are.
pub fn draw_findings(source: &Source, findings: &[Diagnostic], color: Color) {
    let color = colors(color, stderr_is_terminal());
    findings.iter().for_each(|finding| draw(&format!("{}\n", finding.render(source, color))));
    let count = findings.len();
    say(&format!("{} has {count} {}", source.path, if count == 1 { "problem" } else { "problems" }));
}

/// Data. Fails if it cannot be written, which is not the same as nobody reading it.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// One JSON document. Characters that command a terminal or turn text around are escaped as JSON escapes them.
pub fn print_json(document: &serde_json::Value) -> io::Result<()> {
    print(&inert_json(&serde_json::to_string_pretty(document).unwrap_or_default()))
}

/// What JSON itself leaves raw, and all outside ASCII, can stand only within its strings, where such an escape means the same.
fn inert_json(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut inert, c| {
        if c != '\n' && is_hostile(c) {
            // All hostile characters are in the first plane.
            inert.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            inert.push(c);
        }
        inert
    })
}

/// Whether to use colours on a stream that is, or is not, a terminal.
pub fn colors(choice: Color, terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !environment::no_color(),
    }
}

pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_commands_nobody() {
        let hostile = serde_json::json!({ "a\u{9b}2J": "x\u{7f}\u{202e}\u{2066}\u{1b}[2J\n é 日本" });
        let printed = inert_json(&serde_json::to_string_pretty(&hostile).unwrap());
        assert!(printed.contains(r#""a\u009b2J": "x\u007f\u202e\u2066\u001b[2J\n é 日本""#), "{printed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), hostile);
    }
}
