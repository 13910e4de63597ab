//! Words to people on stderr, data on stdout. A reader that went away is no error, a full disk is.

use std::io::{self, IsTerminal as _, Write as _};

use super::args::Color;
use super::environment;
use crate::diagnostic::{Diagnostic, Source, escape};
use crate::report::json;

/// Says something to the person at the terminal.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "onramp: {}", escape(text));
}

/// Something that is drawn already: diagnostics, a table.
pub fn draw(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A question, on a line that its answer ends.
pub fn ask(text: &str) {
    let mut stderr = io::stderr();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Each finding of a file, with an empty line after it.
pub fn draw_each(source: &Source, findings: &[Diagnostic], color: Color) {
    let color = colors(color, stderr_is_terminal());
    findings.iter().for_each(|finding| draw(&format!("{}\n", finding.render(source, color))));
}

/// The findings of a file that is refused for them, and how many there are.
pub fn draw_findings(source: &Source, findings: &[Diagnostic], color: Color) {
    draw_each(source, findings, color);
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

/// Data that another program reads, to the byte. On a terminal it is shown to a person, and made inert.
pub fn print_exact(text: &str) -> io::Result<()> {
    let shown = stdout_is_terminal().then(|| escape(text));
    let mut stdout = io::stdout().lock();
    match stdout.write_all(shown.as_deref().unwrap_or(text).as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// One JSON document.
pub fn print_json(document: &serde_json::Value) -> io::Result<()> {
    print(&json::text(document))
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
