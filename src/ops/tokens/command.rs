//! A command that prints a token: no shell, no standard input, bounded in time and in what it may print.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{MAX_TOKEN, token_in};
use crate::diagnostic::escape;
use crate::secret::{MASKED, Mask, Secret};
use crate::subprocess::{Bounds, PATIENCE, hear};

/// What is read of the command's complaints, in bytes, and what is shown of them, in characters.
const MAX_COMPLAINT: usize = 64 * 1024;
const MAX_TOLD: usize = 1000;

/// So many characters of a token in a row are taken for one, whoever printed them.
const SUSPECT: usize = 20;

/// The token that the command prints, or what is wrong with it. Of what it printed, only stderr is told, masked.
pub(super) fn run(words: &[String], withheld: &[OsString], mask: &Mask) -> Result<Secret<String>, String> {
    run_within(words, withheld, mask, PATIENCE)
}

fn run_within(
    words: &[String],
    withheld: &[OsString],
    mask: &Mask,
    patience: Duration,
) -> Result<Secret<String>, String> {
    let Some((program, arguments)) = words.split_first() else { return Err("`token-command` is empty".to_owned()) };
    let says = |what: String| format!("`token-command`: {} {what}", escape(program));
    let mut command = Command::new(program);
    command.args(arguments).stderr(Stdio::piped());
    for name in withheld {
        command.env_remove(name);
    }
    let bounds = Bounds { printed: MAX_TOKEN + 2, complaint: MAX_COMPLAINT, patience };
    let heard = hear(&mut command, bounds).map_err(|error| says(error.to_string()))?;
    let printed = Secret::new(String::from_utf8_lossy(heard.printed.expose()).into_owned());
    if !heard.status.success() {
        return Err(says(format!("failed ({}){}", heard.status, told(&heard.complaint, &printed, mask))));
    }
    token_in(printed.expose())
        .ok_or_else(|| says("must print the token alone, in one line, and nothing else".to_owned()))
}

/// The complaint in one line, without what was printed as the token or might be one. It is masked before it is cut: part
/// of a token is known for what it is no more.
fn told(complaint: &[u8], printed: &Secret<String>, mask: &Mask) -> String {
    // Not all of what must not be shown is known.
    if printed.expose().len() > MAX_TOKEN {
        return String::new();
    }
    let cut = complaint.len() == MAX_COMPLAINT;
    let complaint = mask.apply(&String::from_utf8_lossy(complaint));
    let mut words: Vec<&str> = complaint.split_whitespace().collect();
    if cut {
        words.pop();
    }
    let printed = Secret::new(mask.apply(printed.expose()));
    let line = hidden(&words.join(" "), printed.expose().split_whitespace());
    let line: String = line.chars().take(MAX_TOLD).collect();
    if line.is_empty() { String::new() } else { format!(": {}", escape(&line)) }
}

/// `line` with `***` for the `words`, and for all that looks like a token (RFC 6750, 2.1). Where they overlap, all goes.
fn hidden<'w>(line: &str, words: impl Iterator<Item = &'w str>) -> String {
    let mut hide = vec![false; line.len()];
    for word in words {
        line.match_indices(word).for_each(|(at, _)| hide[at..at + word.len()].fill(true));
    }
    let mut at = 0;
    for run in line.as_bytes().chunk_by(|one, next| in_token(*one) == in_token(*next)) {
        if run.len() >= SUSPECT && in_token(run[0]) {
            hide[at..at + run.len()].fill(true);
        }
        at += run.len();
    }
    let mut shown = String::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
        match hide[at] {
            false => shown.push(letter),
            true if at == 0 || !hide[at - 1] => shown.push_str(MASKED),
            true => {}
        }
    }
    shown
}

fn in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    fn sh(script: &str) -> Result<Secret<String>, String> {
        run(&["sh", "-c", script].map(str::to_owned), &[], &Mask::default())
    }

    #[test]
    fn what_it_prints_is_the_token() {
        let words = ["printf", "  %s\\n", "a$HOME;b"].map(str::to_owned);
        assert_eq!(run(&words, &[], &Mask::default()).unwrap().expose(), "a$HOME;b");
    }

    #[test]
    fn what_it_complains_of_is_told_and_the_token_is_not() {
        let error = sh("echo token-hunter22; echo 'no token-hunter22 \u{1b}[2J' >&2; exit 3").unwrap_err();
        assert!(error.contains("exit status: 3") && error.contains("no *** "), "{error}");
        assert!(!error.contains("hunter22") && !error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn a_long_token_is_masked_before_the_complaint_is_cut() {
        let token = "head -c 2003 /dev/zero | tr '\\0' x";
        let error = sh(&format!("{token}; (printf 'rejected: '; {token}) >&2; exit 1")).unwrap_err();
        assert!(error.ends_with("rejected: ***"), "{error}");
        let error = sh(&format!("(printf 'no '; {token}; printf :; {token}; yes no | head -c 70000) >&2; exit 1"));
        let error = error.unwrap_err();
        assert!(!error.contains("xx"), "{error}");
        assert!(error.contains("no ***:*** no no") && error.len() < 2 * MAX_TOLD, "{error}");
    }

    #[test]
    fn what_looks_like_a_token_on_stderr_is_masked() {
        let error = sh("echo 'refused: eyJhbGciOi-_.~+/hunter22==, for ada' >&2; exit 1").unwrap_err();
        assert!(error.ends_with("refused: ***, for ada"), "{error}");
        let error = sh("echo '12|hunter a'; echo 'no 12|hunter, no token-hunter22 for ada' >&2; exit 1").unwrap_err();
        assert!(!error.contains("hunter,") && error.contains("no ***, no token-hunter22 for ***d***"), "{error}");
    }

    #[test]
    fn what_it_started_and_left_behind_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        // Whoever reads from the pipe stays until this is closed.
        let end = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let behind = format!("(read end < '{}') & ", pipe.display());
        assert_eq!(sh(&format!("{behind} echo token")).unwrap().expose(), "token");
        assert!(sh(&format!("{behind} echo no >&2; exit 1")).unwrap_err().ends_with("(exit status: 1): no"));
        std::fs::remove_file(&pipe).unwrap();
        drop(end);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for script in ["true", "echo two words", "printf 'a\\nb'", "head -c 20000 /dev/zero | tr '\\0' x"] {
            assert!(sh(script).unwrap_err().contains("must print the token alone"), "{script}");
        }
        assert!(
            run(&["/no/such/program".to_owned()], &[], &Mask::default()).unwrap_err().contains("could not be started")
        );
        let sleep = ["sleep", "600"].map(str::to_owned);
        assert!(
            run_within(&sleep, &[], &Mask::default(), Duration::from_millis(1)).unwrap_err().contains("took longer")
        );
    }

    #[test]
    fn it_does_not_see_what_is_meant_for_onramp_alone() {
        // CARGO stands for one of our own variables: a test can set none.
        let words = ["/bin/sh", "-c", "echo \"${CARGO:-gone}\""].map(str::to_owned);
        assert_ne!(run(&words, &[], &Mask::default()).unwrap().expose(), "gone");
        assert_eq!(run(&words, &["CARGO".into()], &Mask::default()).unwrap().expose(), "gone");
    }
}
